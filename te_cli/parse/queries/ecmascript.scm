; What JavaScript and TypeScript share. Comments; decorators; lines begin at "export".
(comment) @comment
(decorator) @attribute
(export_statement declaration: (_) @wrapped) @wrapper

; What "require" brings in is defined elsewhere.
((variable_declarator name: (identifier) @name
  value: (call_expression function: (identifier) @_require)) @ignore
  (#eq? @_require "require"))

; Functions, and functions held by a name.
(function_declaration name: (identifier) @name) @definition.function
(generator_function_declaration name: (identifier) @name) @definition.function
(lexical_declaration (variable_declarator name: (identifier) @name value: [
  (arrow_function body: (_) @body)
  (function_expression body: (_) @body)
  (generator_function body: (_) @body)
])) @definition.function
(variable_declaration (variable_declarator name: (identifier) @name value: [
  (arrow_function body: (_) @body)
  (function_expression body: (_) @body)
  (generator_function body: (_) @body)
])) @definition.function
(export_statement "default" @name value: [
  (arrow_function body: (_) @body)
  (function_expression body: (_) @body)
]) @definition.function

; Functions assigned to members: of the module, of a prototype, of any object.
((assignment_expression
  left: (member_expression object: (_) @_object property: (property_identifier) @name)
  right: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @definition.function
  (#any-of? @_object "exports" "module.exports"))
((assignment_expression
  left: (member_expression
    object: (member_expression object: (_) @owner property: (property_identifier) @_prototype)
    property: (property_identifier) @name)
  right: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @definition.function
  (#eq? @_prototype "prototype"))
((assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
  right: (function_expression name: (identifier) @name body: (_) @body)) @definition.function
  (#eq? @_module "module") (#eq? @_exports "exports"))
((assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @name)
  right: [(arrow_function) (function_expression)]) @ignore
  (#eq? @_module "module") (#eq? @name "exports"))
(assignment_expression
  left: (member_expression object: [(identifier) (member_expression)] @owner property: (property_identifier) @name)
  right: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @definition.method
(assignment_expression
  left: (member_expression object: [(identifier) (member_expression)] @owner property: (property_identifier) @name)
  right: (assignment_expression right: (function_expression body: (_) @body))) @definition.method

; Classes, also those held by a name.
(class_declaration name: (_) @name) @definition.class
(lexical_declaration (variable_declarator name: (identifier) @name
  value: (class body: (_) @body))) @definition.class
(variable_declaration (variable_declarator name: (identifier) @name
  value: (class body: (_) @body))) @definition.class
(export_statement "default" @name value: (class body: (_) @body)) @definition.class
(assignment_expression left: (member_expression) right: (class name: (_) @name body: (_) @body)) @definition.class

; Methods of classes and of object literals.
((method_definition name: (property_identifier) @name) @definition.constructor
  (#eq? @name "constructor"))
(method_definition ["get" "set"] name: (_) @name) @definition.property
(method_definition name: (_) @name) @definition.method
(pair key: [(property_identifier) (string)] @name value: [
  (arrow_function body: (_) @body)
  (function_expression body: (_) @body)
  (generator_function body: (_) @body)
]) @definition.method
(pair key: [(property_identifier) (string)] @name value: (object)) @scope

((assignment_expression
  left: (member_expression object: (_) @_object property: (property_identifier) @name) right: (object)) @scope
  (#any-of? @_object "exports" "module.exports"))
((assignment_expression
  left: (member_expression object: (_) @owner property: (property_identifier) @name) right: (object)) @scope
  (#not-eq? @name "exports"))

; Constants and variables; exported, also those that a pattern takes apart.
(export_statement declaration: (_ (variable_declarator name: (object_pattern [
  (shorthand_property_identifier_pattern) @name
  (pair_pattern value: (identifier) @name)
  (object_assignment_pattern left: (shorthand_property_identifier_pattern) @name)
  (pair_pattern value: (assignment_pattern left: (identifier) @name))
  (rest_pattern (identifier) @name)
]))) @definition.constant)
(export_statement declaration: (_ (variable_declarator name: (array_pattern [
  (identifier) @name
  (assignment_pattern left: (identifier) @name)
  (rest_pattern (identifier) @name)
]))) @definition.constant)
(lexical_declaration kind: "const" (variable_declarator name: (identifier) @name)) @definition.constant
(lexical_declaration kind: "let" (variable_declarator name: (identifier) @name)) @definition.variable
(variable_declaration (variable_declarator name: (identifier) @name)) @definition.variable

; Names inside unnamed functions are local, but for the methods of an unnamed class.
(class !name) @anonymous
[(arrow_function) (function_expression) (generator_function) (class_static_block)] @local

; References. Calls, constructors, tags, decorators; imports, also those of modules that are only run or handed on.
(call_expression function: [
  (identifier) @reference.call
  (member_expression property: [(property_identifier) (private_property_identifier)] @reference.call)
  (parenthesized_expression [(identifier) @reference.call (member_expression property: (_) @reference.call)])
  (await_expression (identifier) @reference.call)
])
(new_expression constructor: [
  (identifier) @reference.call
  (member_expression property: (property_identifier) @reference.call)
])
(decorator [(identifier) @reference.call (member_expression property: (property_identifier) @reference.call)])
(import_statement (import_clause (identifier) @reference.import) source: (string) @from (#set! name "default"))
(import_statement (import_clause (namespace_import (identifier) @reference.import)) source: (string) @from
  (#set! name "*"))
(import_statement (import_clause (named_imports
  (import_specifier name: (_) @reference.import alias: (_)? @alias))) source: (string) @from)
(import_statement . source: (string) @reference.import)
(import_statement . "import" . source: (string) @reference.import)
(export_statement (export_clause (export_specifier name: (_) @reference.import alias: (_)? @alias))
  source: (string) @from)
(export_statement "*" @reference.import source: (string) @from)
(export_statement (namespace_export (_) @reference.import) source: (string) @from (#set! name "*"))
((call_expression function: (identifier) @_require arguments: (arguments . (string) @reference.import .))
  (#eq? @_require "require"))
(call_expression function: (import) arguments: (arguments . (string) @reference.import))
