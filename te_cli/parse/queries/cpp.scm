; What C++ has beyond C (c.scm is read after this file). A template's lines begin at "template".
(template_declaration [
  (function_definition) (declaration) (class_specifier) (struct_specifier) (union_specifier)
  (alias_declaration) (concept_definition) (field_declaration) (friend_declaration)
] @wrapped) @wrapper

; A test of googletest's, whose macro makes a class of its suite and its name.
((function_definition !type declarator: (_ declarator: (identifier) @_macro parameters: (_
  . (parameter_declaration !declarator type: (type_identifier) @owner)
  . (parameter_declaration !declarator type: (type_identifier) @name) .))) @definition.function
  (#match? @_macro "^((TYPED_)?TEST(_[FP])?|TYPED_TEST_P|FUZZ_TEST)$"))

((function_definition !type declarator: (_ declarator: (identifier) @name parameters: (_
  . (parameter_declaration !declarator) . (parameter_declaration !declarator) .))) @ignore
  (#match? @name "^((TYPED_)?TEST(_[FP])?|TYPED_TEST_P|FUZZ_TEST)$"))

; A test of Catch's or doctest's is named by a string; its block stands behind it.
((expression_statement (_ function: (identifier) @_macro
    arguments: (_ . (string_literal (string_content) @name)))) @definition.function
  . (compound_statement) @end @body
  (#match? @_macro "^(TEST_CASE|SCENARIO|TEST_CASE_FIXTURE)$"))
(declaration_list (compound_statement) @local)

; Namespaces.
(namespace_definition name: (_) @name) @definition.namespace

; A specialization by its plain name: its arguments may be more than the grammar can balance.
(class_specifier name: (template_type name: (type_identifier) @name) body: (_)) @definition.class
(struct_specifier name: (template_type name: (type_identifier) @name) body: (_)) @definition.struct
(union_specifier name: (template_type name: (type_identifier) @name) body: (_)) @definition.union

; Classes; aliases; concepts. Methods are functions that a class holds or whose name brings the class along.
(class_specifier name: (_) @name body: (_)) @definition.class
(alias_declaration name: (type_identifier) @name) @definition.type
(concept_definition name: (identifier) @name) @definition.type

; "Foo::Foo() = default;" outside of the class, which the grammar takes for an assignment.
((expression_statement (assignment_expression
  left: (_ function: (qualified_identifier) @name)
  right: (identifier) @_default)) @definition.function
  (#any-of? @_default "default" "delete"))

; A friend is no member of the class that names it; one that is defined there belongs to what encloses the class.
(friend_declaration (function_definition) @wrapped) @wrapper
((friend_declaration (function_definition declarator: (_) @declarator) @definition.function) (#set! lift "namespace"))
(friend_declaration (declaration declarator: (_) @declarator)) @ignore

; Only what a scoped enum holds is named after it.
(enum_specifier ["class" "struct"] name: (_) @name body: (_)) @definition.enum

; Names inside lambdas are local.
(lambda_expression) @local

; References beyond C's. What is called behind a namespace or a class, with template arguments, as a constructor.
(call_expression function: [
  (qualified_identifier name: [
    (identifier) @reference.call
    (template_function name: (identifier) @reference.call)
    (qualified_identifier name: [
      (identifier) @reference.call
      (template_function name: (identifier) @reference.call)
      (qualified_identifier name: [
        (identifier) @reference.call
        (template_function name: (identifier) @reference.call)
        (qualified_identifier name: [(identifier) @reference.call (template_function name: (identifier) @reference.call)])
      ])
    ])
  ])
  (template_function name: (identifier) @reference.call)
  (field_expression field: [
    (template_method name: (field_identifier) @reference.call)
    (dependent_name (template_method name: (field_identifier) @reference.call))
    (qualified_identifier name: (_) @reference.call)
  ])
])
((template_function name: (identifier) @reference.none)
  (#any-of? @reference.none "static_cast" "dynamic_cast" "reinterpret_cast" "const_cast"))
([
  (new_expression type: [
    (type_identifier) @reference.call
    (template_type name: (type_identifier) @reference.call)
    (qualified_identifier name: [
      (type_identifier) @reference.call
      (template_type name: (type_identifier) @reference.call)
      (qualified_identifier name: [(type_identifier) @reference.call (template_type name: (type_identifier) @reference.call)])
    ])
  ])
  (compound_literal_expression type: [
    (type_identifier) @reference.call
    (template_type name: (type_identifier) @reference.call)
    (qualified_identifier name: [
      (type_identifier) @reference.call
      (template_type name: (type_identifier) @reference.call)
      (qualified_identifier name: [(type_identifier) @reference.call (template_type name: (type_identifier) @reference.call)])
    ])
  ])
])

; "Type name(argument);" in a function makes an object: its arguments are no types.
(compound_statement (declaration declarator: (_ parameters: (_
  (parameter_declaration !declarator type: (type_identifier) @reference.none)))))

; Base classes; type parameters; names, namespaces and modules that are brought in.
(base_class_clause [
  (type_identifier) @reference.inherit
  (template_type name: (type_identifier) @reference.inherit)
  (qualified_identifier name: [
    (type_identifier) @reference.inherit
    (template_type name: (type_identifier) @reference.inherit)
    (qualified_identifier name: [
      (type_identifier) @reference.inherit
      (template_type name: (type_identifier) @reference.inherit)
      (qualified_identifier name: [(type_identifier) @reference.inherit (template_type name: (type_identifier) @reference.inherit)])
    ])
  ])
])
(type_parameter_declaration (type_identifier) @reference.bound)
(variadic_type_parameter_declaration (type_identifier) @reference.bound)
(optional_type_parameter_declaration name: (type_identifier) @reference.bound)
(using_declaration [(identifier) (qualified_identifier)] @reference.import)
(namespace_alias_definition name: (_) @alias "=" (_) @reference.import)
(import_declaration name: (_) @reference.import)
