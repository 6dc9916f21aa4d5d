; Comments.
(comment) @comment

; What "require" brings in is defined elsewhere.
((variable_declaration (assignment_statement
  (variable_list . name: (identifier) @name)
  (expression_list . value: (function_call name: (identifier) @_require)))) @ignore
  (#eq? @_require "require"))

; Functions: "local function f", "function M.f", "function M:f".
(function_declaration name: [(identifier) (dot_index_expression)] @name) @definition.function
(function_declaration name: (method_index_expression table: (_) @owner method: (identifier) @name)) @definition.function

; Functions held by a name or by a field of a table.
(variable_declaration (assignment_statement
  (variable_list . name: (identifier) @name)
  (expression_list . value: (function_definition (block)? @body)))) @definition.function
(assignment_statement
  (variable_list . name: [(identifier) (dot_index_expression)] @name)
  (expression_list . value: (function_definition (block)? @body))) @definition.function
(assignment_statement
  (variable_list . name: (bracket_index_expression table: (_) @owner field: (string (string_content) @name)))
  (expression_list . value: (function_definition (block)? @body))) @definition.function
(field name: (identifier) @name value: (function_definition (block)? @body)) @definition.method
(field name: (string (string_content) @name) value: (function_definition (block)? @body)) @definition.method
(field name: (identifier) @name value: (table_constructor)) @scope

; Variables of the file, and values that it gives to a table.
(chunk (variable_declaration (assignment_statement (variable_list name: (identifier) @name))) @definition.variable)
(chunk (assignment_statement (variable_list name: [(identifier) (dot_index_expression)] @name)) @definition.variable)

; Names inside unnamed functions are local.
(function_definition) @local

; References. Calls of functions and methods; modules, by the name that they are called here; bases, as libraries of
; classes have them ("class('Name', Base)", "Base:extend{…}").
(function_call name: [
  (identifier) @reference.call
  (dot_index_expression field: (identifier) @reference.call)
  (method_index_expression method: (identifier) @reference.call)
])
((variable_declaration (assignment_statement
  (variable_list . name: (identifier) @alias .)
  (expression_list . value: (function_call name: (identifier) @_require
    arguments: (arguments . (string (string_content) @reference.import))))))
  (#eq? @_require "require") (#set! dotted))
((function_call name: (identifier) @_require arguments: (arguments . (string (string_content) @reference.import)))
  (#eq? @_require "require") (#set! dotted))
((expression_list value: (function_call
  name: (method_index_expression
    table: [(identifier) @reference.inherit (dot_index_expression field: (identifier) @reference.inherit)]
    method: (identifier) @_extend)))
  (#any-of? @_extend "extend" "subclass"))
((function_call name: (identifier) @_class arguments: (arguments . (string) . (identifier) @reference.inherit))
  (#eq? @_class "class"))
