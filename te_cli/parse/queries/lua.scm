; Comments.
(comment) @comment

; What "require" brings in is defined elsewhere.
((variable_declaration (assignment_statement
  (variable_list . name: (identifier) @name)
  (expression_list . value: (function_call name: (identifier) @_require)))) @ignore
  (#eq? @_require "require"))

; Functions: "local function f", "function M.f", "function M:f".
(function_declaration name: [(identifier) (dot_index_expression)] @name) @definition.function
(function_declaration name: (method_index_expression table: (_) @owner method: (identifier) @name)) @definition.method

; Functions held by a name or by a field of a table.
(variable_declaration (assignment_statement
  (variable_list . name: (identifier) @name)
  (expression_list . value: (function_definition (block)? @body)))) @definition.function
(chunk (assignment_statement
  (variable_list . name: [(identifier) (dot_index_expression)] @name)
  (expression_list . value: (function_definition (block)? @body))) @definition.function)
(field name: (identifier) @name value: (function_definition (block)? @body)) @definition.method
(field name: (identifier) @name value: (table_constructor)) @scope

; Variables of the file, and values that it gives to a table.
(chunk (variable_declaration (assignment_statement (variable_list name: (identifier) @name))) @definition.variable)
(chunk (assignment_statement (variable_list name: [(identifier) (dot_index_expression)] @name)) @definition.variable)

; Names inside unnamed functions are local.
(function_definition) @local
