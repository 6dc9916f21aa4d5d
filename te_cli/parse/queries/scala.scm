; Comments, annotations, and the package.
[(comment) (block_comment)] @comment
(annotation) @attribute
((package_clause name: (_) @module !body) (#set! nested "."))
((package_clause name: (_) @module body: (_) @within) (#set! nested "."))

; An extension lends the name of the type that it extends.
(extension_definition . parameters: (parameters . (parameter type: [
  (type_identifier) @name
  (stable_type_identifier (type_identifier) @name)
  (singleton_type (identifier) @name)
  (generic_type type: (type_identifier) @name)
]))) @scope
(extension_definition . type_parameters: (_) . parameters: (parameters . (parameter type: [
  (type_identifier) @name
  (stable_type_identifier (type_identifier) @name)
  (singleton_type (identifier) @name)
  (generic_type type: (type_identifier) @name)
]))) @scope

; What ends with a line that says so.
([
  (class_definition name: (_) @name) @definition.class
  (object_definition name: (_) @name) @definition.class
  (trait_definition name: (_) @name) @definition.trait
  (enum_definition name: (_) @name) @definition.enum
  (package_object name: (_) @name) @definition.namespace
  (function_definition name: (_) @name) @definition.function
  (given_definition name: (_) @name body: [(with_template_body) (template_body)] @body) @definition.class
] . "end" . "_end_ident" @end (#eq? @name @end))
((function_definition name: (_) @name) @definition.constructor . "end" . "this" @end (#eq? @name "this"))
((given_definition !name return_type: [
  (type_identifier) @name (generic_type type: (type_identifier) @name) (stable_type_identifier (type_identifier) @name)
] body: [(with_template_body) (template_body)] @body) @definition.class . "end" . "given" @end (#set! prefix "given "))

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
(val_definition pattern: (identifiers (identifier) @name)) @definition.variable
(val_definition pattern: (tuple_pattern (identifier) @name)) @definition.variable
(var_definition pattern: (identifiers (identifier) @name)) @definition.variable
(var_definition pattern: (tuple_pattern (identifier) @name)) @definition.variable
(var_definition pattern: (identifier) @name) @definition.variable
(val_declaration name: (identifier) @name) @definition.variable
(var_declaration name: (identifier) @name) @definition.variable
(given_definition name: (_) @name body: [(with_template_body) (template_body)] @body) @definition.class
(given_definition name: (_) @name) @definition.variable
((given_definition !name return_type: [
  (type_identifier) @name (generic_type type: (type_identifier) @name) (stable_type_identifier (type_identifier) @name)
] body: [(with_template_body) (template_body)] @body) @definition.class (#set! prefix "given "))
((given_definition !name return_type: [
  (type_identifier) @name (generic_type type: (type_identifier) @name) (stable_type_identifier (type_identifier) @name)
]) @definition.variable (#set! prefix "given "))

; Names inside unnamed functions and blocks are local.
[(lambda_expression) (block) (indented_block)] @local
(instance_expression (template_body)) @anonymous

; References. Calls, constructors, extractors, operators that are words; annotations.
(call_expression function: [
  (identifier) @reference.call
  (field_expression field: (identifier) @reference.call)
  (generic_function function: [(identifier) @reference.call (field_expression field: (identifier) @reference.call)])
])
(generic_function function: [(identifier) @reference.call (field_expression field: (identifier) @reference.call)])
(infix_expression operator: (identifier) @reference.call)
(generic_function function: (infix_expression right: [  ; type arguments take in the whole chain of operators before
  (identifier) @reference.call
  (field_expression field: (identifier) @reference.call)
]))
(instance_expression . [
  (type_identifier) @reference.call
  (stable_type_identifier (type_identifier) @reference.call)
  (generic_type type: [(type_identifier) @reference.call (stable_type_identifier (type_identifier) @reference.call)])
  (compound_type base: [
    (type_identifier) @reference.call
    (stable_type_identifier (type_identifier) @reference.call)
    (generic_type type: [(type_identifier) @reference.call (stable_type_identifier (type_identifier) @reference.call)])
  ])
])
(annotation name: [
  (type_identifier) @reference.type
  (stable_type_identifier (type_identifier) @reference.type)
  (generic_type type: [(type_identifier) @reference.type (stable_type_identifier (type_identifier) @reference.type)])
])

; Bases: what stands first may be a class, what follows it is a trait.
(extends_clause [
  (type_identifier) @reference.implement
  (stable_type_identifier (type_identifier) @reference.implement)
  (generic_type type: [(type_identifier) @reference.implement (stable_type_identifier (type_identifier) @reference.implement)])
])
(extends_clause "extends" . [
  (type_identifier) @reference.inherit
  (stable_type_identifier (type_identifier) @reference.inherit)
  (generic_type type: [(type_identifier) @reference.inherit (stable_type_identifier (type_identifier) @reference.inherit)])
])
(given_definition return_type: [(type_identifier) @reference.implement (generic_type type: (type_identifier) @reference.implement)])
(derives_clause type: (type_identifier) @reference.implement)

; Types.
(type_parameters name: (identifier) @reference.bound)
(covariant_type_parameter name: (identifier) @reference.bound)
(contravariant_type_parameter name: (identifier) @reference.bound)
(type_definition type_parameters: (type_parameters name: (identifier) @reference.none))

; The lambdas of types that a compiler's plugin knows: λ[α => F[G[α]]].
((generic_type type: (type_identifier) @reference.none type_arguments: (type_arguments . (function_type)))
  (#any-of? @reference.none "λ" "Lambda"))
((generic_type
  type: (type_identifier) @_lambda
  type_arguments: (type_arguments . (function_type parameter_types: (parameter_types (type_identifier) @reference.bound))))
  (#any-of? @_lambda "λ" "Lambda"))
(type_identifier) @reference.type

; Imports: a path, or a name of a list behind one.
(import_declaration (identifier) @from . (namespace_selectors [(identifier) (namespace_wildcard)] @reference.import))
(import_declaration (identifier) @from . (namespace_selectors [
  (arrow_renamed_identifier name: (identifier) @reference.import alias: (_) @alias)
  (as_renamed_identifier name: (identifier) @reference.import alias: (_) @alias)
]))
(import_declaration (identifier) @from . (as_renamed_identifier name: (_) @reference.import alias: (_) @alias))
(import_declaration (identifier) @from . (namespace_wildcard) @reference.import)
(import_declaration (identifier) @reference.import . ",")
(import_declaration (identifier) @reference.import .)
