; Comments, and the namespace.
(comment) @comment
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @module))
  (#eq? @_define "ns"))
((list_lit . (sym_lit name: (sym_name) @_define) . (quoting_lit (sym_lit name: (sym_name) @module)))
  (#eq? @_define "in-ns"))

; Documentation strings: behind the name, and at the end of a protocol's method. They are no part of a signature.
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit) . (str_lit) @filedoc)
  (#eq? @_define "ns"))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit) . (str_lit) @doc . (_)) @documented
  (#match? @_define "^def"))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit) . (str_lit) @comment . (_))
  (#match? @_define "^def"))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit)
  (list_lit . (sym_lit) . (vec_lit) (str_lit) @doc .) @documented)
  (#eq? @_define "defprotocol"))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit)
  (list_lit . (sym_lit) . (vec_lit) (str_lit) @comment .))
  (#eq? @_define "defprotocol"))

; Functions of one arity and of several, and macros.
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @name)
  . (str_lit)? . (map_lit)? . (vec_lit) . (_)? @body) @definition.function
  (#any-of? @_define "defn" "defn-"))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @name)
  . (str_lit)? . (map_lit)? . (list_lit . (vec_lit) . (_)? @body)) @definition.function
  (#any-of? @_define "defn" "defn-"))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @name)
  . (str_lit)? . (map_lit)? . (vec_lit) . (_)? @body) @definition.macro
  (#eq? @_define "defmacro"))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @name)
  . (str_lit)? . (map_lit)? . (list_lit . (vec_lit) . (_)? @body)) @definition.macro
  (#eq? @_define "defmacro"))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @name) (_)? @body) @definition.function
  (#eq? @_define "deftest"))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @name)) @definition.function
  (#any-of? @_define "defn" "defn-" "defmulti" "defspec"))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @name)) @definition.macro
  (#eq? @_define "defmacro"))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @name)
  . (_) . (vec_lit) . (_)? @body) @definition.method
  (#eq? @_define "defmethod"))

; Types and protocols; what extends a type lends it its name.
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @name) . (vec_lit) . (_)? @body)
  @definition.struct
  (#eq? @_define "defrecord"))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @name) . (vec_lit) . (_)? @body)
  @definition.class
  (#eq? @_define "deftype"))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit) . (vec_lit (sym_lit name: (sym_name) @name) @definition.field))
  (#any-of? @_define "defrecord" "deftype"))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @name) . (str_lit)? . (list_lit)? @body)
  @definition.interface
  (#any-of? @_define "defprotocol" "definterface"))
((list_lit . (sym_lit name: (sym_name) @_define)
  (list_lit . (sym_lit name: (sym_name) @name) . (vec_lit) . (_)? @body) @definition.method)
  (#any-of? @_define "defrecord" "deftype" "defprotocol" "definterface" "extend-type" "extend-protocol"))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @name)) @scope
  (#any-of? @_define "extend-type" "extend-protocol"))

; Values, and specifications.
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @name)
  (list_lit . (sym_lit name: (sym_name) @_function) . (vec_lit) . (_)? @body) .) @definition.function
  (#eq? @_define "def") (#eq? @_function "fn"))
((list_lit . (sym_lit !namespace name: (sym_name) @_define) . (sym_lit name: (sym_name) @name) . (_)) @definition.variable
  (#any-of? @_define "def" "defonce"))
((list_lit . (sym_lit namespace: (_) name: (sym_name) @_define) . (kwd_lit) @name) @definition.constant
  (#eq? @_define "def"))
