; Comments.
(comment) @comment

; Functions with a body.
(function_definition declarator: (_) @declarator) @definition.function

; Variables, and prototypes; both are known by what their declarator says. Inside functions variables are local.
; "extern" ones yield to a definition in the same file, as prototypes do.
((declaration (storage_class_specifier) @_storage declarator: (_) @declarator) @declaration.variable
  (#eq? @_storage "extern"))
((declaration type: (_ name: (_) body: (_)) declarator: (_) @declarator) @definition.variable (#set! transparent))
(declaration declarator: (_) @declarator) @definition.variable

; A block on its own: what a macro makes a function of.
(translation_unit (compound_statement) @local)

; What error recovery leaves of a function or prototype that macros have made unreadable.
(ERROR (function_declarator) @declarator @declaration.function)

; typedef of a nameless struct, union or enum: the alias is its name.
(type_definition type: (struct_specifier !name body: (_) @body) declarator: (type_identifier) @name) @definition.struct
(type_definition type: (union_specifier !name body: (_) @body) declarator: (type_identifier) @name) @definition.union
((type_definition type: (enum_specifier !name body: (_) @body) declarator: (type_identifier) @name) @definition.enum
  (#set! transparent))

; A typedef that names nothing but the tag.
(type_definition type: (_ body: (_)) @wrapped declarator: (MISSING type_identifier)) @wrapper

; typedef of a tag by its own name: the definition of the tag stands for both.
((type_definition type: (_ name: (type_identifier) @_tag body: (_)) declarator: (type_identifier) @name) @ignore
  (#eq? @_tag @name))

; Other typedefs lend their name to nothing inside.
((type_definition type: (_ body: (_) @body) declarator: (_) @declarator) @definition.type (#set! transparent))
((type_definition declarator: (_) @declarator) @definition.type (#set! transparent))

; Structs, unions and enums with a body; their fields and members. What an enum holds is not named after it.
(struct_specifier name: (_) @name body: (_)) @definition.struct
(union_specifier name: (_) @name body: (_)) @definition.union
((enum_specifier name: (_) @name body: (_)) @definition.enum (#set! transparent))
(enumerator name: (identifier) @name) @definition.constant
((field_declaration type: (_ name: (_) body: (_)) declarator: (_) @declarator) @definition.field (#set! transparent))
(field_declaration declarator: (_) @declarator) @definition.field

; Macros. They know no scopes. An include guard is none that anybody looks for.
((translation_unit . (comment)* . (preproc_ifdef name: (identifier) @_guard . (comment)*
  . (preproc_def name: (identifier) @name !value) @ignore) . (comment)* .) (#eq? @_guard @name))
((preproc_def name: (identifier) @name) @definition.macro (#set! lift "file"))
((preproc_function_def name: (identifier) @name value: (_) @body) @definition.macro (#set! lift "file"))
((preproc_function_def name: (identifier) @name) @definition.macro (#set! lift "file"))

; References. Calls, of functions and of what a member holds; types; headers.
(call_expression function: [
  (identifier) @reference.call
  (field_expression field: (field_identifier) @reference.call)
])
; "(f)(a, b)" is a call, "(T)(a)" a cast.
(call_expression function: (parenthesized_expression (identifier) @reference.call) arguments: (argument_list (_) (_)))
(call_expression function: (parenthesized_expression (identifier) @reference.call) arguments: (argument_list "(" . ")"))
(call_expression function: (parenthesized_expression (identifier) @reference.type) arguments: (argument_list . (_) .))
(attribute_specifier (argument_list (call_expression function: (identifier) @reference.none)))
(type_identifier) @reference.type
(preproc_include path: [(string_literal (string_content) @reference.import) (system_lib_string) @reference.import])
