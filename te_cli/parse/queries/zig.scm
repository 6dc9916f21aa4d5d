; Comments, and the modifiers that stand before a declaration as its neighbours in the tree.
[(line_comment) (doc_comment)] @comment
(container_doc_comment) @filedoc
["pub" "threadlocal"] @modifier
((ContainerField (doc_comment) @doc) @documented)

; Types are constants that hold one.
(_ (VarDecl variable_type_function: (IDENTIFIER) @name
  "=" . (ErrorUnionExpr (SuffixExpr . (ContainerDecl (ContainerDeclType ["struct" "opaque"]) "{" @body) .)))) @definition.struct
(_ (VarDecl variable_type_function: (IDENTIFIER) @name
  "=" . (ErrorUnionExpr (SuffixExpr . (ContainerDecl (ContainerDeclType "union") "{" @body) .)))) @definition.union
(_ (VarDecl variable_type_function: (IDENTIFIER) @name
  "=" . (ErrorUnionExpr (SuffixExpr . (ContainerDecl (ContainerDeclType "enum") "{" @body) .)))) @definition.enum
(_ (VarDecl variable_type_function: (IDENTIFIER) @name
  "=" . (ErrorUnionExpr (SuffixExpr . (ErrorSetDecl "{" @body) .)))) @definition.enum
(ErrorSetDecl field_constant: (IDENTIFIER) @name @definition.constant)

; Fields, and the members of an enum.
(ContainerField field_member: (IDENTIFIER) @name) @definition.field
(ContainerDecl (ContainerDeclType "struct") (ContainerField !field_member (ErrorUnionExpr (SuffixExpr . (IDENTIFIER) @name .))) @ignore)
(ContainerField . (doc_comment)? . (ErrorUnionExpr (SuffixExpr . variable_type_function: (IDENTIFIER) @name .)))
  @definition.constant

; A function that returns a type that it writes out is that type, with parameters.
((Decl (FnProto function: (IDENTIFIER) @name)
  (Block (Statement (AssignExpr . _ @_returns . (ErrorUnionExpr (SuffixExpr . (ContainerDecl) .))))) @body) @definition.struct
  (#eq? @_returns "return"))
(Decl (FnProto function: (IDENTIFIER) @name) (Block) @body) @definition.function
(Decl (FnProto function: (IDENTIFIER) @name)) @definition.function
(VarDecl (PrefixTypeOp) . (ErrorUnionExpr (SuffixExpr (ContainerDecl) @local)))

; Tests.
((TestDecl [(STRINGLITERALSINGLE) (IDENTIFIER)] @name (Block) @body) @definition.function
  (#set! prefix "test "))

; Imports are no definitions; constants and variables are.
((Decl (VarDecl variable_type_function: (IDENTIFIER) @name
  (ErrorUnionExpr (SuffixExpr . (BUILTINIDENTIFIER) @_builtin .  (FnCallArguments) .)))) @ignore
  (#any-of? @_builtin "@import" "@This" "@cImport"))
(Decl (VarDecl "const" variable_type_function: (IDENTIFIER) @name)) @definition.constant
(Decl (VarDecl "var" variable_type_function: (IDENTIFIER) @name)) @definition.variable

; References. Calls, also by a member of what is expected (".init()"), and values written out by their type.
(SuffixExpr variable_type_function: (IDENTIFIER) @reference.call . (FnCallArguments))
(SuffixExpr field_constant: (IDENTIFIER) @reference.call . (FnCallArguments) (#set! bare))
(FieldOrFnCall function_call: (IDENTIFIER) @reference.call)
(_ (ErrorUnionExpr (SuffixExpr [
  (IDENTIFIER) @reference.call
  (FieldOrFnCall field_access: (IDENTIFIER) @reference.call)
] .)) . (InitList))

; Types: of parameters, results, variables, fields, arrays and captures of errors; among arguments their capital tells them.
(ParamDecl "comptime" parameter: (IDENTIFIER) @reference.bound (ParamType (ErrorUnionExpr . (SuffixExpr . (BuildinTypeExpr)))))
(ParamType (ErrorUnionExpr (SuffixExpr [
  (IDENTIFIER) @reference.type
  (FieldOrFnCall field_access: (IDENTIFIER) @reference.type)
] .)))
(FnProto (ErrorUnionExpr (SuffixExpr [
  (IDENTIFIER) @reference.type
  (FieldOrFnCall field_access: (IDENTIFIER) @reference.type)
] .)))
(ErrorUnionExpr (ErrorUnionExpr (SuffixExpr [
  (IDENTIFIER) @reference.type
  (FieldOrFnCall field_access: (IDENTIFIER) @reference.type)
] .)))
(VarDecl ":" . (ErrorUnionExpr (SuffixExpr [
  (IDENTIFIER) @reference.type
  (FieldOrFnCall field_access: (IDENTIFIER) @reference.type)
] .)))
(ContainerField ":" . (ErrorUnionExpr (SuffixExpr [
  (IDENTIFIER) @reference.type
  (FieldOrFnCall field_access: (IDENTIFIER) @reference.type)
] .)))
(ContainerField !field_member (ErrorUnionExpr (SuffixExpr [
  (IDENTIFIER) @reference.type
  (FieldOrFnCall field_access: (IDENTIFIER) @reference.type)
] .)))
(_ (PrefixTypeOp) . (ErrorUnionExpr (SuffixExpr [
  (IDENTIFIER) @reference.type
  (FieldOrFnCall field_access: (IDENTIFIER) @reference.type)
] .)))
((FnCallArguments (ErrorUnionExpr (SuffixExpr [
  (IDENTIFIER) @reference.type
  (FieldOrFnCall field_access: (IDENTIFIER) @reference.type)
] .)))
  (#match? @reference.type "^[A-Z]"))

; Imports, with the constant that they are kept in.
(VarDecl variable_type_function: (IDENTIFIER) @alias
  (ErrorUnionExpr (SuffixExpr . (BUILTINIDENTIFIER) @_builtin
    . (FnCallArguments (ErrorUnionExpr (SuffixExpr . (STRINGLITERALSINGLE) @reference.import .))) .))
  (#eq? @_builtin "@import"))
(SuffixExpr (BUILTINIDENTIFIER) @_builtin . (FnCallArguments (ErrorUnionExpr (SuffixExpr . (STRINGLITERALSINGLE) @reference.import .)))
  (#eq? @_builtin "@import"))
