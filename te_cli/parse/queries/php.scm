; Comments, attributes, and namespaces, which are no part of a qualified name.
(comment) @comment
(attribute_list) @attribute
(namespace_definition name: (namespace_name) @module !body)
(namespace_definition name: (namespace_name) @module body: (_)) @scope

; Types.
(class_declaration name: (name) @name) @definition.class
(interface_declaration name: (name) @name) @definition.interface
(trait_declaration name: (name) @name) @definition.trait
(enum_declaration name: (name) @name) @definition.enum
(enum_case name: (name) @name) @definition.constant

; Functions and methods.
(function_definition name: (name) @name) @definition.function
((method_declaration name: (name) @name) @definition.constructor
  (#eq? @name "__construct"))
(method_declaration name: (name) @name) @definition.method
(program (expression_statement (assignment_expression
  left: (variable_name (name) @name)
  right: [(anonymous_function body: (_) @body) (arrow_function body: (_) @body)])) @definition.function)

; Constants and properties, also those that a constructor's parameters promise.
((property_promotion_parameter name: (variable_name (name) @name)) @definition.property (#set! lift "type"))
(const_declaration (const_element . (name) @name)) @definition.constant
((expression_statement (function_call_expression function: (name) @_define
  arguments: (arguments . (argument (string (string_content) @name))))) @definition.constant
  (#eq? @_define "define"))
(property_declaration (property_element name: (variable_name (name) @name))) @definition.field
(anonymous_class) @anonymous
(anonymous_function) @local
(arrow_function) @local
