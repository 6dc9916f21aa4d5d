; Comments.
(comment) @comment

; Classes of R6 and of the reference kind; their members stand in lists.
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
((program (call function: (identifier) @_make
  arguments: (arguments . (argument value: (string (string_content) @name)))) @definition.class)
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
