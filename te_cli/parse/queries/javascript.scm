; What JavaScript's grammar names otherwise than TypeScript's (ecmascript.scm is read before this file).
(field_definition property: (_) @name value: [
  (arrow_function body: (_) @body)
  (function_expression body: (_) @body)
]) @definition.method
(field_definition property: (_) @name) @definition.field

; References: the class that a class extends; components as tags.
(class_heritage [(identifier) @reference.inherit (member_expression property: (_) @reference.inherit)])
(class_heritage (call_expression function: (_)) @reference.none)
((jsx_opening_element name: [(identifier) @reference.call (member_expression property: (_) @reference.call)])
  (#match? @reference.call "^[A-Z]"))
((jsx_self_closing_element name: [(identifier) @reference.call (member_expression property: (_) @reference.call)])
  (#match? @reference.call "^[A-Z]"))
