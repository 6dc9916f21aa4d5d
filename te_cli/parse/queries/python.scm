; Comments, and the decorators that a definition's lines include.
(comment) @comment
(decorator) @attribute
(decorated_definition definition: (_) @wrapped) @wrapper

; Docstrings: of the file, of functions and classes, and the string below an attribute.
(module . (comment)* . (string) @filedoc)
(function_definition body: (block . (string) @doc)) @documented
(class_definition body: (block . (string) @doc)) @documented
(module (assignment) @documented . (string) @doc)
(class_definition body: (block (assignment) @documented . (string) @doc))

; Initialisers and properties, before functions in general.
((function_definition name: (identifier) @name) @definition.constructor
  (#eq? @name "__init__"))
(decorated_definition
  . (decorator [(identifier) @_kind (attribute attribute: (identifier) @_kind)])
  definition: (function_definition name: (identifier) @name) @definition.property
  (#any-of? @_kind "property" "cached_property" "setter" "deleter"))
(decorated_definition
  (decorator [(identifier) @_kind (attribute attribute: (identifier) @_kind)])
  . definition: (function_definition name: (identifier) @name) @definition.property
  (#any-of? @_kind "property" "cached_property" "setter" "deleter"))

; Functions; those in a class become methods.
(function_definition name: (identifier) @name) @definition.function

; Classes.
(class_definition name: (identifier) @name) @definition.class

; Type aliases.
(type_alias_statement left: (type . (identifier) @name)) @definition.type
((assignment left: (identifier) @name type: (type (identifier) @_type)) @definition.type
  (#eq? @_type "TypeAlias"))

; Constants: names in capitals, of the module (also under "if" and "try") or of a class. Other module-level names are
; variables; those in a class become fields.
((module (assignment left: (identifier) @name) @definition.constant)
  (#match? @name "^_*[A-Z][A-Z0-9_]*$"))
((class_definition body: (block (assignment left: (identifier) @name) @definition.constant))
  (#match? @name "^_*[A-Z][A-Z0-9_]*$"))
(module (assignment left: (identifier) @name) @definition.variable)
(module (assignment left: (pattern_list (identifier) @name)) @definition.variable)
(class_definition body: (block (assignment left: (identifier) @name) @definition.variable))

((module (_ (block (assignment left: (identifier) @name) @definition.constant)))
  (#match? @name "^_*[A-Z][A-Z0-9_]*$"))
(module (if_statement (block (assignment left: (identifier) @name) @definition.variable)))
(module (if_statement (else_clause (block (assignment left: (identifier) @name) @definition.variable))))
(module (try_statement (block (assignment left: (identifier) @name) @definition.variable)))
(module (try_statement (except_clause (block (assignment left: (identifier) @name) @definition.variable))))

; References. Calls, decorators without arguments, base classes; names of types where annotations stand.
(call function: [(identifier) @reference.call (attribute attribute: (identifier) @reference.call)])
(decorator [(identifier) @reference.call (attribute attribute: (identifier) @reference.call)])
(class_definition superclasses: (argument_list [
  (identifier) @reference.inherit
  (attribute attribute: (identifier) @reference.inherit)
  (subscript value: [(identifier) @reference.inherit (attribute attribute: (identifier) @reference.inherit)])
]))
(type [(identifier) @reference.type (attribute attribute: (identifier) @reference.type)])
(type [
  (subscript value: [(identifier) @reference.type (attribute attribute: (identifier) @reference.type)])
  (generic_type (identifier) @reference.type)
  (binary_operator [(identifier) @reference.type (attribute attribute: (identifier) @reference.type)])
])
(except_clause [
  (identifier) @reference.type
  (attribute attribute: (identifier) @reference.type)
  (as_pattern . [(identifier) @reference.type (attribute attribute: (identifier) @reference.type)])
  (tuple [(identifier) @reference.type (attribute attribute: (identifier) @reference.type)])
  (as_pattern . (tuple [(identifier) @reference.type (attribute attribute: (identifier) @reference.type)]))
])

; Imports: of modules, of names from modules, of everything.
(import_statement name: [
  (dotted_name) @reference.import
  (aliased_import name: (dotted_name) @reference.import alias: (identifier) @alias)
])
(import_from_statement module_name: (_) @from name: [
  (dotted_name) @reference.import
  (aliased_import name: (dotted_name) @reference.import alias: (identifier) @alias)
])
(import_from_statement module_name: (_) @from (wildcard_import) @reference.import)
