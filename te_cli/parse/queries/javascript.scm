; What JavaScript's grammar names otherwise than TypeScript's (ecmascript.scm is read before this file).
(field_definition property: (_) @name value: [(arrow_function) (function_expression)] @held) @definition.method
(field_definition property: (_) @name) @definition.field

; References: the class that a class extends.
(class_heritage [(identifier) @reference.inherit (_ property: (_) @reference.inherit)])
