; Components as tags, in JavaScript and in TSX (ecmascript.scm is read before this file). Tags in small letters are HTML's.
(jsx_opening_element name: (_ property: (_) @reference.call))
(jsx_self_closing_element name: (_ property: (_) @reference.call))
((jsx_opening_element name: (identifier) @reference.call)
  (#match? @reference.call "^[A-Z]"))
((jsx_self_closing_element name: (identifier) @reference.call)
  (#match? @reference.call "^[A-Z]"))
