; Comments, and the package.
(comment) @comment
(package_clause (package_identifier) @module)

; A lone specification takes in its keyword: "type T struct", "const K = 1".
((type_declaration . [(type_spec) (type_alias)] @wrapped .) @wrapper (#not-match? @wrapper "^type\\s*[(]"))
((const_declaration . (const_spec) @wrapped .) @wrapper (#not-match? @wrapper "^const\\s*[(]"))
((var_declaration . (var_spec) @wrapped .) @wrapper (#not-match? @wrapper "^var\\s*[(]"))

; Functions, and methods with the type that they are declared on.
(function_declaration name: (identifier) @name) @definition.function
(method_declaration
  receiver: (parameter_list (parameter_declaration
    type: [
      (type_identifier) @owner
      (pointer_type (type_identifier) @owner)
      (generic_type type: (type_identifier) @owner)
      (pointer_type (generic_type type: (type_identifier) @owner))
    ]))
  name: (field_identifier) @name) @definition.method

; Structs and their fields (an embedded one is called as its type), interfaces and their methods, other types.
(type_spec name: (type_identifier) @name
  type: (struct_type (field_declaration_list) @body)) @definition.struct
(type_spec name: (type_identifier) @name
  type: (interface_type "{" @body)) @definition.interface
(type_spec name: (type_identifier) @name) @definition.type
(type_alias name: (type_identifier) @name) @definition.type
(field_declaration name: (field_identifier) @name) @definition.field
(field_declaration !name type: [
  (type_identifier) @name
  (qualified_type name: (type_identifier) @name)
  (generic_type type: (type_identifier) @name)
  (generic_type type: (qualified_type name: (type_identifier) @name))
]) @definition.field
(method_elem name: (field_identifier) @name) @definition.method

; Constants, functions held in variables, variables.
(const_spec name: (identifier) @name) @definition.constant
(var_spec name: (identifier) @name
  value: (expression_list . (func_literal body: (block) @body) .)) @definition.function
(var_spec name: (identifier) @name) @definition.variable
(func_literal) @local

; References. Calls, also of generic functions and of literals' types; types where they are used; imports.
(call_expression function: [
  (identifier) @reference.call
  (selector_expression field: (field_identifier) @reference.call)
  (parenthesized_expression (identifier) @reference.call)
  (index_expression operand: [(identifier) @reference.call (selector_expression field: (field_identifier) @reference.call)])
])
(field_declaration !name type: [
  (type_identifier) @reference.inherit
  (qualified_type name: (type_identifier) @reference.inherit)
  (generic_type type: (type_identifier) @reference.inherit)
  (generic_type type: (qualified_type name: (type_identifier) @reference.inherit))
])
(interface_type (type_elem . [
  (type_identifier) @reference.inherit
  (qualified_type name: (type_identifier) @reference.inherit)
] .))
(type_conversion_expression type: (generic_type type: [
  (type_identifier) @reference.call
  (qualified_type name: (type_identifier) @reference.call)
]))
(type_parameter_declaration name: (identifier) @reference.bound)
(method_declaration receiver: (parameter_list (parameter_declaration type: [
  (generic_type type_arguments: (type_arguments (type_elem (type_identifier) @reference.bound)))
  (pointer_type (generic_type type_arguments: (type_arguments (type_elem (type_identifier) @reference.bound))))
])))
(type_identifier) @reference.type
(import_spec name: (_) @alias path: (_) @reference.import)
(import_spec path: (_) @reference.import)
