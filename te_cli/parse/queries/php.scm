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
(program (if_statement body: (compound_statement (expression_statement (assignment_expression
  left: (variable_name (name) @name)
  right: [(anonymous_function body: (_) @body) (arrow_function body: (_) @body)])) @definition.function)))

; Constants and properties, also those that a constructor's parameters promise.
((property_promotion_parameter name: (variable_name (name) @name)) @definition.property (#set! lift "type"))
(const_declaration (const_element . (name) @name)) @definition.constant
((expression_statement (function_call_expression function: [(name) @_define (qualified_name (name) @_define)]
  arguments: (arguments . (argument (string (string_content) @name))))) @definition.constant
  (#eq? @_define "define") (#set! lift "file"))
(property_declaration (property_element name: (variable_name (name) @name)) (property_hook_list) @body)
  @definition.field
(property_declaration (property_element name: (variable_name (name) @name))) @definition.field
(anonymous_class) @anonymous
(anonymous_function) @local
(arrow_function) @local

; References. Calls, and classes where they are made, named or asked.
(function_call_expression function: [(name) @reference.call (qualified_name (name) @reference.call)])
(member_call_expression name: (name) @reference.call)
(nullsafe_member_call_expression name: (name) @reference.call)
(scoped_call_expression name: (name) @reference.call)
(object_creation_expression [(name) @reference.call (qualified_name (name) @reference.call)])
(attribute [(name) @reference.type (qualified_name (name) @reference.type)])
(scoped_call_expression scope: [(name) @reference.type (qualified_name (name) @reference.type)])
(class_constant_access_expression . [(name) @reference.type (qualified_name (name) @reference.type)])
(scoped_property_access_expression scope: [(name) @reference.type (qualified_name (name) @reference.type)])
(binary_expression operator: "instanceof" right: [(name) @reference.type (qualified_name (name) @reference.type)])
(named_type [(name) @reference.type (qualified_name (name) @reference.type)])

; Bases, interfaces, traits.
(base_clause [(name) @reference.inherit (qualified_name (name) @reference.inherit)])
(use_declaration [(name) @reference.inherit (qualified_name (name) @reference.inherit)])
(class_interface_clause [(name) @reference.implement (qualified_name (name) @reference.implement)])

; Imports: names, names of a group, files.
(namespace_use_declaration (namespace_use_clause
  . [(name) (qualified_name)] @reference.import alias: (name)? @alias))
(namespace_use_declaration (namespace_name) @from (namespace_use_group (namespace_use_clause
  . [(name) (qualified_name)] @reference.import alias: (name)? @alias)))
(require_expression (string (string_content) @reference.import))
(require_once_expression (string (string_content) @reference.import))
(include_expression (string (string_content) @reference.import))
(include_once_expression (string (string_content) @reference.import))
(require_expression (binary_expression right: (string (string_content) @reference.import)))
(require_once_expression (binary_expression right: (string (string_content) @reference.import)))
(include_expression (binary_expression right: (string (string_content) @reference.import)))
(include_once_expression (binary_expression right: (string (string_content) @reference.import)))
