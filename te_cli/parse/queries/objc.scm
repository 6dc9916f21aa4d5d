; Read before the query for C.

; Classes: an interface yields to the implementation in the same file. A category is a unit of its own, whose methods are
; its class's; an extension lends them its class's name.
((class_interface . (identifier) @owner "(" category: (identifier) @name ")"
  . [(parameterized_arguments) (protocol_reference_list)]? . (comment)*
  . [(property_declaration) (method_declaration)] @body) @declaration.class (#set! extends))
((class_interface . (identifier) @owner "(" category: (identifier) @name) @declaration.class (#set! extends))
((class_implementation . (identifier) @owner "(" category: (identifier) @name ")" . (comment)*
  . (implementation_definition) @body) @definition.class (#set! extends))
((class_implementation . (identifier) @owner "(" category: (identifier) @name) @definition.class (#set! extends))
(class_interface . (identifier) @name . (_)* "(") @ignore
(class_interface . (identifier) @name "(") @scope
(class_implementation . (identifier) @name category: (_)) @ignore
(class_interface . (identifier) @name (instance_variables) @body) @declaration.class
(class_interface . (identifier) @name [(identifier) (parameterized_arguments)] . (comment)*
  . [(property_declaration) (method_declaration)] @body) @declaration.class
(class_interface . (identifier) @name) @declaration.class
((class_implementation . (identifier) @name . [(instance_variables) (implementation_definition)]? @body)
  @definition.class (#set! whole))
((class_implementation . (identifier) @name) @definition.class (#set! whole))
(protocol_declaration . (identifier) @name . (protocol_reference_list)? . (comment)*
  . [(property_declaration) (method_declaration) (qualified_protocol_interface_declaration)] @body)
  @definition.interface
(protocol_declaration . (identifier) @name) @definition.interface

; Methods are known by their whole selector.
((method_definition . (method_type)? . (identifier) @name (compound_statement) @body) @definition.method @selector)
((method_declaration . (method_type)? . (identifier) @name) @declaration.method @selector)

; Functions and variables of C that stand among the methods belong to the file.
((implementation_definition (function_definition declarator: (_) @declarator) @definition.function) (#set! lift "file"))
((implementation_definition (declaration declarator: (_) @declarator) @definition.variable) (#set! lift "file"))

; Properties and instance variables.
(property_declaration (struct_declaration (struct_declarator (_) @declarator))) @definition.property
(instance_variable (struct_declaration (struct_declarator (_) @declarator))) @definition.field
(block_literal) @local

; References. Messages by their whole selector; what a class extends and conforms to; types; imports.
(message_expression receiver: (_) @qualifier . method: (identifier) @reference.call) @selector
(class_interface superclass: (identifier) @reference.inherit)
(class_interface . (identifier) . (parameterized_arguments (type_name (type_identifier) @reference.bound))
  superclass: (_))
(class_interface superclass: (_) . (parameterized_arguments (type_name (type_identifier) @reference.none))
  . (parameterized_arguments))
(class_interface (parameterized_arguments (type_name (type_identifier) @reference.implement)))
(protocol_declaration (protocol_reference_list (identifier) @reference.inherit))
(protocol_reference_list (identifier) @reference.type)
(module_import path: (_) @reference.import)
