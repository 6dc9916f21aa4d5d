; What JavaScript and TypeScript share. Comments; decorators; lines begin at "export" and at "const", and end at their
; own name's value where several are declared.
(comment) @comment
(decorator) @attribute
(export_statement declaration: (_) @wrapped) @wrapper
(lexical_declaration . (variable_declarator) @wrapped @end) @wrapper
(variable_declaration . (variable_declarator) @wrapped @end) @wrapper

; What "require" and "import" bring in is defined elsewhere.
((variable_declarator name: (identifier) @name
  value: (call_expression function: (identifier) @_require)) @ignore
  (#eq? @_require "require"))
((variable_declarator name: (object_pattern) @elsewhere value: (call_expression function: (identifier) @_require))
  (#eq? @_require "require"))
(variable_declarator name: (identifier) @name value: (await_expression (call_expression function: (import)))) @ignore
(variable_declarator name: (object_pattern) @elsewhere value: (await_expression (call_expression function: (import))))

; Functions, and functions held by a name.
(function_declaration name: (identifier) @name) @definition.function
(generator_function_declaration name: (identifier) @name) @definition.function
(variable_declarator name: (identifier) @name
  value: [(arrow_function) (function_expression) (generator_function)] @held) @definition.function
((variable_declarator name: (identifier) @name
  value: (call_expression function: (_
    object: (function_expression) @held
    property: (property_identifier) @_bind))) @definition.function
  (#eq? @_bind "bind"))
([
  (variable_declarator name: (identifier) @name value: [
    (_ function: (parenthesized_expression (function_expression) @held))
    (parenthesized_expression (_ function: (function_expression) @held))
  ]) @definition.variable
  (assignment_expression
    left: [
      (identifier) @name
      (_ object: [(identifier) (member_expression)] @owner property: (property_identifier) @name)
    ]
    right: [
      (_ function: (parenthesized_expression (function_expression) @held))
      (parenthesized_expression (_ function: (function_expression) @held))
    ]) @definition.variable
] (#set! shown "anywhere"))
(export_statement "default" @name value: [(arrow_function) (function_expression)] @held) @definition.function

; A function that gets several names at once: each is its own, but for what the module calls it.
((variable_declarator value: (assignment_expression
  left: (_ object: (_) @_object property: (property_identifier) @name)
  right: [(arrow_function) (function_expression)])) @ignore
  (#any-of? @_object "exports" "module.exports" "module"))
(variable_declarator name: (identifier) @name value: (assignment_expression
  right: [(arrow_function) (function_expression)] @held)) @definition.function

; Functions assigned to members: of the module, of a prototype, of "this", of any object; and to names declared before.
((assignment_expression
  left: (_ object: (_) @_object property: (property_identifier) @name)
  right: [(arrow_function) (function_expression)] @held) @definition.function
  (#any-of? @_object "exports" "module.exports"))
((assignment_expression
  left: (_
    object: (_ object: (_) @owner property: (property_identifier) @_prototype)
    property: (property_identifier) @name)
  right: [(arrow_function) (function_expression)] @held) @definition.method
  (#eq? @_prototype "prototype") (#set! shown "anywhere"))
((assignment_expression right: (assignment_expression
  left: (_
    object: (_ object: (_) @owner property: (property_identifier) @_prototype)
    property: (property_identifier) @name)
  right: [(identifier) (member_expression)]) @definition.field)
  (#eq? @_prototype "prototype") (#set! lift "file") (#set! shown "anywhere"))
((assignment_expression
  left: (_
    object: (_ object: (_) @owner property: (property_identifier) @_prototype)
    property: (property_identifier) @name)
  right: (_)) @definition.field
  (#eq? @_prototype "prototype") (#set! shown "anywhere"))
((assignment_expression left: (_ object: (_) @name property: (property_identifier) @_prototype)
  right: (object)) @scope
  (#eq? @_prototype "prototype"))
((assignment_expression
  left: (_ object: (identifier) @_module property: (property_identifier) @_exports)
  right: (function_expression name: (identifier) @name) @held) @definition.function
  (#eq? @_module "module") (#eq? @_exports "exports"))
((assignment_expression
  left: (_ object: (identifier) @_module property: (property_identifier) @name)
  right: [(arrow_function) (function_expression !name)] @held) @definition.function
  (#eq? @_module "module") (#eq? @name "exports"))
((assignment_expression
  left: (_ object: (identifier) @_module property: (property_identifier) @name)
  right: (function_expression)) @ignore
  (#eq? @_module "module") (#eq? @name "exports"))
([
  (assignment_expression right: (assignment_expression
    left: (_ object: [(identifier) (member_expression)] @owner property: (property_identifier) @name)
    right: [(arrow_function) (function_expression)] @held) @definition.method)
  (variable_declarator value: (assignment_expression
    left: (_ object: [(identifier) (member_expression)] @owner property: (property_identifier) @name)
    right: [(arrow_function) (function_expression)] @held) @definition.method)
] (#set! lift "file"))
((assignment_expression
  left: (_ object: [(identifier) (member_expression)] @owner property: (property_identifier) @name)
  right: [(arrow_function) (function_expression)] @held) @definition.method
  (#set! shown "anywhere"))
((assignment_expression
  left: (_ object: [(identifier) (member_expression)] @owner property: (property_identifier) @name)
  right: (assignment_expression right: (function_expression) @held)) @definition.method
  (#set! shown "anywhere"))
((assignment_expression left: (_ object: (this) property: (_) @name)
  right: [(arrow_function) (function_expression)] @held) @definition.method
  (#set! lift "type") (#set! shown "anywhere"))
((assignment_expression
  left: [
    (_ object: [(subscript_expression) (call_expression)] property: (property_identifier) @name)
    (subscript_expression object: (_) @owner index: (string) @name)
  ]
  right: [(arrow_function) (function_expression)] @held) @definition.method
  (#set! shown "anywhere"))
(assignment_expression left: (identifier) @name
  right: [(arrow_function) (function_expression)] @held) @definition.function

; Classes, also those held by a name.
(class_declaration name: (_) @name) @definition.class
(variable_declarator name: (identifier) @name value: (class) @held) @definition.class
(export_statement "default" @name value: (class) @held) @definition.class
(assignment_expression left: (member_expression) right: (class name: (_) @name body: (_) @body)) @definition.class

; Methods of classes and of object literals.
((method_definition name: (property_identifier) @name) @definition.constructor
  (#eq? @name "constructor"))
((method_definition ["get" "set"] name: (_) @name) @definition.property
  (#set! shown "named"))
((method_definition name: (_) @name) @definition.method
  (#set! shown "named"))
((pair key: [(property_identifier) (string) (computed_property_name)] @name
  value: [(arrow_function) (function_expression) (generator_function)] @held) @definition.method
  (#set! shown "named"))
(pair key: [(property_identifier) (string)] @name value: (object)) @scope

((assignment_expression
  left: (_ object: (_) @_object property: (property_identifier) @name) right: (object)) @scope
  (#any-of? @_object "exports" "module.exports"))
((assignment_expression
  left: (_ object: (_) @owner property: (property_identifier) @name) right: (object)) @scope
  (#not-eq? @name "exports"))

; What Svelte computes anew whenever something changes: "$: doubled = count * 2".
((labeled_statement
  label: (statement_identifier) @_label
  body: (expression_statement [
    (assignment_expression left: (identifier) @name)
    (assignment_expression left: (array_pattern (identifier) @name))
    (parenthesized_expression (assignment_expression
      left: (object_pattern (shorthand_property_identifier_pattern) @name)))
  ])) @definition.variable
  (#eq? @_label "$"))

; Functions and classes that have a name although they are values; wrapped ones, less the name that they share.
((variable_declarator name: (identifier) @_outer
  value: (call_expression arguments: (arguments . (function_expression name: (_) @name)))) @ignore
  (#eq? @name @_outer))
([(arguments [
    (function_expression name: (_) @name body: (_) @body)
    (generator_function name: (_) @name body: (_) @body)
  ] @definition.function)
  (return_statement [
    (function_expression name: (_) @name body: (_) @body)
    (generator_function name: (_) @name body: (_) @body)
  ] @definition.function)
  (parenthesized_expression (function_expression name: (_) @name body: (_) @body) @definition.function)
  (array (function_expression name: (_) @name body: (_) @body) @definition.function)
  (arrow_function body: (function_expression name: (_) @name body: (_) @body) @definition.function)
])
([
  (arguments (class name: (_) @name body: (_) @body) @definition.class)
  (return_statement (class name: (_) @name body: (_) @body) @definition.class)
  (binary_expression (class name: (_) @name body: (_) @body) @definition.class)
  (pair value: (class name: (_) @name body: (_) @body) @definition.class)
])

; Constants and variables; exported, also those that a pattern takes apart.
(export_statement declaration: (_ (variable_declarator name: (object_pattern [
  (shorthand_property_identifier_pattern) @name
  (pair_pattern value: (identifier) @name)
  (object_assignment_pattern left: (shorthand_property_identifier_pattern) @name)
  (pair_pattern value: (assignment_pattern left: (identifier) @name))
  (rest_pattern (identifier) @name)
])) @definition.constant))
(export_statement declaration: (_ (variable_declarator name: (array_pattern [
  (identifier) @name
  (assignment_pattern left: (identifier) @name)
  (rest_pattern (identifier) @name)
])) @definition.constant))
(lexical_declaration kind: "const" (variable_declarator name: [
  (identifier) @name
  (object_pattern [
    (shorthand_property_identifier_pattern) @name
    (pair_pattern value: [(identifier) @name (assignment_pattern left: (identifier) @name)])
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @name)
    (rest_pattern (identifier) @name)
  ])
  (array_pattern [(identifier) @name (assignment_pattern left: (identifier) @name) (rest_pattern (identifier) @name)])
]) @definition.constant)
(lexical_declaration kind: "let" (variable_declarator name: [
  (identifier) @name
  (object_pattern [
    (shorthand_property_identifier_pattern) @name
    (pair_pattern value: [(identifier) @name (assignment_pattern left: (identifier) @name)])
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @name)
    (rest_pattern (identifier) @name)
  ])
  (array_pattern [(identifier) @name (assignment_pattern left: (identifier) @name) (rest_pattern (identifier) @name)])
]) @definition.variable)
(variable_declaration (variable_declarator name: [
  (identifier) @name
  (object_pattern [
    (shorthand_property_identifier_pattern) @name
    (pair_pattern value: [(identifier) @name (assignment_pattern left: (identifier) @name)])
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @name)
    (rest_pattern (identifier) @name)
  ])
  (array_pattern [(identifier) @name (assignment_pattern left: (identifier) @name) (rest_pattern (identifier) @name)])
]) @definition.variable)

; Names inside unnamed functions are local, but for the methods of an unnamed class, and for modules that are functions:
; called at once, handed to what defines or wraps the module, or one of a bundle.
(call_expression function: [
  (function_expression) @ignore
  (parenthesized_expression (function_expression) @ignore)
  (member_expression object: [(function_expression) @ignore (parenthesized_expression (function_expression) @ignore)])
])
((program (expression_statement (_ function: (identifier) @_define
  arguments: (arguments [(function_expression) (arrow_function)] @ignore))))
  (#any-of? @_define "define" "require" "requirejs"))
(object (pair value: (array . (function_expression) @ignore)))
(program (expression_statement [
  (_ function: (parenthesized_expression (function_expression))
    arguments: (arguments [(function_expression) (arrow_function)] @ignore))
  (parenthesized_expression (_ function: (function_expression)
    arguments: (arguments [(function_expression) (arrow_function)] @ignore)))
]))
(class !name) @anonymous
[(arrow_function) (function_expression) (generator_function) (class_static_block)] @local

; References. Calls, constructors, tags, decorators; imports, also those of modules that are only run or handed on.
(call_expression function: [
  (identifier) @reference.call
  (_ property: [(property_identifier) (private_property_identifier)] @reference.call)
  (parenthesized_expression [
    (identifier) @reference.call
    (_ property: (_) @reference.call)
    (sequence_expression [(identifier) @reference.call (_ property: (_) @reference.call)] .)
  ])
  (await_expression [(identifier) @reference.call (_ property: (_) @reference.call)])
])
(new_expression constructor: [
  (identifier) @reference.call
  (_ property: (property_identifier) @reference.call)
  (parenthesized_expression [(identifier) @reference.call (_ property: (_) @reference.call)])
])
(class name: (_) @reference.none)
(binary_expression operator: "instanceof"
  right: [(identifier) @reference.type (_ property: (_) @reference.type)])
(decorator [(identifier) @reference.call (_ property: (property_identifier) @reference.call)])
(import_statement (import_clause (identifier) @reference.import) source: (string) @from (#set! name "default"))
(import_statement (import_clause (namespace_import (identifier) @reference.import)) source: (string) @from
  (#set! name "*"))
(import_statement (import_clause (named_imports
  (import_specifier name: _ @reference.import alias: (_)? @alias))) source: (string) @from)
(import_statement . source: (string) @reference.import)
(import_statement . "import" . source: (string) @reference.import)
(export_statement (export_clause (export_specifier name: _ @reference.import alias: (_)? @alias))
  source: (string) @from)
(export_statement "*" @reference.import source: (string) @from)
(export_statement (namespace_export (_) @reference.import) source: (string) @from (#set! name "*"))
((call_expression function: (identifier) @_require arguments: (arguments . (string) @reference.import .))
  (#eq? @_require "require"))
(call_expression function: (import) arguments: (arguments . (string) @reference.import))
