; Comments, annotations, and the package.
[(line_comment) (block_comment)] @comment
(modifiers [(marker_annotation) (annotation)] @attribute)
(package_declaration [(identifier) (scoped_identifier)] @module)

; Types.
(class_declaration name: (identifier) @name) @definition.class
(record_declaration name: (identifier) @name) @definition.class
(interface_declaration name: (identifier) @name) @definition.interface
(annotation_type_declaration name: (identifier) @name) @definition.interface
(enum_declaration name: (identifier) @name) @definition.enum
(enum_constant name: (identifier) @name) @definition.constant

; Constructors and methods.
(constructor_declaration name: (identifier) @name) @definition.constructor
(compact_constructor_declaration name: (identifier) @name) @definition.constructor
(method_declaration name: (identifier) @name) @definition.method
(annotation_type_element_declaration name: (identifier) @name) @definition.method

; Constants: "static final" fields and the fields of interfaces. Other fields, and a record's components.
((field_declaration (modifiers) @_modifiers
  declarator: (variable_declarator name: (identifier) @name)) @definition.constant
  (#match? @_modifiers "\\bstatic\\b") (#match? @_modifiers "\\bfinal\\b"))
(constant_declaration declarator: (variable_declarator name: (identifier) @name)) @definition.constant
(field_declaration declarator: (variable_declarator name: (identifier) @name)) @definition.field
(record_declaration parameters: (formal_parameters (formal_parameter name: (identifier) @name) @definition.field))
(record_declaration parameters: (formal_parameters
  (spread_parameter (variable_declarator name: (identifier) @name)) @definition.field))
(object_creation_expression (class_body) @anonymous)
(lambda_expression) @local
(static_initializer) @local

; References. Calls, constructors; what a type extends and implements; types where they are used, annotations too; imports.
(method_invocation name: (identifier) @reference.call)
(method_reference "::" (identifier) @reference.call)
(method_reference . (identifier) @reference.call "new")
(record_pattern . (identifier) @reference.type)
(explicit_constructor_invocation constructor: (_) @reference.none)
(object_creation_expression type: [
  (type_identifier) @reference.call
  (scoped_type_identifier (type_identifier) @reference.call .)
  (generic_type . (type_identifier) @reference.call)
  (generic_type . (scoped_type_identifier (type_identifier) @reference.call .))
])
(annotation name: [(identifier) @reference.type (scoped_identifier name: (identifier) @reference.type)])
(marker_annotation name: [(identifier) @reference.type (scoped_identifier name: (identifier) @reference.type)])
(superclass [
  (type_identifier) @reference.inherit
  (scoped_type_identifier (type_identifier) @reference.inherit .)
  (generic_type . [(type_identifier) @reference.inherit (scoped_type_identifier (type_identifier) @reference.inherit .)])
])
(extends_interfaces (type_list [
  (type_identifier) @reference.inherit
  (scoped_type_identifier (type_identifier) @reference.inherit .)
  (generic_type . [(type_identifier) @reference.inherit (scoped_type_identifier (type_identifier) @reference.inherit .)])
]))
(super_interfaces (type_list [
  (type_identifier) @reference.implement
  (scoped_type_identifier (type_identifier) @reference.implement .)
  (generic_type . [
    (type_identifier) @reference.implement
    (scoped_type_identifier (type_identifier) @reference.implement .)
  ])
]))
((scoped_type_identifier . (type_identifier) @reference.none (type_identifier)) (#match? @reference.none "^[a-z]"))
((scoped_type_identifier (scoped_type_identifier (type_identifier) @reference.none .))
  (#match? @reference.none "^[a-z]"))
(type_parameter (type_identifier) @reference.bound)
(type_identifier) @reference.type
(import_declaration (scoped_identifier) @reference.import .)
(import_declaration (scoped_identifier) @from (asterisk) @reference.import)
