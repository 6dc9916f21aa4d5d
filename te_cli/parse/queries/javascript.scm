; What JavaScript's grammar names otherwise than TypeScript's (ecmascript.scm is read before this file).
(field_definition property: (_) @name value: [
  (arrow_function body: (_) @body)
  (function_expression body: (_) @body)
]) @definition.method
(field_definition property: (_) @name) @definition.field

; References: the class that a class extends.
(class_heritage [(identifier) @reference.inherit (member_expression property: (_) @reference.inherit)])
