; Comments; what begins one of several definitions that are joined by "and".
(comment) @comment
(type_definition ["type" "nonrec"] @attribute "and")
(type_definition "and" @attribute)
(value_definition ["let" "rec"] @attribute "and")
(value_definition "and" @attribute)
(module_definition ["module" "rec"] @attribute "and")
(module_definition "and" @attribute)
(class_definition "class" @attribute "and")
(class_definition "and" @attribute)

; Modules and their types.
(module_definition (module_binding . (module_name) @name body: (_)? @body) @definition.namespace "and")
(module_definition "and" (module_binding . (module_name) @name body: (_)? @body) @definition.namespace)
(module_definition (module_binding . (module_name) @name body: (structure) @body)) @definition.namespace
(module_definition (module_binding . (module_name) @name !body module_type: (signature) @body)) @definition.namespace
(module_definition (module_binding . (module_name) @name)) @definition.namespace
(module_type_definition (module_type_name) @name) @definition.interface

; Types with their constructors and fields, and exceptions.
(exception_definition (constructor_declaration . (constructor_name) @name)) @definition.type
(type_definition (type_binding name: (type_constructor) @name
  body: [(variant_declaration) (record_declaration)]? @body) @definition.type "and")
(type_definition "and" (type_binding name: (type_constructor) @name
  body: [(variant_declaration) (record_declaration)]? @body) @definition.type)
(type_definition (type_binding name: (type_constructor) @name
  body: [(variant_declaration) (record_declaration)]? @body)) @definition.type
(type_binding name: (type_constructor) equation: (polymorphic_variant_type
  (tag_specification (tag) @name) @definition.constructor))
(type_binding name: (type_constructor_path)) @local
(constructor_declaration . (constructor_name) @name) @definition.constructor
(field_declaration (field_name) @name) @definition.field

; Classes.
(class_definition (class_binding (class_name) @name body: (_)? @body) @definition.class "and")
(class_definition "and" (class_binding (class_name) @name body: (_)? @body) @definition.class)
(class_definition (class_binding (class_name) @name body: (_) @body)) @definition.class
(class_definition (class_binding (class_name) @name class_type: (class_body_type) @body)) @definition.class
(class_definition (class_binding (class_name) @name
  class_type: (class_function_type codomain: (class_body_type) @body))) @definition.class
(class_definition (class_binding (class_name) @name)) @definition.class
(class_type_definition (class_type_binding (class_type_name) @name body: (_) @body)) @definition.interface
(method_definition (method_name) @name body: (_)? @body) @definition.method
(method_specification (method_name) @name) @declaration.method
(instance_variable_definition (instance_variable_name) @name) @definition.field
(instance_variable_specification (instance_variable_name) @name) @declaration.field

; Functions: what has parameters, or is given as one.
(value_definition (let_binding pattern: [(value_name) @name (parenthesized_operator (_) @name)]
  (parameter) body: (_) @body) @definition.function "and")
(value_definition "and" (let_binding pattern: [(value_name) @name (parenthesized_operator (_) @name)]
  (parameter) body: (_) @body) @definition.function)
(value_definition (let_binding pattern: [(value_name) @name (parenthesized_operator (_) @name)]
  body: [(function_expression) (fun_expression)] @body) @definition.function "and")
(value_definition "and" (let_binding pattern: [(value_name) @name (parenthesized_operator (_) @name)]
  body: [(function_expression) (fun_expression)] @body) @definition.function)
(value_definition (let_binding pattern: [(value_name) @name (parenthesized_operator (_) @name)]
  (parameter) body: (_) @body)) @definition.function
(value_definition (let_binding pattern: [(value_name) @name (parenthesized_operator (_) @name)]
  body: [(function_expression) (fun_expression)] @body)) @definition.function
(value_definition (let_binding pattern: (parenthesized_operator (_) @name)) @definition.function "and")
(value_definition "and" (let_binding pattern: (parenthesized_operator (_) @name)) @definition.function)
(value_definition (let_binding pattern: (parenthesized_operator (_) @name))) @definition.function
(external [(value_name) @name (parenthesized_operator (_) @name)]) @definition.function
(value_specification [(value_name) @name (parenthesized_operator (_) @name)] type: (function_type))
  @definition.function

; Values; those inside an expression are local.
(value_specification [(value_name) @name (parenthesized_operator (_) @name)]) @definition.variable
(value_definition (let_binding pattern: (value_name) @name) @definition.variable "and")
(value_definition "and" (let_binding pattern: (value_name) @name) @definition.variable)
(value_definition (let_binding pattern: (value_name) @name)) @definition.variable
(value_definition (let_binding pattern: (tuple_pattern (value_name) @name))) @definition.variable
[(let_expression) (fun_expression) (function_expression)] @local

; References. Applications, also by pipes, of functors and of constructors; methods and classes.
(application_expression function: (value_path (value_name) @reference.call))
(application_expression function: (field_get_expression field: (field_path (field_name) @reference.call)))
(application_expression function: (constructor_path (constructor_name) @reference.call))
((infix_expression operator: (rel_operator) @_pipe right: (value_path (value_name) @reference.call))
  (#eq? @_pipe "|>"))
((infix_expression left: (value_path (value_name) @reference.call) operator: (concat_operator) @_pipe)
  (#eq? @_pipe "@@"))
(constructor_path (constructor_name) @reference.use)
(method_invocation method: (method_name) @reference.call)
(new_expression (class_path (class_name) @reference.call))
(module_application functor: (module_path (module_name) @reference.call))
(module_application argument: (parenthesized_module_expression (module_path (module_name) @reference.use)))
(package_expression (module_path (module_name) @reference.use))
(module_binding body: (module_path (module_name) @reference.use))

; What is taken over, what is implemented, types, and what is opened.
(include_module module: (module_path (module_name) @reference.inherit))
(include_module_type module_type: (module_type_path (module_type_name) @reference.inherit))
(include_module_type module_type: (module_type_constraint
  module_type: (module_type_path (module_type_name) @reference.inherit)))
(inheritance_definition class: [
  (class_path (class_name) @reference.inherit)
  (class_application class: (class_path (class_name) @reference.inherit))
])
(module_binding module_type: [
  (module_type_path (module_type_name) @reference.implement)
  (module_type_constraint module_type: (module_type_path (module_type_name) @reference.implement))
])
(module_type_path (module_type_name) @reference.type)
(type_constructor_path (type_constructor) @reference.type)
(abstract_type (type_constructor) @reference.bound)
(class_type_path (class_type_name) @reference.type)
(open_module module: (module_path) @reference.import)
(let_open_expression (open_module module: (module_path) @reference.import))
