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

((list_lit . (sym_lit namespace: (_) name: (sym_name) @_define) . (sym_lit) . (kwd_lit) . (_) . (str_lit) @doc . (_)) @documented
  (#match? @_define "^def"))
((list_lit . (sym_lit namespace: (_) name: (sym_name) @_define) . (sym_lit) . (kwd_lit) . (_) . (str_lit) @comment . (_))
  (#match? @_define "^def"))

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
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @name) . (_)? @body) @definition.function
  (#eq? @_define "deftest"))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @name)) @definition.function
  (#any-of? @_define "defn" "defn-" "defmulti" "defspec"))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @name)) @definition.macro
  (#eq? @_define "defmacro"))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @name)
  . (_) . (vec_lit) . (_)? @body) @definition.method
  (#eq? @_define "defmethod"))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @name)) @definition.method
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
  (#any-of? @_define
    "defrecord" "deftype" "defprotocol" "definterface" "extend-type" "extend-protocol"))
((list_lit . (sym_lit name: (sym_name) @_define)
  (list_lit . (sym_lit name: (sym_name) @name) . (vec_lit) . (_)? @body) @definition.method)
  (#any-of? @_define "reify" "proxy"))
((list_lit . (meta_lit) . (sym_lit name: (sym_name) @_define)
  (list_lit . (sym_lit name: (sym_name) @name) . (vec_lit) . (_)? @body) @definition.method)
  (#any-of? @_define "reify" "proxy"))
((list_lit . (sym_lit name: (sym_name) @_define)) @anonymous
  (#any-of? @_define "reify" "proxy"))
((list_lit . (meta_lit) . (sym_lit name: (sym_name) @_define)) @anonymous
  (#any-of? @_define "reify" "proxy"))
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

; What other libraries' macros define.
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @name) . (_)) @definition.variable
  (#match? @_define "^def[a-z-]+$") (#not-match? @_define "^def(ault|er|erred|ined)"))

; References. What heads a list is called; what is threaded through, too.
((list_lit . (sym_lit namespace: (sym_ns) @qualifier name: (sym_name) @reference.call)) (#set! bare))
((list_lit . (meta_lit) . (sym_lit namespace: (sym_ns) @qualifier name: (sym_name) @reference.call)) (#set! bare))
((list_lit . (sym_lit !namespace name: (sym_name) @reference.call)) (#set! bare))
((list_lit . (meta_lit) . (sym_lit !namespace name: (sym_name) @reference.call)) (#set! bare))
((anon_fn_lit . (sym_lit namespace: (sym_ns) @qualifier name: (sym_name) @reference.call)) (#set! bare))
((anon_fn_lit . (sym_lit !namespace name: (sym_name) @reference.call)) (#set! bare))
((list_lit . (sym_lit name: (sym_name) @_thread) . (_)
  (sym_lit namespace: (sym_ns) @qualifier name: (sym_name) @reference.call))
  (#any-of? @_thread "->" "->>" "some->" "some->>"))
((list_lit . (sym_lit name: (sym_name) @_thread) . (_) (sym_lit !namespace name: (sym_name) @reference.call))
  (#any-of? @_thread "->" "->>" "some->" "some->>") (#set! bare))
((list_lit . (sym_lit name: (sym_name) @_new) . (sym_lit name: (sym_name) @reference.call))
  (#eq? @_new "new") (#set! bare))
(var_quoting_lit (sym_lit namespace: (sym_ns) @qualifier name: (sym_name) @reference.use))
((var_quoting_lit (sym_lit !namespace name: (sym_name) @reference.use)) (#set! bare))
(quoting_lit (list_lit . (sym_lit name: (sym_name) @reference.none)))
(dis_expr (list_lit . (sym_lit name: (sym_name) @reference.none)))

; Protocols and interfaces that are implemented, and types.
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit) . (vec_lit) (sym_lit name: (sym_name) @reference.implement))
  (#any-of? @_define "defrecord" "deftype") (#set! bare))
((list_lit . (sym_lit name: (sym_name) @_define) (sym_lit name: (sym_name) @reference.implement))
  (#eq? @_define "reify") (#set! bare))
((list_lit . (meta_lit) . (sym_lit name: (sym_name) @_define) (sym_lit name: (sym_name) @reference.implement))
  (#eq? @_define "reify") (#set! bare))
((list_lit . (sym_lit name: (sym_name) @_define) . (vec_lit (sym_lit name: (sym_name) @reference.implement)))
  (#eq? @_define "proxy") (#set! bare))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit) (sym_lit name: (sym_name) @reference.implement))
  (#eq? @_define "extend-type") (#set! bare))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @reference.implement))
  (#eq? @_define "extend-protocol") (#set! bare))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit) (sym_lit name: (sym_name) @reference.type))
  (#eq? @_define "extend-protocol") (#set! bare))
((list_lit . (sym_lit name: (sym_name) @_define) . (sym_lit name: (sym_name) @reference.type))
  (#any-of? @_define "extend-type" "instance?" "catch") (#set! bare))
((meta_lit (sym_lit name: (sym_name) @reference.type)) (#set! bare))

; Imports, in a namespace's head and on their own.
((list_lit . (kwd_lit name: (kwd_name) @_import)
  (vec_lit . (sym_lit name: (sym_name) @reference.import) (kwd_lit name: (kwd_name) @_as) . (sym_lit) @alias))
  (#any-of? @_import "require" "require-macros" "use") (#any-of? @_as "as" "as-alias"))
((list_lit . (kwd_lit name: (kwd_name) @_import)
  [(vec_lit . (sym_lit name: (sym_name) @reference.import)) (sym_lit name: (sym_name) @reference.import)])
  (#any-of? @_import "require" "require-macros" "use"))
((list_lit . (kwd_lit name: (kwd_name) @_import)
  [(sym_lit name: (sym_name) @reference.import)
   (list_lit . (sym_lit) @from (sym_lit name: (sym_name) @reference.import))
   (vec_lit . (sym_lit) @from (sym_lit name: (sym_name) @reference.import))])
  (#eq? @_import "import"))
((list_lit . (kwd_lit name: (kwd_name) @_import) (list_lit . (sym_lit name: (sym_name) @reference.none)))
  (#eq? @_import "import"))
((list_lit . (sym_lit name: (sym_name) @_import)
  (quoting_lit (vec_lit . (sym_lit name: (sym_name) @reference.import) (kwd_lit name: (kwd_name) @_as) . (sym_lit) @alias)))
  (#any-of? @_import "require" "use") (#any-of? @_as "as" "as-alias"))
((list_lit . (sym_lit name: (sym_name) @_import) (quoting_lit
  [(vec_lit . (sym_lit name: (sym_name) @reference.import)) (sym_lit name: (sym_name) @reference.import)]))
  (#any-of? @_import "require" "use" "import"))
((list_lit . (sym_lit name: (sym_name) @_import) [
  (sym_lit name: (sym_name) @reference.import)
  (list_lit . (sym_lit) @from (sym_lit name: (sym_name) @reference.import))
  (quoting_lit (list_lit . (sym_lit) @from (sym_lit name: (sym_name) @reference.import)))
])
  (#eq? @_import "import"))
(vec_lit . (sym_lit) @from (kwd_lit name: (kwd_name) @_refer) . (vec_lit (sym_lit name: (sym_name) @reference.import))
  (#any-of? @_refer "refer" "only" "refer-macros"))
