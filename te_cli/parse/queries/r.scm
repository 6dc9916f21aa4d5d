; Comments.
(comment) @comment

; Classes of R6 and of the reference kind; their members stand in lists.
((binary_operator lhs: (identifier) ["<-" "=" "<<-"] rhs: (call
  function: [(identifier) @_make (namespace_operator rhs: (identifier) @_make)]
  arguments: (arguments . (argument value: (string (string_content) @name))) @body)) @definition.class
  (#any-of? @_make "setClass" "setRefClass" "setClassUnion"))
((binary_operator lhs: (identifier) @name ["<-" "=" "<<-"] rhs: (call
  function: [(identifier) @_make (namespace_operator rhs: (identifier) @_make)]
  arguments: (arguments . (argument value: (string))))) @ignore
  (#any-of? @_make "setClass" "setRefClass" "setClassUnion"))
((binary_operator lhs: (identifier) @name ["<-" "=" "<<-"] rhs: (call
  function: [(identifier) @_make (namespace_operator rhs: (identifier) @_make)]
  arguments: (_) @body)) @definition.class
  (#any-of? @_make "R6Class" "setRefClass" "setClass" "ggproto" "new_class"))
((argument name: (identifier) @_section value: (call function: (identifier) @_list
  arguments: (arguments (argument name: (identifier) @name value: (function_definition body: (_) @body))
    @definition.constructor)))
  (#any-of? @_section "public" "methods") (#eq? @_list "list") (#eq? @name "initialize"))
((argument name: (identifier) @_section value: (call function: (identifier) @_list
  arguments: (arguments (argument name: (identifier) @name value: (function_definition body: (_) @body))
    @definition.property)))
  (#eq? @_section "active") (#eq? @_list "list"))
((argument name: (identifier) @_section value: (call function: (identifier) @_list
  arguments: (arguments (argument name: (identifier) @name value: (function_definition body: (_) @body))
    @definition.method)))
  (#any-of? @_section "public" "private" "methods") (#eq? @_list "list"))
((argument name: (identifier) @_section value: (call function: (identifier) @_list
  arguments: (arguments (argument name: (identifier) @name) @definition.field)))
  (#any-of? @_section "public" "private" "fields") (#any-of? @_list "list" "c"))

; Classes, generic functions and methods of S4.
((call function: (identifier) @_make
  arguments: (arguments . (argument value: (string (string_content) @name)))) @definition.class
  (#any-of? @_make "setClass" "setRefClass" "setClassUnion"))
((call function: (identifier) @_make
  arguments: (arguments . (argument value: (string (string_content) @name)))) @definition.function
  (#eq? @_make "setGeneric"))
((call function: (identifier) @_make
  arguments: (arguments . (argument value: [(string (string_content) @name) (identifier) @name]) . (comma)
    . (argument value: [
        (string (string_content) @owner)
        (call function: (identifier) arguments: (arguments . (argument value: (string (string_content) @owner))))
      ])
    (argument value: (function_definition body: (_) @body)))) @definition.method
  (#any-of? @_make "setMethod" "setReplaceMethod"))

; Functions, wherever they are assigned.
(binary_operator lhs: [(identifier) @name (string (string_content) @name)] ["<-" "=" "<<-"]
  rhs: (function_definition body: (_) @body)) @definition.function

; Variables of the file.
(program (binary_operator lhs: [(identifier) @name (string (string_content) @name)] ["<-" "=" "<<-"])
  @definition.variable)
(program (binary_operator ["->" "->>"] rhs: (identifier) @name) @definition.variable)

; References: calls, infix operators; what is named with its package; classes that are made by their name.
(call function: [
  (identifier) @reference.call
  (string (string_content) @reference.call)
  (namespace_operator rhs: (identifier) @reference.call)
  (extract_operator rhs: (identifier) @reference.call)
])
(namespace_operator rhs: (identifier) @reference.use)
(binary_operator operator: "special" @reference.call)
((call function: (identifier) @_makes arguments: (arguments . (argument value: (string (string_content) @reference.call))))
  (#any-of? @_makes "new" "do.call" "match.fun" "UseMethod"))

; Packages and scripts that are brought in; what a class is built on.
((call function: (identifier) @_brings arguments: (arguments . (argument
  value: [(identifier) @reference.import (string (string_content) @reference.import)])))
  (#any-of? @_brings "library" "require" "requireNamespace" "loadNamespace" "attachNamespace" "source"))
((call function: [(identifier) @_make (namespace_operator rhs: (identifier) @_make)]
    arguments: (arguments (argument name: (identifier) @_above value: [
      (identifier) @reference.inherit
      (namespace_operator rhs: (identifier) @reference.inherit)
      (string (string_content) @reference.inherit)
      (call function: (identifier) arguments: (arguments (argument value: (string (string_content) @reference.inherit))))
    ])))
  (#any-of? @_above "inherit" "contains" "_inherit" "parent")
  (#any-of? @_make "R6Class" "setClass" "setRefClass" "ggproto" "new_class"))
