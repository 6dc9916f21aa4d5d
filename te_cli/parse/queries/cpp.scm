; What C++ has beyond C (c.scm is read before this file). A template's lines begin at "template".
(template_declaration [
  (function_definition) (declaration) (class_specifier) (struct_specifier) (union_specifier)
  (alias_declaration) (concept_definition) (field_declaration)
] @wrapped) @wrapper

; Namespaces.
(namespace_definition name: (_) @name) @definition.namespace

; Classes; aliases; concepts. Methods are functions that a class holds or whose name brings the class along.
(class_specifier name: (_) @name body: (_)) @definition.class
(alias_declaration name: (type_identifier) @name) @definition.type
(concept_definition name: (identifier) @name) @definition.type

; Names inside lambdas are local.
(lambda_expression) @local
