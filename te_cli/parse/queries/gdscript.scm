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
(lambda) @local

; Signals, constants, what the editor shows as properties, variables.
(signal_statement name: (name) @name) @definition.property
(const_statement name: (name) @name) @definition.constant
(variable_statement (annotations (annotation (identifier) @_kind)) name: (name) @name setget: (setget) @body
  (#match? @_kind "^export")) @definition.property
(variable_statement (annotations (annotation (identifier) @_kind)) name: (name) @name
  (#match? @_kind "^export")) @definition.property
(variable_statement name: (name) @name setget: (setget) @body) @definition.variable
(variable_statement name: (name) @name) @definition.variable
