; Comments; documentation stands in attributes above what it speaks of, or, of a module, inside it.
(comment) @comment
((unary_operator operator: "@" operand: (call target: (identifier) @_attribute (arguments [(string) (sigil)]))) @comment
  (#any-of? @_attribute "doc" "typedoc"))
((unary_operator operator: "@" operand: (call target: (identifier) @_attribute (arguments [(keywords) (boolean)])))
  @attribute
  (#any-of? @_attribute "doc" "typedoc" "impl"))
((call target: (identifier)
  (do_block (_ operator: "@" operand: (call target: (identifier) @_attribute (arguments (_) @doc)))))
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
  (arguments . (alias) @owner (keywords (_ key: (keyword) @_for value: (alias) @name))) (do_block)) @scope
  (#eq? @_define "defimpl") (#match? @_for "^for:"))
((call target: (identifier) @_define (arguments . (alias) @name) (do_block)) @scope
  (#eq? @_define "defimpl"))

; Functions, one for all clauses of as many arguments, with and without guards; macros in the same forms.
((call target: (identifier) @_define
  (arguments . [
    (identifier) @name
    (call target: (identifier) @name (arguments) @parameters)
    (_ left: (identifier) @name operator: "when")
    (_ left: (call target: (identifier) @name (arguments) @parameters) operator: "when")
  ] (keywords)? @body)
  (do_block)? @body) @definition.function
  (#any-of? @_define "def" "defp" "defdelegate" "defn" "defnp") (#set! clauses))
((call target: (identifier) @_define
  (arguments . [
    (unary_operator operator: _ @name) @parameters
    (binary_operator operator: _ @name) @parameters
    (_ left: (binary_operator operator: _ @name) @parameters operator: "when")
  ] (keywords)? @body) (do_block)? @body) @definition.function
  (#any-of? @_define "def" "defp" "defdelegate") (#not-eq? @name "when") (#set! clauses))
((call target: (identifier) @_define
  (arguments . [
    (identifier) @name
    (call target: (identifier) @name (arguments) @parameters)
    (_ left: (identifier) @name operator: "when")
    (_ left: (call target: (identifier) @name (arguments) @parameters) operator: "when")
  ] (keywords)? @body)
  (do_block)? @body) @definition.macro
  (#any-of? @_define "defmacro" "defmacrop" "defguard" "defguardp") (#set! clauses))
((call target: (identifier) @_define
  (arguments . [
    (unary_operator operator: _ @name) @parameters
    (binary_operator operator: _ @name) @parameters
    (_ left: (binary_operator operator: _ @name) @parameters operator: "when")
  ] (keywords)? @body) (do_block)? @body) @definition.macro
  (#any-of? @_define "defmacro" "defmacrop") (#not-eq? @name "when") (#set! clauses))

; A struct's fields, which are its module's; records.
((call target: (identifier) @_define (arguments . (list [
    (atom) @name @definition.field
    (keywords (_ key: (keyword) @name) @definition.field)])))
  (#any-of? @_define "defstruct" "defexception"))
((call target: (identifier) @_define (arguments . (keywords (_ key: (keyword) @name) @definition.field)))
  (#any-of? @_define "defstruct" "defexception"))
((call target: [(identifier) @_define (_ right: (identifier) @_define)] (arguments . (atom) @name)) @definition.struct
  (#any-of? @_define "defrecord" "defrecordp"))

; Types, callbacks, and module attributes that hold a value.
((unary_operator operator: "@" operand: (call target: (identifier) @_attribute
  (arguments (binary_operator left: [(identifier) @name (call target: (identifier) @name)])))) @definition.type
  (#any-of? @_attribute "type" "typep" "opaque"))
((unary_operator operator: "@" operand: (call target: (identifier) @_attribute
  (arguments (binary_operator left: [
    (identifier) @name
    (call target: (identifier) @name)
    (_ left: [(identifier) @name (call target: (identifier) @name)] operator: "::")])))) @definition.function
  (#any-of? @_attribute "callback" "macrocallback"))
((do_block (_ operator: "@" operand: (call target: (identifier) @name (arguments))) @definition.constant)
  (#not-match? @name
    "^((module|type)?doc|spec|impl|deprecated|type|typep|opaque|(macro|optional_)?callbacks?|behaviour|derive|since|shortdoc)$")
  (#not-match? @name
    "^(enforce_keys|compile|dialyzer|(before|after)_compile|on_load|external_resource|(module|describe)?tag)$"))

; References. Calls, with parentheses and without, through pipes, and functions that are handed over; a struct's type.
((call target: (identifier) @reference.call) (#set! bare))
(call target: (_ left: [(alias) (atom)] @qualifier right: (identifier) @reference.call))
(call target: (_ left: (_) right: (identifier) @reference.call) (arguments))
((binary_operator operator: "|>" right: (identifier) @reference.call) (#set! bare))
((unary_operator operator: "&" operand: (_ left: (identifier) @reference.call operator: "/"))
  (#set! bare))
(struct (alias) @reference.type)
((unary_operator operator: "@" operand: (identifier) @reference.use) (#set! bare))

; Types where they are specified; what raises and rescues names its exception.
((unary_operator operator: "@" operand: (call target: (identifier) @_attribute) @reference.types)
  (#any-of? @_attribute "spec" "type" "typep" "opaque" "callback" "macrocallback"))
((unary_operator operator: "@" operand: (call target: (identifier) @_attribute
  (arguments (binary_operator left: [
    (call target: (identifier) @reference.none)
    (binary_operator left: (call target: (identifier) @reference.none))]))))
  (#any-of? @_attribute "spec" "callback" "macrocallback"))
((unary_operator operator: "@" operand: (call target: (identifier) @reference.none)))
(binary_operator operator: "::" right: (identifier) @reference.type)
((call target: (identifier) @_raise (arguments . (alias) @reference.type))
  (#any-of? @_raise "raise" "reraise"))
(binary_operator operator: "in" right: (alias) @reference.type)
(rescue_block (stab_clause left: (arguments (alias) @reference.type)))

; Behaviours and protocols that are implemented, and what is brought in.
((unary_operator operator: "@" operand: (call target: (identifier) @_attribute (arguments . (alias) @reference.implement)))
  (#eq? @_attribute "behaviour"))
((call target: (identifier) @_define (arguments . (alias) @reference.implement))
  (#eq? @_define "defimpl"))
((call target: (identifier) @_define
  (arguments (keywords (_ key: (keyword) @_for value: [(alias) @reference.type (list (alias) @reference.type)]))))
  (#eq? @_define "defimpl") (#match? @_for "^for:"))
((call target: (identifier) @_import
  (arguments . (alias) @reference.import (keywords (_ key: (keyword) @_as value: (alias) @alias))))
  (#eq? @_import "alias") (#match? @_as "^as:"))
((call target: (identifier) @_import (arguments . [
  (alias) @reference.import
  (dot left: (alias) @from right: (tuple (alias) @reference.import))
]))
  (#any-of? @_import "alias" "import" "require" "use"))
((call target: (identifier) @_define (arguments . (alias) @reference.none))
  (#any-of? @_define "defmodule" "defprotocol"))
((call target: (identifier) @_define (arguments . [
    (call target: (identifier) @reference.none)
    (_ left: (call target: (identifier) @reference.none) operator: "when")
]))
  (#any-of? @_define
    "def" "defp" "defmacro" "defmacrop" "defguard" "defguardp" "defdelegate" "defn" "defnp"))
((call target: (identifier) @_define
    (arguments (keywords (_ key: (keyword) @_to value: (alias) @reference.type))))
  (#eq? @_define "defdelegate") (#match? @_to "^to:"))
