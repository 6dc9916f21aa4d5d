; Comments.
(comment) @comment

; Functions; the tests of Bats, made functions before the grammar reads them, by their titles.
((function_definition name: (word) @name) @definition.function
  (#match? @name "^@test_") (#set! quoted))
(function_definition name: (word) @name) @definition.function

; Constants and variables of the script; a local one is that of a test without quotes, whose braces the grammar does
; not see.
(program (declaration_command "local" (variable_assignment name: (variable_name) @name)) @ignore)
((program (declaration_command "readonly" (variable_assignment name: (variable_name) @name)) @definition.constant))
(program (declaration_command (variable_assignment name: (variable_name) @name)) @definition.variable)
(program (variable_assignment name: (variable_name) @name) @definition.variable)

; References: what is run, by its own name or by another command's; the scripts that are read in.
(command name: (command_name (word) @reference.call))
((command name: (command_name (word) @_runs) . argument: (word) @reference.call)
  (#any-of? @_runs "run" "command" "exec" "eval" "builtin" "trap" "sudo" "nohup" "time" "env" "nice" "xargs")
  (#match? @reference.call "^[A-Za-z_]"))
((command name: (command_name (word) @_reads)
  . argument: [(word) (string) (raw_string) (concatenation) (simple_expansion)] @reference.import)
  (#any-of? @_reads "source" "." "load" "bats_load_library"))
