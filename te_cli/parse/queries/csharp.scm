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

; References. Calls, constructors by their class, attributes.
(invocation_expression function: [
  (identifier) @reference.call
  (generic_name . (identifier) @reference.call)
  (member_access_expression name: [(identifier) @reference.call (generic_name . (identifier) @reference.call)])
  (conditional_access_expression (member_binding_expression
    name: [(identifier) @reference.call (generic_name . (identifier) @reference.call)]))
])
((invocation_expression function: (identifier) @reference.none) (#eq? @reference.none "nameof"))
(object_creation_expression type: [
  (identifier) @reference.call
  (generic_name . (identifier) @reference.call)
  (qualified_name name: [(identifier) @reference.call (generic_name . (identifier) @reference.call)])
])
(attribute name: [
  (identifier) @reference.type
  (generic_name . (identifier) @reference.type)
  (qualified_name name: [(identifier) @reference.type (generic_name . (identifier) @reference.type)])
])

; Bases. Only the first of a class can be a class, and none of a struct.
(class_declaration (base_list "," . [
  (identifier) @reference.implement
  (generic_name . (identifier) @reference.implement)
  (qualified_name name: [(identifier) @reference.implement (generic_name . (identifier) @reference.implement)])
]))
(struct_declaration (base_list [
  (identifier) @reference.implement
  (generic_name . (identifier) @reference.implement)
  (qualified_name name: [(identifier) @reference.implement (generic_name . (identifier) @reference.implement)])
]))
(record_declaration (base_list "," . [
  (identifier) @reference.implement
  (generic_name . (identifier) @reference.implement)
  (qualified_name name: [(identifier) @reference.implement (generic_name . (identifier) @reference.implement)])
]))
(class_declaration (base_list . ":" . [
  (identifier) @reference.inherit
  (generic_name . (identifier) @reference.inherit)
  (qualified_name name: [(identifier) @reference.inherit (generic_name . (identifier) @reference.inherit)])
]))
(record_declaration (base_list . ":" . [
  (identifier) @reference.inherit
  (generic_name . (identifier) @reference.inherit)
  (qualified_name name: [(identifier) @reference.inherit (generic_name . (identifier) @reference.inherit)])
  (primary_constructor_base_type type: [
    (identifier) @reference.inherit
    (generic_name . (identifier) @reference.inherit)
    (qualified_name name: [(identifier) @reference.inherit (generic_name . (identifier) @reference.inherit)])
  ])
]))
(interface_declaration (base_list [
  (identifier) @reference.inherit
  (generic_name . (identifier) @reference.inherit)
  (qualified_name name: [(identifier) @reference.inherit (generic_name . (identifier) @reference.inherit)])
]))

; Types: there is no node of their own for their names, but for where they stand.
(type_parameter name: (identifier) @reference.bound)
(_ type: (identifier) @reference.type)
(_ returns: (identifier) @reference.type)
(generic_name . (identifier) @reference.type)
(type_argument_list (identifier) @reference.type)
(explicit_interface_specifier (identifier) @reference.type)
(as_expression right: (identifier) @reference.type)
(is_expression right: (identifier) @reference.type)
(qualified_name qualifier: (qualified_name name: (_) @reference.none))
(namespace_declaration name: (qualified_name name: (_) @reference.none))
(file_scoped_namespace_declaration name: (qualified_name name: (_) @reference.none))
(using_directive (qualified_name name: (identifier) @reference.none))
(qualified_name name: (identifier) @reference.type)

; Imports.
(using_directive !name [(identifier) (qualified_name)] @reference.import)
(using_directive name: (identifier) @alias [(identifier) (qualified_name)] @reference.import)
