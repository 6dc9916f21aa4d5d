; Comments, pragmas, and the module.
[(comment) (haddock)] @comment
((declarations (pragma) @attribute) (#set! either))
(header module: (module) @module)
(haskell . (pragma)* . (haddock) @filedoc)

; Types with their constructors and fields. A record's fields belong to the type.
(data_type name: (_) @name constructors: (_)? @body) @definition.type
(data_type (infix operator: (_) @name) constructors: (_)? @body) @definition.type
(newtype name: (_) @name constructor: (_)? @body) @definition.type
(data_constructor constructor: (prefix name: (_) @name)) @definition.constructor
(data_constructor constructor: (infix operator: (_) @name)) @definition.constructor
(data_constructor constructor: (record name: (_) @name @definition.constructor))
(newtype_constructor name: (_) @name @definition.constructor)
(gadt_constructor [name: (_) @name (binding_list (_) @name)]) @definition.constructor
(field name: (field_name (variable) @name)) @definition.field
(type_synomym name: (_) @name) @definition.type
(type_synomym . (infix operator: (_) @name)) @definition.type
(type_family name: (_) @name) @definition.type
(data_family name: (_) @name) @definition.type
((pattern_synonym (signature synonym: (_) @name)) @declaration.constructor)
(pattern_synonym (equation synonym: [
  (constructor) @name
  (apply function: (constructor) @name)
  (apply function: (apply function: (constructor) @name))
  (apply function: (apply function: (apply function: (constructor) @name)))
  (infix operator: (_) @name)
])) @definition.constructor

; Classes; an instance lends the name of its type to its methods.
(class name: (_) @name "where" @body) @definition.trait
(class name: (_) @name) @definition.trait
(instance patterns: (type_patterns . [
  (qualified id: (name) @name)
  (name) @name
  (parens (apply constructor: (name) @name))
  (parens (apply constructor: (apply constructor: (name) @name)))
  (parens (apply constructor: (apply constructor: (apply constructor: (name) @name))))
] .)) @scope
((instance name: (_) @name) @scope (#set! prefix "instance "))

; Functions, one for each clause, and values; a signature of its own yields to them.
([
  (declarations (function [
    (variable) @name
    (prefix_id [(operator) (constructor_operator)] @name)
    (infix operator: [(operator) @name (infix_id [(variable) (constructor)] @name)])
  ] (patterns)? . match: (_) @body) @definition.function)
  (class_declarations (function [
    (variable) @name
    (prefix_id [(operator) (constructor_operator)] @name)
    (infix operator: [(operator) @name (infix_id [(variable) (constructor)] @name)])
  ] (patterns)? . match: (_) @body) @definition.function)
  (instance_declarations (function [
    (variable) @name
    (prefix_id [(operator) (constructor_operator)] @name)
    (infix operator: [(operator) @name (infix_id [(variable) (constructor)] @name)])
  ] (patterns)? . match: (_) @body) @definition.function)
] (#set! clauses))
(declarations (bind [(variable) @name (prefix_id [(operator) (constructor_operator)] @name)] . match: (_) @body) @definition.function)
(class_declarations (bind [(variable) @name (prefix_id [(operator) (constructor_operator)] @name)] . match: (_) @body) @definition.function)
(instance_declarations (bind [(variable) @name (prefix_id [(operator) (constructor_operator)] @name)] . match: (_) @body) @definition.function)
(declarations (bind pattern: (tuple element: (variable) @name)) @definition.variable)
(foreign_import signature: (signature name: (_) @name)) @definition.function
(declarations (signature [
  (variable) @name
  (prefix_id [(operator) (constructor_operator)] @name)
  (binding_list [(variable) @name (prefix_id [(operator) (constructor_operator)] @name)])
]) @declaration.function)
(class_declarations (signature [
  (variable) @name
  (prefix_id [(operator) (constructor_operator)] @name)
  (binding_list [(variable) @name (prefix_id [(operator) (constructor_operator)] @name)])
]) @declaration.function)

; References. What is applied to arguments, what heads or ends a chain of operators, and statements.
((apply function: (variable) @reference.call) (#set! bare))
(apply function: (qualified module: (_) @qualifier id: (variable) @reference.call))
((infix_id (variable) @reference.call) (#set! bare))
(infix_id (qualified module: (_) @qualifier id: (variable) @reference.call))
(infix left_operand: [(variable) @reference.call (qualified module: (_) @qualifier id: (variable) @reference.call)] operator: (operator) @_chain
  (#any-of? @_chain "$" "$!" "." "<$>" "=<<" "<=<" ">=>" "<$!>" "***" "&&&" ">>>" "<*>" "<*" "*>" ">>" ">>="))
(infix operator: (operator) @_chain right_operand: [(variable) @reference.call (qualified module: (_) @qualifier id: (variable) @reference.call)]
  (#any-of? @_chain "." "&" "<&>" ">>=" "=<<" "<=<" ">=>" ">>>" "***" "&&&" ">>" "*>"))
(exp . [(variable) @reference.call (qualified module: (_) @qualifier id: (variable) @reference.call)] .)
(bind arrow: _ expression: [(variable) @reference.call (qualified module: (_) @qualifier id: (variable) @reference.call)])
(qualified module: (_) @qualifier id: [(constructor) (constructor_operator)] @reference.use)
[(constructor) (constructor_operator)] @reference.use

; Classes that are extended and implemented, types, and imports; what is exported stays what it is.
(class context: (context context: [
  (apply constructor: (name) @reference.inherit)
  (parens (apply constructor: (name) @reference.inherit))
  (tuple (apply constructor: (name) @reference.inherit))
]))
(instance name: (name) @reference.implement)
(instance name: (qualified module: (_) @qualifier id: (name) @reference.implement))
(deriving_instance name: (name) @reference.implement)
(deriving classes: [
  (name) @reference.implement
  (qualified module: (_) @qualifier id: (name) @reference.implement)
  (parens [(name) @reference.implement (qualified module: (_) @qualifier id: (name) @reference.implement)])
  (tuple [(name) @reference.implement (qualified module: (_) @qualifier id: (name) @reference.implement)])
])
(qualified module: (_) @qualifier id: (name) @reference.type)
(name) @reference.type
(export type: (name) @reference.none)
(import module: (module) @reference.import alias: (module) @alias !names)
(import module: (module) @reference.import !names)
(import module: (module) @reference.import "hiding")
(import "hiding" names: (import_list name: (import_name [variable: (_) type: (_)] @reference.none)))
(import module: (module) @from names: (import_list name: (import_name [variable: (_) type: (_)] @reference.import)))
