; Comments; documentation also stands in attributes.
(comment) @comment
((wild_attribute name: (attr_name name: (atom) @_attribute) value: (string)) @comment
  (#any-of? @_attribute "doc" "typedoc"))
((wild_attribute name: (attr_name name: (atom) @_attribute) value: (string) @filedoc)
  (#eq? @_attribute "moduledoc"))
[(spec) (deprecated_attribute)] @attribute
(module_attribute name: (atom) @module)

; Functions, one for all clauses of as many arguments, and the callbacks of a behaviour.
((fun_decl clause: (function_clause name: (_) @name args: (_) @parameters body: (_) @body)) @definition.function
  (#set! clauses ";") (#set! arity))
((callback fun: (_) @name sigs: (type_sig args: (_) @parameters)) @definition.function
  (#set! arity))

; Records with their fields, types, and macros with and without arguments.
(record_decl name: (_) @name "{"? @body) @definition.struct
(record_decl fields: (record_field name: (_) @name) @definition.field)
(type_alias name: (type_name name: (_) @name)) @definition.type
(opaque name: (type_name name: (_) @name)) @definition.type
(nominal name: (type_name name: (_) @name)) @definition.type
(pp_define lhs: (macro_lhs name: (_) @name args: (_)) replacement: (_)? @body) @definition.macro
(pp_define lhs: (macro_lhs name: (_) @name)) @definition.constant

; References. Calls, of macros too, functions that are handed over, and types, which look like calls; records.
((call expr: (atom) @reference.call) (#set! bare))
(call expr: (remote module: (remote_module module: (_) @qualifier) fun: (atom) @reference.call))
(internal_fun fun: (atom) @reference.call)
(external_fun fun: (atom) @reference.call)
(macro_call_expr name: (_) @reference.call args: (_))
((macro_call_expr name: (_) @reference.use !args)
  (#not-match? @reference.use "^(MODULE(_STRING)?|LINE|FILE|FUNCTION_(NAME|ARITY)|MACHINE)$"))
(record_name name: (_) @reference.type)
[(spec) (callback) (type_alias) (opaque) (nominal) (field_type)] @reference.types
(behaviour_attribute name: (_) @reference.implement)

; Imports: of functions from modules, and of files.
(import_attribute module: (_) @from funs: (fa fun: (_) @reference.import))
(pp_include file: (_) @reference.import)
(pp_include_lib file: (_) @reference.import)
