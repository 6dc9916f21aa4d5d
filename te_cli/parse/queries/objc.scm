; Read before the query for C.

; Classes: an interface yields to the implementation in the same file; categories and extensions lend their class's name.
(class_interface . (identifier) @name . (_)* "(") @ignore
(class_interface . (identifier) @name "(") @scope
(class_implementation . (identifier) @name category: (_)) @ignore
(class_implementation . (identifier) @name category: (_)) @scope
(class_interface . (identifier) @name (instance_variables) @body) @declaration.class
(class_interface . (identifier) @name [(identifier) (parameterized_arguments)] . (comment)*
  . [(property_declaration) (method_declaration)] @body) @declaration.class
(class_interface . (identifier) @name) @declaration.class
(class_implementation . (identifier) @name . [(instance_variables) (implementation_definition)]? @body)
  @definition.class
(class_implementation . (identifier) @name) @definition.class
(protocol_declaration . (identifier) @name . (protocol_reference_list)? . (comment)*
  . [(property_declaration) (method_declaration) (qualified_protocol_interface_declaration)] @body)
  @definition.interface
(protocol_declaration . (identifier) @name) @definition.interface

; What error recovery leaves of an enum that a macro declares.
(ERROR "typedef" @attribute)
((type_definition type: (macro_type_specifier name: (identifier) @_macro
  type: (type_descriptor type: (type_identifier) @name)) (ERROR)? @body) @definition.enum
  (#match? @_macro "^(NS|CF)_(CLOSED_|ERROR_)?(ENUM|OPTIONS)$") (#set! transparent))
((type_definition type: (macro_type_specifier name: (identifier) @_macro)
  declarator: (type_identifier) @name @definition.constant)
  (#match? @_macro "^(NS|CF)_(CLOSED_|ERROR_)?(ENUM|OPTIONS)$"))
((macro_type_specifier name: (identifier) @_macro (ERROR (identifier) @name)) @definition.enum
  (#match? @_macro "^(NS|CF)_(CLOSED_|ERROR_)?(ENUM|OPTIONS)$"))
((macro_type_specifier name: (identifier) @_macro (ERROR) type: (type_descriptor type: (type_identifier) @name))
  @definition.enum
  (#match? @_macro "^(NS|CF)_(CLOSED_|ERROR_)?(ENUM|OPTIONS)$"))

; Methods are known by the first word of their selector.
(method_definition . (method_type)? . (identifier) @name (compound_statement) @body) @definition.method
(method_declaration . (method_type)? . (identifier) @name) @declaration.method

; Properties and instance variables.
(property_declaration (struct_declaration (struct_declarator (_) @declarator))) @definition.property
(instance_variable (struct_declaration (struct_declarator (_) @declarator))) @definition.field
(block_literal) @local
