; Comments, annotations, and the package.
[(line_comment) (multiline_comment)] @comment
(modifiers (annotation) @attribute)
(package_header (identifier) @module)

; Types. The members of a companion object without a name belong to its class.
(class_declaration "interface" (type_identifier) @name (class_body)? @body) @definition.interface
(class_declaration "enum" (type_identifier) @name (enum_class_body)? @body) @definition.enum
(class_declaration (type_identifier) @name [(class_body) (enum_class_body)]? @body) @definition.class
(object_declaration (type_identifier) @name (class_body)? @body) @definition.class
(companion_object (type_identifier) @name (class_body)? @body) @definition.class
(enum_entry (simple_identifier) @name (class_body)? @body) @definition.constant
(type_alias (type_identifier) @name) @definition.type

; Functions; an extension is named after the type that it extends.
(function_declaration
  receiver: (receiver_type) @owner
  (simple_identifier) @name
  (function_body)? @body) @definition.function
(function_declaration (simple_identifier) @name (function_body)? @body) @definition.function
(secondary_constructor "constructor" @name (statements)? @body) @definition.constructor

; Constants, properties, and a constructor's parameters that are properties.
((property_declaration (modifiers (property_modifier) @_modifier)
  (variable_declaration (simple_identifier) @name)) @definition.constant
  (#eq? @_modifier "const"))
((property_declaration receiver: (receiver_type) @owner (variable_declaration (simple_identifier) @name)
  [(getter) (setter)] @body) @definition.property . [(getter) (setter)]? @end)
((property_declaration receiver: (receiver_type) @owner (variable_declaration (simple_identifier) @name))
  @definition.property . [(getter) (setter)] @body @end . [(getter) (setter)]? @end)
((property_declaration (variable_declaration (simple_identifier) @name) [(getter) (setter)] @body)
  @definition.property . [(getter) (setter)]? @end)
((property_declaration (variable_declaration (simple_identifier) @name)) @definition.property
  . [(getter) (setter)] @body @end . [(getter) (setter)]? @end)
(property_declaration (variable_declaration (simple_identifier) @name)) @definition.variable
(property_declaration (multi_variable_declaration
  (variable_declaration (simple_identifier) @name))) @definition.variable
(primary_constructor (class_parameter (binding_pattern_kind) (simple_identifier) @name) @definition.field)

; Names inside lambdas are local.
[(lambda_literal) (anonymous_function) (anonymous_initializer)] @local

; References. Calls, constructors among them; annotations.
(call_expression . [
  (simple_identifier) @reference.call
  (navigation_expression (navigation_suffix (simple_identifier) @reference.call) .)
])
(infix_expression (_) . (simple_identifier) @reference.call . (_))
(annotation [
  (user_type (type_identifier) @reference.type .)
  (constructor_invocation (user_type (type_identifier) @reference.type .))
])
(file_annotation [
  (user_type (type_identifier) @reference.type .)
  (constructor_invocation (user_type (type_identifier) @reference.type .))
])

; Bases: a class is called, an interface of a class or an object is not.
(delegation_specifier (constructor_invocation (user_type (type_identifier) @reference.inherit . (type_arguments)? .)))
(class_declaration "interface" (delegation_specifier (user_type (type_identifier) @reference.inherit . (type_arguments)? .)))
(delegation_specifier (user_type (type_identifier) @reference.implement . (type_arguments)? .))
(delegation_specifier (explicit_delegation
  (user_type (type_identifier) @reference.implement . (type_arguments)? .)))

; Types.
(type_parameter (type_identifier) @reference.bound)
(type_constraint . (type_identifier) @reference.none)
(import_alias (type_identifier) @reference.none)
(user_type (type_identifier) @reference.none . (type_identifier))
(type_identifier) @reference.type

; Imports.
(import_header (identifier) @reference.import . (import_alias (type_identifier) @alias))
(import_header (identifier) @from (wildcard_import) @reference.import)
(import_header (identifier) @reference.none (wildcard_import))
(import_header (identifier) @reference.import)
