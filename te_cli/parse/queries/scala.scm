; Comments, annotations, and the package.
[(comment) (block_comment)] @comment
(annotation) @attribute
(package_clause name: (_) @module)

; Types.
(class_definition name: (_) @name) @definition.class
(object_definition name: (_) @name) @definition.class
(trait_definition name: (_) @name) @definition.trait
(enum_definition name: (_) @name) @definition.enum
(simple_enum_case name: (_) @name) @definition.constant
(full_enum_case name: (_) @name) @definition.constant
(type_definition name: (_) @name) @definition.type
(package_object name: (_) @name) @definition.namespace

; Functions; those of a type become methods.
((function_definition name: (_) @name) @definition.constructor
  (#eq? @name "this"))
(function_definition name: (_) @name) @definition.function
(function_declaration name: (_) @name) @definition.function

; A constructor's parameters that are fields: "val", "var", and all of a case class.
(class_parameter ["val" "var"] name: (identifier) @name) @definition.field
(class_definition "case" class_parameters: (class_parameters (class_parameter name: (identifier) @name) @definition.field))

; Values and variables; those of a type become fields.
(val_definition pattern: (identifier) @name) @definition.variable
(val_definition pattern: (tuple_pattern (identifier) @name)) @definition.variable
(var_definition pattern: (identifier) @name) @definition.variable
(val_declaration name: (identifier) @name) @definition.variable
(var_declaration name: (identifier) @name) @definition.variable
(given_definition name: (_) @name) @definition.variable

; Names inside unnamed functions are local.
(lambda_expression) @local
