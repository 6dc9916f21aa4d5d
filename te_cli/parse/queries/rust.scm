; Comments: "//!" and "/*! */" speak of the file, all others of what follows.
(line_comment !inner) @comment
(block_comment !inner) @comment
(line_comment inner: (_)) @filedoc
(block_comment inner: (_)) @filedoc
(attribute_item) @attribute

; Modules written in place.
(mod_item name: (identifier) @name body: (_)) @definition.namespace

; Functions; those in an impl or a trait become methods. Bodiless ones are a trait's or an extern block's.
(function_item name: (identifier) @name) @definition.function
(function_signature_item name: (identifier) @name) @definition.function

; impl blocks name what they hold, without being a definition.
(impl_item type: [
  (type_identifier) @name
  (primitive_type) @name
  (scoped_type_identifier name: (type_identifier) @name)
  (generic_type type: (type_identifier) @name)
  (generic_type type: (scoped_type_identifier name: (type_identifier) @name))
  (reference_type type: (type_identifier) @name)
  (reference_type type: (generic_type type: (type_identifier) @name))
]) @scope
(impl_item type: (_) @name) @scope

; Types and their parts.
(struct_item name: (type_identifier) @name) @definition.struct
(union_item name: (type_identifier) @name) @definition.union
(enum_item name: (type_identifier) @name) @definition.enum
(enum_variant name: (identifier) @name) @definition.constant
(field_declaration name: (field_identifier) @name) @definition.field
(trait_item name: (type_identifier) @name) @definition.trait
(type_item name: (type_identifier) @name) @definition.type
(associated_type name: (type_identifier) @name) @definition.type

; Constants, statics, macros.
(const_item name: (identifier) @name) @definition.constant
(static_item name: (identifier) @name) @definition.variable
(macro_definition name: (identifier) @name ["{" "(" "["] @body) @definition.macro
(closure_expression) @local

; References. Calls, struct literals, macros (in whose arguments a name before parentheses is a call, too).
(call_expression function: [
  (identifier) @reference.call
  (field_expression field: (field_identifier) @reference.call)
  (scoped_identifier name: (identifier) @reference.call)
  (generic_function function: [
    (identifier) @reference.call
    (field_expression field: (field_identifier) @reference.call)
    (scoped_identifier name: (identifier) @reference.call)
  ])
])
(struct_expression name: [
  (type_identifier) @reference.call
  (scoped_type_identifier name: (type_identifier) @reference.call)
  (generic_type_with_turbofish type: [(type_identifier) @reference.call (scoped_identifier name: (identifier) @reference.call)])
])
(macro_invocation macro: [(identifier) @reference.call (scoped_identifier name: (identifier) @reference.call)])
(token_tree (identifier) @reference.call . (token_tree . "(") (#set! before "("))
(token_tree (identifier) @reference.call . "::" . "<" . (_) . ">" . (token_tree . "("))
(token_tree "default" @reference.call . (token_tree . "("))
(token_tree "fn" . (identifier) @reference.none)
(attribute arguments: (token_tree ["(" ","] . (identifier) @reference.none))
(token_tree (identifier) @reference.call . "!" . (token_tree))
(attribute [(identifier) @reference.call (scoped_identifier name: (identifier) @reference.call)])

; Traits: those above a trait, and the one that an impl is of; types, less the parameters.
(trait_item bounds: (trait_bounds [
  (type_identifier) @reference.inherit
  (scoped_type_identifier name: (type_identifier) @reference.inherit)
  (generic_type type: [
    (type_identifier) @reference.inherit
    (scoped_type_identifier name: (type_identifier) @reference.inherit)
  ])
]))
(impl_item trait: [
  (type_identifier) @reference.implement
  (scoped_type_identifier name: (type_identifier) @reference.implement)
  (generic_type type: [
    (type_identifier) @reference.implement
    (scoped_type_identifier name: (type_identifier) @reference.implement)
  ])
])
(type_parameters (type_parameter name: (type_identifier) @reference.bound))
(tuple_struct_pattern type: [(identifier) @reference.type (scoped_identifier name: (identifier) @reference.type)])
(type_identifier) @reference.type

; Imports: each leaf of a tree of uses; "mod x;" brings in the module that is another file.
(mod_item name: (identifier) @reference.import !body)
(use_declaration argument: [(identifier) (scoped_identifier) (use_wildcard)] @reference.import)
(use_as_clause path: (_) @reference.import alias: (_) @alias (#set! path "scoped_use_list"))
(use_list [(identifier) (self) (scoped_identifier) (use_wildcard)] @reference.import
  (#set! path "scoped_use_list"))
(extern_crate_declaration name: (identifier) @reference.import alias: (identifier) @alias)
(extern_crate_declaration name: (identifier) @reference.import)
