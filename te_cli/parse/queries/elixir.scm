; Comments; documentation stands in attributes above what it speaks of, or, of a module, inside it.
(comment) @comment
((unary_operator operator: "@" operand: (call target: (identifier) @_attribute (arguments [(string) (sigil)]))) @comment
  (#any-of? @_attribute "doc" "typedoc"))
((unary_operator operator: "@" operand: (call target: (identifier) @_attribute (arguments [(keywords) (boolean)])))
  @attribute
  (#any-of? @_attribute "doc" "typedoc" "impl"))
((call target: (identifier)
  (do_block (unary_operator operator: "@" operand: (call target: (identifier) @_attribute (arguments (_) @doc)))))
  @documented
  (#eq? @_attribute "moduledoc"))
((unary_operator operator: "@" operand: (call target: (identifier) @_attribute)) @attribute
  (#any-of? @_attribute "spec" "impl" "deprecated"))

; Modules, protocols, and implementations, which name what they hold without being a definition.
((call target: (identifier) @_define (arguments . (alias) @name) (do_block) @body) @definition.namespace
  (#eq? @_define "defmodule"))
((call target: (identifier) @_define (arguments . (alias) @name) (do_block) @body) @definition.interface
  (#eq? @_define "defprotocol"))
((call target: (identifier) @_define
  (arguments . (alias) @owner (keywords (pair key: (keyword) @_for value: (alias) @name))) (do_block)) @scope
  (#eq? @_define "defimpl") (#match? @_for "^for:"))
((call target: (identifier) @_define (arguments . (alias) @name) (do_block)) @scope
  (#eq? @_define "defimpl"))

; Functions, one for all clauses of as many arguments, with and without guards; macros in the same forms.
((call target: (identifier) @_define
  (arguments . [
    (identifier) @name
    (call target: (identifier) @name (arguments) @parameters)
    (binary_operator left: (identifier) @name operator: "when")
    (binary_operator left: (call target: (identifier) @name (arguments) @parameters) operator: "when")
  ] (keywords)? @body)
  (do_block)? @body) @definition.function
  (#any-of? @_define "def" "defp" "defdelegate" "defn" "defnp") (#set! clauses))
((call target: (identifier) @_define
  (arguments . [
    (unary_operator operator: _ @name) @parameters
    (binary_operator operator: _ @name) @parameters
    (binary_operator left: (binary_operator operator: _ @name) @parameters operator: "when")
  ] (keywords)? @body) (do_block)? @body) @definition.function
  (#any-of? @_define "def" "defp" "defdelegate") (#not-eq? @name "when") (#set! clauses))
((call target: (identifier) @_define
  (arguments . [
    (identifier) @name
    (call target: (identifier) @name (arguments) @parameters)
    (binary_operator left: (identifier) @name operator: "when")
    (binary_operator left: (call target: (identifier) @name (arguments) @parameters) operator: "when")
  ] (keywords)? @body)
  (do_block)? @body) @definition.macro
  (#any-of? @_define "defmacro" "defmacrop" "defguard" "defguardp") (#set! clauses))
((call target: (identifier) @_define
  (arguments . [
    (unary_operator operator: _ @name) @parameters
    (binary_operator operator: _ @name) @parameters
    (binary_operator left: (binary_operator operator: _ @name) @parameters operator: "when")
  ] (keywords)? @body) (do_block)? @body) @definition.macro
  (#any-of? @_define "defmacro" "defmacrop") (#not-eq? @name "when") (#set! clauses))

; A struct's fields, which are its module's; records.
((call target: (identifier) @_define (arguments . (list [
    (atom) @name @definition.field
    (keywords (pair key: (keyword) @name) @definition.field)])))
  (#any-of? @_define "defstruct" "defexception"))
((call target: (identifier) @_define (arguments . (keywords (pair key: (keyword) @name) @definition.field)))
  (#any-of? @_define "defstruct" "defexception"))
((call target: [(identifier) @_define (dot right: (identifier) @_define)] (arguments . (atom) @name)) @definition.struct
  (#any-of? @_define "defrecord" "defrecordp"))

; Types, callbacks, and module attributes that hold a value.
((unary_operator operator: "@" operand: (call target: (identifier) @_attribute
  (arguments (binary_operator left: [(identifier) @name (call target: (identifier) @name)])))) @definition.type
  (#any-of? @_attribute "type" "typep" "opaque"))
((unary_operator operator: "@" operand: (call target: (identifier) @_attribute
  (arguments (binary_operator left: [
    (identifier) @name
    (call target: (identifier) @name)
    (binary_operator left: [(identifier) @name (call target: (identifier) @name)] operator: "::")])))) @definition.function
  (#any-of? @_attribute "callback" "macrocallback"))
((do_block (unary_operator operator: "@" operand: (call target: (identifier) @name (arguments))) @definition.constant)
  (#not-match? @name
    "^((module|type)?doc|spec|impl|deprecated|type|typep|opaque|(macro|optional_)?callbacks?|behaviour|derive|since|shortdoc)$")
  (#not-match? @name
    "^(enforce_keys|compile|dialyzer|(before|after)_compile|on_load|external_resource|(module|describe)?tag)$"))
