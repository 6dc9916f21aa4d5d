; Comments.
(comment) @comment

; Modules and classes; a name may bring its path along ("class A::B").
(module name: (_) @name) @definition.namespace
(class name: (_) @name) @definition.class
(assignment left: [(constant) (scope_resolution)] @name
  right: (_ receiver: (constant) @_receiver method: (identifier) @_method block: (_)? @body)
  (#any-of? @_receiver "Struct" "Class" "Module" "Data")
  (#any-of? @_method "new" "define")) @definition.class

; Methods.
((method name: (identifier) @name) @definition.constructor
  (#eq? @name "initialize"))
(method name: (_) @name) @definition.method
(singleton_method object: (constant) @owner name: (_) @name) @definition.method
(singleton_method object: (identifier) @owner name: (_) @name) @definition.function
(singleton_method name: (_) @name) @definition.method
(call method: (identifier) @_refine arguments: (_ . [(constant) (scope_resolution)] @name)
  block: (_) (#eq? @_refine "refine")) @scope
[(do_block) (block)] @anonymous
((call method: (identifier) @_method
  arguments: (_ . [(simple_symbol) (string)] @name)
  block: (_) @body) @definition.method
  (#any-of? @_method "define_method" "define_singleton_method"))

; Attributes and other names for methods.
((call !receiver method: (identifier) @_method
  arguments: (_ [(simple_symbol) @name (string (string_content) @name)])) @definition.property
  (#any-of? @_method "attr_accessor" "attr_reader" "attr_writer" "attr"
    "cattr_accessor" "mattr_accessor" "class_attribute" "thread_mattr_accessor"))
((call receiver: (constant) @_struct method: (identifier) @_method
  arguments: (_ (simple_symbol) @name @definition.property))
  (#any-of? @_struct "Struct" "Data") (#any-of? @_method "new" "define"))
((call !receiver method: (identifier) @_method
  arguments: (_ . [(simple_symbol) @name (string (string_content) @name)])) @definition.method
  (#any-of? @_method "alias_method" "alias_attribute"))
(alias name: (_) @name) @definition.method

; Constants.
(assignment left: (constant) @name) @definition.constant
(assignment left: (_ name: (constant)) @name) @definition.constant
(assignment left: (left_assignment_list (constant) @name)) @definition.constant
(operator_assignment left: [(constant) @name (_ name: (constant) @name)]) @definition.constant

; References. What is called on something, or with arguments, and each bare name that no assignment or parameter of the
; method has made a local variable. A class is called where it makes a new object of itself.
(call receiver: [(constant) @reference.call (scope_resolution name: (constant) @reference.call)]
  method: (identifier) @_new (#eq? @_new "new"))
(call receiver: [(constant) (scope_resolution)] method: (identifier) @reference.none (#eq? @reference.none "new"))
(call method: [(identifier) (constant)] @reference.call)
(identifier) @reference.call
(assignment left: [(identifier) @reference.bound (left_assignment_list (identifier) @reference.bound)])
(assignment left: (left_assignment_list (rest_assignment (identifier) @reference.bound)))
(left_assignment_list (destructured_left_assignment (identifier) @reference.bound))
(operator_assignment left: (identifier) @reference.bound)
[
  (method_parameters (identifier) @reference.bound)
  (lambda_parameters (identifier) @reference.bound)
  (block_parameters (identifier) @reference.bound)
  (destructured_parameter (identifier) @reference.bound)
  (optional_parameter name: (identifier) @reference.bound)
  (keyword_parameter name: (identifier) @reference.bound)
  (splat_parameter name: (identifier) @reference.bound)
  (hash_splat_parameter name: (identifier) @reference.bound)
  (block_parameter name: (identifier) @reference.bound)
  (exception_variable (identifier) @reference.bound)
  (for pattern: (identifier) @reference.bound)
  (for pattern: (left_assignment_list (identifier) @reference.bound))
]
(in_clause pattern: (identifier) @reference.bound)
(array_pattern (identifier) @reference.bound)
(keyword_pattern value: (identifier) @reference.bound)
(as_pattern name: (identifier) @reference.bound)
(keyword_pattern key: (hash_key_symbol) @reference.bound !value)
(block_argument (simple_symbol) @reference.call)
(singleton_method object: (identifier) @reference.none)

; Bases and what is mixed in, what is brought in, exceptions, and every other constant.
(superclass [(constant) @reference.inherit (scope_resolution name: (constant) @reference.inherit)])
((call !receiver method: (identifier) @_include arguments: (_ [
  (constant) @reference.inherit
  (scope_resolution name: (constant) @reference.inherit)
])) (#any-of? @_include "include" "extend" "prepend"))
((call !receiver method: (identifier) @_require
  arguments: (_ . (string . (string_content) @reference.import .) .))
  (#any-of? @_require "require" "require_relative" "load"))
((call !receiver method: (identifier) @_autoload
  arguments: (_ . (simple_symbol) @reference.import . (string (string_content) @from)))
  (#eq? @_autoload "autoload"))
(exceptions [(constant) @reference.type (scope_resolution name: (constant) @reference.type)])
(exceptions (_) [(constant) @reference.type (scope_resolution name: (constant) @reference.type)])
((call !receiver method: (identifier) @_raise arguments: (_ . [
  (constant) @reference.call
  (scope_resolution name: (constant) @reference.call)
])) (#any-of? @_raise "raise" "fail"))
((call receiver: (_) method: (identifier) @_is arguments: (_ . [
  (constant) @reference.type
  (scope_resolution name: (constant) @reference.type)
])) (#any-of? @_is "is_a?" "kind_of?" "instance_of?"))
(when (pattern [(constant) @reference.type (scope_resolution name: (constant) @reference.type)]))
(scope_resolution scope: (constant) @reference.none)
(scope_resolution scope: (scope_resolution name: (constant) @reference.none))
(constant) @reference.use
