; Comments.
(comment) @comment

; Modules and classes; a name may bring its path along ("class A::B").
(module name: (_) @name) @definition.namespace
(class name: (_) @name) @definition.class
(assignment left: [(constant) (scope_resolution)] @name
  right: (call receiver: (constant) @_receiver method: (identifier) @_method block: (_)? @body)
  (#any-of? @_receiver "Struct" "Class" "Module" "Data")
  (#any-of? @_method "new" "define")) @definition.class

; Methods.
((method name: (identifier) @name) @definition.constructor
  (#eq? @name "initialize"))
(method name: (_) @name) @definition.method
(singleton_method object: (constant) @owner name: (_) @name) @definition.method
(singleton_method name: (_) @name) @definition.method
((call method: (identifier) @_method
  arguments: (argument_list . [(simple_symbol) (string)] @name)
  block: (_) @body) @definition.method
  (#any-of? @_method "define_method" "define_singleton_method"))

; Attributes and other names for methods.
((call !receiver method: (identifier) @_method
  arguments: (argument_list (simple_symbol) @name)) @definition.property
  (#any-of? @_method "attr_accessor" "attr_reader" "attr_writer" "attr"
    "cattr_accessor" "mattr_accessor" "class_attribute" "thread_mattr_accessor"))
((call !receiver method: (identifier) @_method
  arguments: (argument_list . (simple_symbol) @name)) @definition.method
  (#any-of? @_method "alias_method"))
(alias name: (_) @name) @definition.method

; Constants.
(assignment left: (constant) @name) @definition.constant
(assignment left: (scope_resolution name: (constant)) @name) @definition.constant
