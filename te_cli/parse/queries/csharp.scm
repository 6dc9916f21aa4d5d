; Comments, attributes, and namespaces, which are no part of a qualified name.
(comment) @comment
(attribute_list) @attribute
(file_scoped_namespace_declaration name: (_) @module)
(namespace_declaration name: (_) @module) @scope

; Types.
(class_declaration name: (identifier) @name) @definition.class
(record_declaration "struct" name: (identifier) @name) @definition.struct
(record_declaration name: (identifier) @name) @definition.class
(struct_declaration name: (identifier) @name) @definition.struct
(interface_declaration name: (identifier) @name) @definition.interface
(enum_declaration name: (identifier) @name) @definition.enum
(enum_member_declaration name: (identifier) @name) @definition.constant
(delegate_declaration name: (identifier) @name) @definition.type

; Constructors, methods, operators, functions in functions.
(constructor_declaration name: (identifier) @name) @definition.constructor
(method_declaration name: (identifier) @name) @definition.method
((destructor_declaration name: (identifier) @name) @definition.method (#set! prefix "~"))
((operator_declaration operator: _ @name) @definition.method (#set! prefix "operator "))
((conversion_operator_declaration type: (_) @name) @definition.method (#set! prefix "operator "))
(local_function_statement name: (identifier) @name) @definition.function

; Properties, a record's parameters, indexers, events.
(record_declaration (parameter_list (parameter name: (identifier) @name) @definition.property))
(property_declaration name: (identifier) @name
  [accessors: (_) @body value: (arrow_expression_clause) @body]) @definition.property
(indexer_declaration "this" @name [accessors: (_) @body value: (_) @body]) @definition.property
(event_declaration name: (identifier) @name accessors: (_) @body) @definition.property
(event_field_declaration (variable_declaration
  (variable_declarator name: (identifier) @name))) @definition.property

; Constants and fields.
((field_declaration (modifier) @_modifier
  (variable_declaration (variable_declarator name: (identifier) @name))) @definition.constant
  (#eq? @_modifier "const"))
(field_declaration (variable_declaration (variable_declarator name: (identifier) @name))) @definition.field
(lambda_expression) @local
(anonymous_method_expression) @local
