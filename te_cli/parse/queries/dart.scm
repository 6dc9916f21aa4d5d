; Comments, annotations, and the library.
[(comment) (documentation_comment)] @comment
(annotation) @attribute
(library_name (dotted_identifier_list) @module)

; What stands before a variable of the file is beside it in the tree, not around it.
(program [(const_builtin) (final_builtin) (inferred_type) (type_identifier) (type_arguments) (nullable_type)
  (function_type) (record_type) (void_type) "late" "external" "covariant"] @modifier)

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
(program (function_signature name: (identifier) @name) @definition.function . (function_body)? @body @end)
(program [(getter_signature name: (identifier) @name) (setter_signature name: (identifier) @name)]
  @definition.property . (function_body)? @body @end)
(local_function_declaration (lambda_expression
  parameters: (function_signature name: (identifier) @name) body: (_) @body)) @definition.function

; Methods, with and without a body, and constructors, with their own names and without.
((method_signature (function_signature name: (identifier) @name)) @definition.method
  . (function_body)? @body @end)
((method_signature [(getter_signature name: (identifier) @name) (setter_signature name: (identifier) @name)])
  @definition.property . (function_body)? @body @end)
((method_signature (operator_signature (binary_operator) @name)) @definition.method
  . (function_body)? @body @end
  (#set! prefix "operator "))
((method_signature (operator_signature ["[]" "[]=" "~"] @name)) @definition.method
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
((declaration (operator_signature [(binary_operator) "[]" "[]=" "~"] @name)) @definition.method
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

; References. A call is a name, or the last of a chain of selectors, before arguments.
((identifier) @reference.call . (selector (argument_part)))
((selector [
  (unconditional_assignable_selector (identifier) @reference.call)
  (conditional_assignable_selector (identifier) @reference.call)
]) . (selector (argument_part)))
((unconditional_assignable_selector (identifier) @reference.call) . (selector (argument_part)))
(cascade_section (cascade_selector (identifier) @reference.call) . (argument_part))
(cascade_section (unconditional_assignable_selector (identifier) @reference.call) . (argument_part))
((function_expression body: (function_expression_body
  (cascade_section (cascade_selector (identifier) @reference.call) .) .)) . (selector (argument_part)))
(new_expression (type_identifier) @reference.call . (type_arguments)? . (arguments))
(const_object_expression (type_identifier) @reference.call . (type_arguments)? . (arguments))
(new_expression (identifier) @reference.call . (arguments))
(const_object_expression (identifier) @reference.call . (arguments))
(constructor_invocation (type_identifier) @reference.call . (type_arguments)? . (arguments))
(constructor_invocation (identifier) @reference.call . (arguments))

; Name<Type>(value), which the grammar takes for two comparisons in a row, as nobody writes them.
(relational_expression
  (relational_expression . (identifier) @reference.call . (relational_operator) . (identifier) .)
  . (relational_operator) . [(parenthesized_expression) (record_literal)])
(relational_expression
  (relational_expression . (identifier) . (relational_operator) . (identifier) @reference.type .)
  . (relational_operator) . [(parenthesized_expression) (record_literal)])

; The same for a member: a.name<Type>(value).
(relational_expression
  (relational_expression
    (selector (unconditional_assignable_selector (identifier) @reference.call))
    . (relational_operator "<") . (identifier) .)
  . (relational_operator ">") . [(parenthesized_expression) (record_literal)])
(relational_expression
  (relational_expression
    (unary_expression (await_expression
      (selector (unconditional_assignable_selector (identifier) @reference.call)) .))
    . (relational_operator "<") . (identifier) .)
  . (relational_operator ">") . [(parenthesized_expression) (record_literal)])
(relational_expression
  (relational_expression
    [(selector) (unary_expression (await_expression))]
    . (relational_operator "<") . (identifier) @reference.type .)
  . (relational_operator ">") . [(parenthesized_expression) (record_literal)])

; Name<Type, Type>(value) as one of a list, which the grammar takes for two of them.
(list_literal
  (relational_expression . (identifier) @reference.call . (relational_operator "<") . (identifier) .)
  . (relational_expression . (identifier) . (relational_operator ">") . [(parenthesized_expression) (record_literal)]))
(list_literal
  (relational_expression . (identifier) . (relational_operator "<") . (identifier) @reference.type .)
  . (relational_expression . (identifier) . (relational_operator ">") . [(parenthesized_expression) (record_literal)]))
(list_literal
  (relational_expression . (identifier) . (relational_operator "<") . (identifier) .)
  . (relational_expression
    . (identifier) @reference.type . (relational_operator ">") . [(parenthesized_expression) (record_literal)]))
(initializer_list_entry (super) . (identifier) @reference.call . (arguments))
(redirection (identifier) @reference.call)
(annotation name: [(identifier) @reference.type (scoped_identifier (identifier) @reference.type .)])

; Bases.
((type_identifier) @reference.none . ".")
(superclass (type_identifier) @reference.inherit)
(mixins (type_identifier) @reference.inherit)
(interfaces (type_identifier) @reference.implement)
(mixin_declaration "on" (type_identifier) @reference.inherit)
(mixin_application_class (mixin_application (type_identifier) @reference.inherit))

; Types.
(type_parameter . (type_identifier) @reference.bound)
(type_identifier) @reference.type

; Imports: a library, and the names that are shown of it.
(library_import (import_specification (configurable_uri (uri) @reference.import) (identifier) @alias))
(library_import (import_specification (configurable_uri (uri) @reference.import)))
(library_export (configurable_uri (uri) @reference.import))
(configuration_uri (uri) @reference.import)
(import_specification (configurable_uri (uri) @from) (combinator "show" (identifier) @reference.import))
(library_export (configurable_uri (uri) @from) (combinator "show" (identifier) @reference.import))
(part_directive (uri) @reference.import)
