; Comments, annotations, and the library.
[(comment) (documentation_comment)] @comment
(annotation) @attribute
(library_name (dotted_identifier_list) @module)

; What stands before a variable of the file is beside it in the tree, not around it.
(program [(const_builtin) (final_builtin) (inferred_type) (type_identifier) (type_arguments) (nullable_type)
  (function_type) (record_type) (void_type) "late" "external" "covariant"] @attribute)

; Types. The members of an extension without a name belong to the type that it extends.
(class_definition name: (identifier) @name) @definition.class
(class_definition (mixin_application_class . (identifier) @name)) @definition.class
(mixin_declaration (identifier) @name (class_body) @body) @definition.trait
(enum_declaration name: (identifier) @name) @definition.enum
(enum_constant name: (identifier) @name) @definition.constant
(extension_declaration name: (identifier) @name) @definition.class
(extension_declaration !name class: (type_identifier) @name) @scope
(extension_type_declaration name: (identifier) @name) @definition.class
(type_alias (type_identifier) @name . (type_parameters)? . "=") @definition.type
(type_alias (type_identifier) @name . (type_parameters)? . (formal_parameter_list)) @definition.type

; Functions of the file; a body stands behind its signature.
(program [
  (function_signature name: (identifier) @name)
  (getter_signature name: (identifier) @name)
  (setter_signature name: (identifier) @name)
] @definition.function . (function_body)? @body @end)

; Methods, with and without a body, and constructors, with their own names and without.
((method_signature (function_signature name: (identifier) @name)) @definition.method
  . (function_body)? @body @end)
((method_signature [(getter_signature name: (identifier) @name) (setter_signature name: (identifier) @name)])
  @definition.property . (function_body)? @body @end)
((method_signature (operator_signature (binary_operator) @name)) @definition.method
  . (function_body)? @body @end
  (#set! prefix "operator "))
((method_signature (operator_signature ["[]" "[]="] @name)) @definition.method
  . (function_body)? @body @end
  (#set! prefix "operator "))
((method_signature (constructor_signature (identifier) @name . (formal_parameter_list)) (initializers) @body)
  @definition.constructor . (function_body)? @end)
((method_signature [
  (constructor_signature (identifier) @name . (formal_parameter_list))
  (factory_constructor_signature (identifier) @name . (formal_parameter_list))
]) @definition.constructor . (function_body)? @body @end)
(declaration (function_signature name: (identifier) @name)) @definition.method
(declaration [(getter_signature name: (identifier) @name) (setter_signature name: (identifier) @name)])
  @definition.property
((declaration (operator_signature (binary_operator) @name)) @definition.method
  (#set! prefix "operator "))
(declaration [
  (constructor_signature (identifier) @name . (formal_parameter_list))
  (constant_constructor_signature (identifier) @name . (formal_parameter_list))
  (redirecting_factory_constructor_signature (identifier) @name . (formal_parameter_list))
] [(initializers) (redirection)]? @body) @definition.constructor

; Fields and variables.
(declaration (const_builtin) (static_final_declaration_list
  (static_final_declaration . (identifier) @name))) @definition.constant
(declaration (static_final_declaration_list (static_final_declaration . (identifier) @name))) @definition.field
(declaration (initialized_identifier_list (initialized_identifier . (identifier) @name))) @definition.field
(representation_declaration name: (identifier) @name) @definition.field
(program (const_builtin) . (_)* . (static_final_declaration_list
  (static_final_declaration . (identifier) @name) @definition.constant))
(program (static_final_declaration_list (static_final_declaration . (identifier) @name) @definition.variable))
(program (initialized_identifier_list (initialized_identifier . (identifier) @name) @definition.variable))
