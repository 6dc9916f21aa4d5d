; Comments; documentation also stands in attributes.
(comment) @comment
((wild_attribute name: (attr_name name: (atom) @_attribute) value: (string)) @comment
  (#any-of? @_attribute "doc" "typedoc"))
((wild_attribute name: (attr_name name: (atom) @_attribute) value: (string) @filedoc)
  (#eq? @_attribute "moduledoc"))
[(spec) (deprecated_attribute)] @attribute
(module_attribute name: (atom) @module)

; Functions, one for each clause, and the callbacks of a behaviour.
((fun_decl clause: (function_clause name: (_) @name body: (_) @body)) @definition.function
  (#set! clauses ";"))
(callback fun: (_) @name) @definition.function

; Records with their fields, types, and macros with and without arguments.
(record_decl name: (_) @name "{"? @body) @definition.struct
(record_field name: (_) @name) @definition.field
(type_alias name: (type_name name: (_) @name)) @definition.type
(opaque name: (type_name name: (_) @name)) @definition.type
(pp_define lhs: (macro_lhs name: (_) @name args: (_)) replacement: (_)? @body) @definition.macro
(pp_define lhs: (macro_lhs name: (_) @name)) @definition.constant
