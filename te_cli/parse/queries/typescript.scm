; What TypeScript has beyond JavaScript (ecmascript.scm is read before this file).
(ambient_declaration (_) @wrapped) @wrapper

; Types, and what they hold.
(abstract_class_declaration name: (_) @name) @definition.class
(interface_declaration name: (_) @name) @definition.interface
(interface_body (method_signature ["get" "set"] name: (_) @name) @definition.property)
(interface_body (method_signature name: (_) @name) @definition.method)
(interface_body (construct_signature "new" @name) @definition.constructor)
(interface_body (property_signature name: (_) @name) @definition.property)
(type_alias_declaration name: (_) @name) @definition.type
(type_alias_declaration value: (object_type (method_signature ["get" "set"] name: (_) @name) @definition.property))
(type_alias_declaration value: (object_type (method_signature name: (_) @name) @definition.method))
(type_alias_declaration value: (object_type (construct_signature "new" @name) @definition.constructor))
(type_alias_declaration value: (object_type (property_signature name: (_) @name) @definition.property))
(type_alias_declaration value: (_ (object_type (property_signature name: (_) @name) @definition.property)))
(enum_declaration name: (_) @name) @definition.enum
(enum_body (enum_assignment name: (_) @name) @definition.constant)
(enum_body (property_identifier) @name @definition.constant)
(internal_module name: (_) @name) @definition.namespace
(module name: (_) @name) @definition.namespace

; Members of classes. Overloads yield to the implementation.
(public_field_definition name: (_) @name value: [(arrow_function) (function_expression)] @held) @definition.method
(public_field_definition name: (_) @name) @definition.field
((required_parameter ["readonly" (accessibility_modifier)] pattern: (identifier) @name) @definition.field
  (#set! lift "type"))
((optional_parameter ["readonly" (accessibility_modifier)] pattern: (identifier) @name) @definition.field
  (#set! lift "type"))
(class_body (method_signature ["get" "set"] name: (_) @name) @declaration.property)
(class_body (method_signature name: (_) @name) @declaration.method)
(abstract_method_signature name: (_) @name) @definition.method
(function_signature name: (identifier) @name) @declaration.function

; References: calls of what is said to be something, or to be there; what a class or an interface extends and implements; types where they are used, less the parameters.
(call_expression function: [
  (non_null_expression [(identifier) @reference.call (_ property: (_) @reference.call)])
  (parenthesized_expression [
    (as_expression . [(identifier) @reference.call (_ property: (_) @reference.call)])
    (satisfies_expression . [(identifier) @reference.call (_ property: (_) @reference.call)])
    (non_null_expression [(identifier) @reference.call (_ property: (_) @reference.call)])
  ])
])
(new_expression constructor: (parenthesized_expression (as_expression
  . [(identifier) @reference.call (_ property: (_) @reference.call)])))
(class_heritage (extends_clause value: [
  (identifier) @reference.inherit
  (_ property: (_) @reference.inherit)
]))
(extends_type_clause type: [
  (type_identifier) @reference.inherit
  (nested_type_identifier name: (_) @reference.inherit)
  (generic_type name: [(type_identifier) @reference.inherit (nested_type_identifier name: (_) @reference.inherit)])
])
(implements_clause [
  (type_identifier) @reference.implement
  (nested_type_identifier name: (_) @reference.implement)
  (generic_type name: [(type_identifier) @reference.implement (nested_type_identifier name: (_) @reference.implement)])
])
(type_parameter name: (type_identifier) @reference.bound)
(infer_type (type_identifier) @reference.bound)
(mapped_type_clause name: (type_identifier) @reference.bound)
(type_query [(identifier) @reference.use (_ property: (_) @reference.use)])
(type_identifier) @reference.type
(import_require_clause (identifier) @reference.import source: (string) @from (#set! name "*"))
(import_alias . (identifier) @alias [(identifier) (nested_identifier)] @reference.import .)
