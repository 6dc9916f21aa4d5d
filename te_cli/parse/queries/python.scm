; Comments, and the decorators that a definition's lines include.
(comment) @comment
(decorator) @attribute
(decorated_definition definition: (_) @wrapped) @wrapper

; Docstrings: of the file, of functions and classes, and the string below an attribute.
(module . (comment)* . (string) @filedoc)
(function_definition body: (_ . (string) @doc)) @documented
(class_definition body: (_ . (string) @doc)) @documented
(module (assignment) @documented . (string) @doc)
(class_definition body: (_ (assignment) @documented . (string) @doc))

; Initialisers and properties, before functions in general.
((function_definition name: (identifier) @name) @definition.constructor
  (#eq? @name "__init__"))
(decorated_definition
  . (decorator [(identifier) @_kind (_ attribute: (identifier) @_kind)])
  definition: (function_definition name: (identifier) @name) @definition.property
  (#any-of? @_kind "property" "cached_property" "setter" "deleter"))
(decorated_definition
  (decorator [(identifier) @_kind (_ attribute: (identifier) @_kind)])
  . definition: (function_definition name: (identifier) @name) @definition.property
  (#any-of? @_kind "property" "cached_property" "setter" "deleter"))

; Functions; those in a class become methods. So do lambdas that have a name.
(function_definition name: (identifier) @name) @definition.function
(assignment left: (identifier) @name right: (lambda body: (_) @body)) @definition.function

; Classes.
(class_definition name: (identifier) @name) @definition.class

; Type aliases.
(type_alias_statement left: (_ [(identifier) @name (generic_type . (identifier) @name)])) @definition.type
((assignment left: (identifier) @name
  type: (_ [(identifier) @_type (_ attribute: (identifier) @_type)])) @definition.type
  (#eq? @_type "TypeAlias"))

; Constants: names in capitals, of the module (also under "if", "try" and "with") or of a class. Other names there are
; variables; those in a class become fields.
((module (assignment left: (identifier) @name) @definition.constant)
  (#match? @name "^_*[A-Z][A-Z0-9_]*$"))
((class_definition body: (_ (assignment left: (identifier) @name) @definition.constant))
  (#match? @name "^_*[A-Z][A-Z0-9_]*$"))
(module (assignment left: [
  (identifier) @name
  (pattern_list [(identifier) @name (list_splat_pattern (identifier) @name)])
  (tuple_pattern (identifier) @name)
  (list_pattern [(identifier) @name (list_splat_pattern (identifier) @name)])
]) @definition.variable)
(module (assignment right: (assignment left: (identifier) @name)) @definition.variable)
(class_definition body: (_ (assignment left: [
  (identifier) @name
  (pattern_list (identifier) @name)
  (tuple_pattern (identifier) @name)
]) @definition.variable))
(class_definition body: (_ (assignment right: (assignment left: (identifier) @name)) @definition.variable))

((module (_ (block (assignment left: (identifier) @name) @definition.constant)))
  (#match? @name "^_*[A-Z][A-Z0-9_]*$"))
((module (_ (_ (block (assignment left: (identifier) @name) @definition.constant))))
  (#match? @name "^_*[A-Z][A-Z0-9_]*$"))
((class_definition body: (_ (_ [
  (block (assignment left: (identifier) @name) @definition.constant)
  (_ (block (assignment left: (identifier) @name) @definition.constant))
]))) (#match? @name "^_*[A-Z][A-Z0-9_]*$"))
(module [
  (if_statement [
    (block (assignment left: [(identifier) @name (pattern_list (identifier) @name)]) @definition.variable)
    (_ (block (assignment left: [(identifier) @name (pattern_list (identifier) @name)]) @definition.variable))
  ])
  (try_statement [
    (block (assignment left: [(identifier) @name (pattern_list (identifier) @name)]) @definition.variable)
    (_ (block (assignment left: [(identifier) @name (pattern_list (identifier) @name)]) @definition.variable))
  ])
  (with_statement
    (block (assignment left: [(identifier) @name (pattern_list (identifier) @name)]) @definition.variable))
])
(class_definition body: (_ [
  (if_statement [
    (block (assignment left: (identifier) @name) @definition.variable)
    (_ (block (assignment left: (identifier) @name) @definition.variable))
  ])
  (try_statement [
    (block (assignment left: (identifier) @name) @definition.variable)
    (_ (block (assignment left: (identifier) @name) @definition.variable))
  ])
]))

; References. Calls, decorators without arguments, base classes.
(call function: [(identifier) @reference.call (_ attribute: (identifier) @reference.call)])
(decorator [(identifier) @reference.call (_ attribute: (identifier) @reference.call)])
(class_definition superclasses: (argument_list [
  (identifier) @reference.inherit (_ attribute: (identifier) @reference.inherit)
  (subscript value: [(identifier) @reference.inherit (_ attribute: (identifier) @reference.inherit)])
  (_ subscript: [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
  (keyword_argument value: [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
]))

; Types: where annotations stand, and where values are asked for their type; less the parameters.
(type [
  (identifier) @reference.type (_ attribute: (identifier) @reference.type)
  (splat_type (identifier) @reference.type)
  (generic_type . (identifier) @reference.type)
  (list [
    (identifier) @reference.type (_ attribute: (identifier) @reference.type)
    (subscript value: [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
    (_ subscript: [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
    (binary_operator [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
  ])
  (binary_operator [
    (identifier) @reference.type (_ attribute: (identifier) @reference.type)
    (_ value: [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
    (_ subscript: [
      (identifier) @reference.type (_ attribute: (identifier) @reference.type)
      (subscript value: [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
      (_ subscript: [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
      (list [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
      (binary_operator [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
    ])
    (binary_operator [
      (identifier) @reference.type (_ attribute: (identifier) @reference.type)
      (_ value: [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
      (_ subscript: [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
      (binary_operator [
        (identifier) @reference.type (_ attribute: (identifier) @reference.type)
        (_ value: [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
        (_ subscript: [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
        (binary_operator [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
      ])
    ])
  ])
  (subscript value: [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
  (_ subscript: [
    (identifier) @reference.type (_ attribute: (identifier) @reference.type)
    (list [
      (identifier) @reference.type (_ attribute: (identifier) @reference.type)
      (subscript value: [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
      (_ subscript: [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
    ])
    (binary_operator [
      (identifier) @reference.type (_ attribute: (identifier) @reference.type)
      (_ value: [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
      (_ subscript: [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
    ])
    (subscript value: [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
    (_ subscript: [
      (identifier) @reference.type (_ attribute: (identifier) @reference.type)
      (list [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
      (subscript value: [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
      (_ subscript: [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
    ])
  ])
])
(function_definition type_parameters: (type_parameter (type [
  (identifier) @reference.bound
  (constrained_type . (type (identifier) @reference.bound))
  (splat_type (identifier) @reference.bound)
])))
(class_definition type_parameters: (type_parameter (type [
  (identifier) @reference.bound
  (constrained_type . (type (identifier) @reference.bound))
])))
(type_alias_statement left: (_ (generic_type (type_parameter (type [
  (identifier) @reference.bound
  (constrained_type . (type (identifier) @reference.bound))
])))))
(except_clause [
  (identifier) @reference.type (_ attribute: (identifier) @reference.type)
  (as_pattern . [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
  (tuple [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
  (as_pattern . (tuple [(identifier) @reference.type (_ attribute: (identifier) @reference.type)]))
])
((raise_statement . [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
  (#match? @reference.type "^[A-Z]"))
(class_pattern (dotted_name (identifier) @reference.type .))
((call function: (identifier) @_asks arguments: (argument_list . (_) . [
  (identifier) @reference.type (_ attribute: (identifier) @reference.type)
  (tuple [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
  (binary_operator [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
]))
  (#any-of? @_asks "isinstance" "issubclass"))
((call function: (identifier) @_cast arguments: (argument_list . [
  (identifier) @reference.type (_ attribute: (identifier) @reference.type)
  (subscript value: [(identifier) @reference.type (_ attribute: (identifier) @reference.type)])
] . (_) .))
  (#eq? @_cast "cast"))

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
(future_import_statement "__future__" @from name: (dotted_name) @reference.import)
