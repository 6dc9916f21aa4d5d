; Comments, annotations, and the class that the file itself is.
(comment) @comment
(annotation) @attribute
(class_name_statement name: (name) @module)
(class_name_statement name: (name) @name) @definition.class

; Classes inside the file, enums and their values.
(class_definition name: (name) @name) @definition.class
(enum_definition name: (name) @name) @definition.enum
(enumerator left: (identifier) @name) @definition.constant

; Functions; those in a class become methods.
(constructor_definition "_init" @name) @definition.constructor
(function_definition name: (name) @name) @definition.function
[(lambda) (setget)] @local

; Signals, constants, what the editor shows as properties, variables.
(signal_statement name: (name) @name) @definition.property
(const_statement name: (name) @name) @definition.constant
(variable_statement (annotations (annotation (identifier) @_kind)) name: (name) @name setget: (setget) @body
  (#match? @_kind "^export")) @definition.property
(variable_statement (annotations (annotation (identifier) @_kind)) name: (name) @name
  (#match? @_kind "^export")) @definition.property
((annotation (identifier) @_kind) . (variable_statement name: (name) @name setget: (setget) @body) @definition.property
  (#match? @_kind "^export"))
((annotation (identifier) @_kind) . (variable_statement name: (name) @name) @definition.property
  (#match? @_kind "^export"))
(variable_statement name: (name) @name setget: (setget) @body) @definition.variable
(variable_statement name: (name) @name) @definition.variable

; References. Calls of functions, methods and bases; a class is called where it makes a new object of itself.
(call (identifier) @reference.call)
(attribute_call (identifier) @reference.call)
(base_call (identifier) @reference.call)
(attribute (identifier) @reference.call . (attribute_call (identifier) @_new) (#eq? @_new "new"))
(attribute (identifier) . (attribute_call (identifier) @reference.none) (#eq? @reference.none "new"))

; Bases, types, and files.
(extends_statement (type [(identifier) @reference.inherit (attribute (identifier) @reference.inherit .)]))
(extends_statement (string) @reference.import)
(type [
  (identifier) @reference.type
  (attribute (identifier) @reference.type .)
  (subscript . (identifier) @reference.type)
])
(type (subscript (subscript_arguments [(identifier) @reference.type (attribute (identifier) @reference.type .)])))
(binary_operator ["as" "is"] right: [(identifier) @reference.type (attribute (identifier) @reference.type .)])
(const_statement name: (name) @alias value: (call (identifier) @_load (arguments . (string) @reference.import))
  (#any-of? @_load "preload" "load"))
((call (identifier) @_load (arguments . (string) @reference.import)) (#any-of? @_load "preload" "load"))
