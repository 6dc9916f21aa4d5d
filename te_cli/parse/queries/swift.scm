; Comments and attributes.
[(comment) (multiline_comment)] @comment
(modifiers (attribute) @attribute)

; Types; an extension names what it holds, without being a definition.
(class_declaration declaration_kind: "struct" name: (_) @name) @definition.struct
(class_declaration declaration_kind: "enum" name: (_) @name) @definition.enum
(class_declaration declaration_kind: "extension" name: (_) @name) @scope
(class_declaration name: (type_identifier) @name) @definition.class
(protocol_declaration name: (_) @name) @definition.interface
(enum_entry name: (simple_identifier) @name) @definition.constant
(typealias_declaration name: (type_identifier) @name) @definition.type
(associatedtype_declaration name: (type_identifier) @name) @definition.type

; Functions; those of a type become methods.
(function_declaration name: [
  (simple_identifier) (custom_operator)
  "==" "!=" "===" "!==" "<" ">" "<=" ">=" "+" "-" "*" "/" "%" "+=" "-=" "*=" "/=" "%="
  "&" "|" "^" "~" "<<" ">>" "++" "--" (bang)
] @name) @definition.function
(protocol_function_declaration name: [
  (simple_identifier) (custom_operator)
  "==" "!=" "===" "!==" "<" ">" "<=" ">=" "+" "-" "*" "/" "%" "+=" "-=" "*=" "/=" "%="
  "&" "|" "^" "~" "<<" ">>" "++" "--" (bang)
] @name) @definition.method
(macro_declaration "macro" . (simple_identifier) @name (macro_definition)? @body) @definition.macro
(init_declaration name: _ @name) @definition.constructor
(deinit_declaration "deinit" @name) @definition.method
(subscript_declaration "subscript" @name (computed_property) @body) @definition.property

; Properties that compute, others that store.
(property_declaration
  name: (pattern bound_identifier: (simple_identifier) @name)
  computed_value: (computed_property) @body) @definition.property
(property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @definition.variable
(property_declaration name: (pattern (pattern (simple_identifier) @name))) @definition.variable
(protocol_property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @definition.property

; Names inside closures are local.
(lambda_literal) @local

; References. Calls, constructors among them; macros, attributes and property wrappers.
(call_expression . [
  (simple_identifier) @reference.call
  (navigation_expression suffix: (navigation_suffix suffix: (simple_identifier) @reference.call))
  (prefix_expression target: (simple_identifier) @reference.call)
] (call_suffix [(value_arguments "(") (lambda_literal)]))
(constructor_expression constructed_type: (user_type (type_identifier) @reference.call . (type_arguments)? .))
(macro_invocation . (simple_identifier) @reference.call)

; Module.Name<Type>(value), which the grammar takes for two comparisons in a row, as nobody writes them.
(comparison_expression
  lhs: (navigation_expression suffix: (navigation_suffix suffix: (simple_identifier) @reference.call))
  op: "<"
  rhs: (comparison_expression lhs: (simple_identifier) op: ">" rhs: (tuple_expression)))
(comparison_expression
  lhs: (navigation_expression)
  op: "<"
  rhs: (comparison_expression lhs: (simple_identifier) @reference.type op: ">" rhs: (tuple_expression)))

; Bases. Only the first of a class can be a class; all others are protocols.
(class_declaration declaration_kind: "class" ":" . (inheritance_specifier
  inherits_from: (user_type (type_identifier) @reference.inherit . (type_arguments)? .)))
(protocol_declaration (inheritance_specifier
  inherits_from: (user_type (type_identifier) @reference.inherit . (type_arguments)? .)))
(inheritance_specifier inherits_from: (user_type (type_identifier) @reference.implement . (type_arguments)? .))

; Types.
(type_parameter . (type_identifier) @reference.bound)
(class_declaration declaration_kind: "extension" name: (user_type (type_identifier) @reference.type .))
((user_type (type_identifier) @reference.none . (type_identifier) @_member)
  (#not-eq? @_member "Type") (#not-eq? @_member "Protocol"))
((user_type (type_identifier) . (type_identifier) @reference.none .)
  (#any-of? @reference.none "Type" "Protocol"))
(user_type (type_identifier) @reference.none . (type_arguments) . (type_identifier))
(type_identifier) @reference.type

; Imports.
(import_declaration (identifier) @reference.import)
