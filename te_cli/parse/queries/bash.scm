; Comments.
(comment) @comment

; Functions.
(function_definition name: (word) @name) @definition.function

; Constants and variables of the script.
((program (declaration_command "readonly" (variable_assignment name: (variable_name) @name)) @definition.constant))
(program (declaration_command (variable_assignment name: (variable_name) @name)) @definition.variable)
(program (variable_assignment name: (variable_name) @name) @definition.variable)
