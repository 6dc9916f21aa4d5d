; Comments; a string above a definition documents it, and so does one above the macro that takes it.
[(line_comment) (block_comment)] @comment
((string_literal) @comment . [
  (function_definition) (macro_definition) (struct_definition) (abstract_definition) (primitive_definition)
  (module_definition) (assignment) (const_statement) (macrocall_expression) (typed_expression) (identifier)
])
((string_literal) @doc . [
  (function_definition) (macro_definition) (struct_definition) (abstract_definition) (primitive_definition)
  (module_definition) (assignment) (const_statement) (macrocall_expression) (typed_expression) (identifier)
] @documented)
((string_literal) @doc . (macrocall_expression (macro_argument_list . (_) @documented .)))
((string_literal) @doc . (macrocall_expression (macro_argument_list
  . (macrocall_expression (macro_argument_list . (_) @documented .)) .)))
(macrocall_expression (macro_argument_list
  . [(macrocall_expression) (function_definition) (struct_definition) (assignment) (const_statement)] @wrapped .)) @wrapper

; Modules.
(module_definition name: (_) @name (block) @body) @definition.namespace
(module_definition name: (_) @name) @definition.namespace

; Types with their fields; what a type holds besides are its constructors.
(struct_definition (type_head [
    (identifier) @name
    (parametrized_type_expression . (identifier) @name)
    (binary_expression . (identifier) @name)
    (binary_expression . (parametrized_type_expression . (identifier) @name))
  ]) (block)? @body) @definition.struct
(abstract_definition (type_head [
    (identifier) @name
    (parametrized_type_expression . (identifier) @name)
    (binary_expression . (identifier) @name)
    (binary_expression . (parametrized_type_expression . (identifier) @name))
  ])) @definition.type
(primitive_definition (type_head [
    (identifier) @name
    (parametrized_type_expression . (identifier) @name)
    (binary_expression . (identifier) @name)
    (binary_expression . (parametrized_type_expression . (identifier) @name))
  ])) @definition.type
(struct_definition (block (typed_expression . (identifier) @name) @definition.field))
(struct_definition (block (identifier) @name @definition.field))
(struct_definition (block (const_statement [(identifier) @name (typed_expression . (identifier) @name)]) @definition.field))
(struct_definition (block (assignment . [(identifier) @name (typed_expression . (identifier) @name)]) @definition.field))
(struct_definition (block (function_definition (signature [
    (call_expression . [(identifier) @name (operator) @name (field_expression) @name
      (parametrized_type_expression . (identifier) @name)])
    (where_expression . (call_expression . [(identifier) @name (operator) @name (field_expression) @name
      (parametrized_type_expression . (identifier) @name)]))
    (typed_expression . (call_expression . [(identifier) @name (operator) @name (field_expression) @name
      (parametrized_type_expression . (identifier) @name)]))
    (where_expression . (typed_expression . (call_expression . [(identifier) @name (operator) @name (field_expression) @name
      (parametrized_type_expression . (identifier) @name)])))
  ]) (block)? @body) @definition.constructor))
(struct_definition (block (assignment . [
    (call_expression . [(identifier) @name (operator) @name (field_expression) @name
      (parametrized_type_expression . (identifier) @name)])
    (where_expression . (call_expression . [(identifier) @name (operator) @name (field_expression) @name
      (parametrized_type_expression . (identifier) @name)]))
    (typed_expression . (call_expression . [(identifier) @name (operator) @name (field_expression) @name
      (parametrized_type_expression . (identifier) @name)]))
    (where_expression . (typed_expression . (call_expression . [(identifier) @name (operator) @name (field_expression) @name
      (parametrized_type_expression . (identifier) @name)])))
  ] . (operator) . (_) @body) @definition.constructor))
((macrocall_expression (macro_identifier (identifier) @_macro)
  (macro_argument_list . [(identifier) @name (typed_expression . (identifier) @name)])) @definition.enum
  (#eq? @_macro "enum"))
((macrocall_expression (macro_identifier (identifier) @_macro)
  (macro_argument_list . (_) [(identifier) @name (assignment . (identifier) @name)] @definition.constant))
  (#eq? @_macro "enum"))

; Functions in their long and short forms, and macros.
(function_definition (signature [
    (identifier) @name
    (call_expression . [(identifier) @name (operator) @name (field_expression) @name
      (parametrized_type_expression . (identifier) @name)])
    (where_expression . (call_expression . [(identifier) @name (operator) @name (field_expression) @name
      (parametrized_type_expression . (identifier) @name)]))
    (typed_expression . (call_expression . [(identifier) @name (operator) @name (field_expression) @name
      (parametrized_type_expression . (identifier) @name)]))
    (where_expression . (typed_expression . (call_expression . [(identifier) @name (operator) @name (field_expression) @name
      (parametrized_type_expression . (identifier) @name)])))
    (where_expression . (where_expression . (call_expression . [(identifier) @name (operator) @name
      (field_expression) @name (parametrized_type_expression . (identifier) @name)])))
  ]) (block)? @body) @definition.function
(macro_definition (signature [
    (identifier) @name
    (call_expression . [(identifier) @name (operator) @name])
  ]) (block)? @body) @definition.macro
(assignment . [
    (call_expression . [(identifier) @name (operator) @name (field_expression) @name
      (parametrized_type_expression . (identifier) @name)])
    (where_expression . (call_expression . [(identifier) @name (operator) @name (field_expression) @name
      (parametrized_type_expression . (identifier) @name)]))
    (typed_expression . (call_expression . [(identifier) @name (operator) @name (field_expression) @name
      (parametrized_type_expression . (identifier) @name)]))
    (where_expression . (typed_expression . (call_expression . [(identifier) @name (operator) @name (field_expression) @name
      (parametrized_type_expression . (identifier) @name)])))
    (where_expression . (where_expression . (call_expression . [(identifier) @name (operator) @name
      (field_expression) @name (parametrized_type_expression . (identifier) @name)])))
  ] . (operator) . (_) @body) @definition.function
(assignment . (binary_expression . [(identifier) (typed_expression) (unary_typed_expression)] . (operator) @name
  . [(identifier) (typed_expression) (unary_typed_expression)] .) . (operator) . (_) @body) @definition.function

; Constants, and the variables of a file or module.
(const_statement (assignment . [
  (identifier) @name
  (operator) @name
  (typed_expression . (identifier) @name)
  (parametrized_type_expression . (identifier) @name)
  (open_tuple (identifier) @name)
])) @definition.constant
(global_statement (assignment . [(identifier) @name (typed_expression . (identifier) @name)])) @definition.variable
(source_file (assignment . (identifier) @name . (operator) . (arrow_function_expression)) @definition.function)
(module_definition (block (assignment . (identifier) @name . (operator) . (arrow_function_expression))
  @definition.function))
(source_file (assignment . [(identifier) @name (typed_expression . (identifier) @name)]) @definition.variable)
(module_definition (block (assignment . [(identifier) @name (typed_expression . (identifier) @name)])
  @definition.variable))

; References: calls, with and without a type's parameters or a dot, and macros; not the name that a method extends.
(call_expression . [
  (identifier) @reference.call
  (field_expression (identifier) @reference.call .)
  (parametrized_type_expression . [(identifier) @reference.call (field_expression (identifier) @reference.call .)])
])
(broadcast_call_expression . [(identifier) @reference.call (field_expression (identifier) @reference.call .)])
(macro_identifier (identifier) @reference.call)
(signature [
  (call_expression . (field_expression (identifier) @reference.none .))
  (where_expression . (call_expression . (field_expression (identifier) @reference.none .)))
  (typed_expression . (call_expression . (field_expression (identifier) @reference.none .)))
  (where_expression . (typed_expression . (call_expression . (field_expression (identifier) @reference.none .))))
])
(assignment . [
  (call_expression . (field_expression (identifier) @reference.none .))
  (where_expression . (call_expression . (field_expression (identifier) @reference.none .)))
  (typed_expression . (call_expression . (field_expression (identifier) @reference.none .)))
  (where_expression . (typed_expression . (call_expression . (field_expression (identifier) @reference.none .))))
])

; Types: what is above them, where they are annotated, as parameters of others; parameters are nobody else's types.
(type_head (binary_expression . (_) . (operator) . [
  (identifier) @reference.inherit
  (field_expression (identifier) @reference.inherit .)
  (parametrized_type_expression . [(identifier) @reference.inherit (field_expression (identifier) @reference.inherit .)])
]))
(typed_expression "::" . [
  (identifier) @reference.type
  (field_expression (identifier) @reference.type .)
  (parametrized_type_expression . [(identifier) @reference.type (field_expression (identifier) @reference.type .)])
])
(unary_typed_expression [
  (identifier) @reference.type
  (field_expression (identifier) @reference.type .)
  (parametrized_type_expression . [(identifier) @reference.type (field_expression (identifier) @reference.type .)])
] .)
(curly_expression [
  (identifier) @reference.type
  (field_expression (identifier) @reference.type .)
  (parametrized_type_expression . [(identifier) @reference.type (field_expression (identifier) @reference.type .)])
  (binary_expression (operator) . [
    (identifier) @reference.type
    (field_expression (identifier) @reference.type .)
    (parametrized_type_expression . (identifier) @reference.type)
  ])
])
(where_expression (_) (binary_expression (operator) . (identifier) @reference.type))
(where_expression (_) [
  (identifier) @reference.bound
  (binary_expression . (identifier) @reference.bound)
  (curly_expression [(identifier) @reference.bound (binary_expression . (identifier) @reference.bound)])
])
(const_statement (assignment . (parametrized_type_expression (curly_expression (identifier) @reference.bound))))
(type_head [
  (parametrized_type_expression (curly_expression
    [(identifier) @reference.bound (binary_expression . (identifier) @reference.bound)]))
  (binary_expression . (parametrized_type_expression (curly_expression
    [(identifier) @reference.bound (binary_expression . (identifier) @reference.bound)])))
])

; Modules, their names, and files that are brought in.
(using_statement [(identifier) @reference.import (import_path (identifier) @reference.import .)])
(import_statement [(identifier) @reference.import (import_path (identifier) @reference.import .)])
(selected_import . (_) @from [(identifier) @reference.import (operator) @reference.import
  (macro_identifier (identifier) @reference.import)])
(selected_import . (_) @from (import_alias . (_) @reference.import (identifier) @alias))
(import_alias . [(identifier) @reference.import (import_path (identifier) @reference.import .)] (identifier) @alias)
((call_expression . (identifier) @_reads (argument_list . (string_literal) @reference.import))
  (#eq? @_reads "include"))
