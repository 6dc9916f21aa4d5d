; Comments, and the modifiers that stand before a declaration.
[(line_comment) (doc_comment)] @comment
(container_doc_comment) @filedoc
["pub" "threadlocal"] @attribute
((ContainerField (doc_comment) @doc) @documented)

; Types are constants that hold one.
(_ (VarDecl variable_type_function: (IDENTIFIER) @name
  "=" . (ErrorUnionExpr (SuffixExpr . (ContainerDecl (ContainerDeclType "struct") "{" @body) .)))) @definition.struct
(_ (VarDecl variable_type_function: (IDENTIFIER) @name
  "=" . (ErrorUnionExpr (SuffixExpr . (ContainerDecl (ContainerDeclType "opaque") "{" @body) .)))) @definition.struct
(_ (VarDecl variable_type_function: (IDENTIFIER) @name
  "=" . (ErrorUnionExpr (SuffixExpr . (ContainerDecl (ContainerDeclType "union") "{" @body) .)))) @definition.union
(_ (VarDecl variable_type_function: (IDENTIFIER) @name
  "=" . (ErrorUnionExpr (SuffixExpr . (ContainerDecl (ContainerDeclType "enum") "{" @body) .)))) @definition.enum
(_ (VarDecl variable_type_function: (IDENTIFIER) @name
  "=" . (ErrorUnionExpr (SuffixExpr . (ErrorSetDecl "{" @body) .)))) @definition.enum
(ErrorSetDecl field_constant: (IDENTIFIER) @name @definition.constant)

; Fields, and the members of an enum.
(ContainerField field_member: (IDENTIFIER) @name) @definition.field
(ContainerField . (doc_comment)? . (ErrorUnionExpr (SuffixExpr . variable_type_function: (IDENTIFIER) @name)))
  @definition.constant

; A function that returns a type that it writes out is that type, with parameters.
(Decl (FnProto function: (IDENTIFIER) @name)
  (Block (Statement (AssignExpr "return" (ErrorUnionExpr (SuffixExpr . (ContainerDecl) .))))) @body) @definition.struct
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
