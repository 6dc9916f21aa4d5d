; Comments; a package or class without a block holds what follows it.
(comment) @comment
(package_statement name: (package) @module . ";")
(class_statement name: (package) @module . (attrlist)? . ";")

; Packages and classes.
(package_statement name: (package) @name (block)? @body) @definition.namespace
(class_statement name: (package) @name (block)? @body) @definition.class

; Subroutines and methods, and names that are given to them.
(subroutine_declaration_statement name: (_) @name) @definition.function
(method_declaration_statement name: (_) @name) @definition.method
(expression_statement (assignment_expression left: (glob (varname) @name) right: (refgen_expression)))
  @definition.function
(expression_statement (assignment_expression left: (glob (varname) @name)
  right: (anonymous_subroutine_expression body: (_) @body))) @definition.function

; Constants.
((use_statement module: (package) @_module (list_expression . (autoquoted_bareword) @name)) @definition.constant
  (#eq? @_module "constant"))
((use_statement module: (package) @_module
  (anonymous_hash_expression (list_expression (autoquoted_bareword) @name @definition.constant)))
  (#eq? @_module "constant"))

; Fields, and the attributes of Moose and its kin.
(expression_statement [
  (variable_declaration "field" variable: (_ (varname) @name))
  (assignment_expression left: (variable_declaration "field" variable: (_ (varname) @name)))
]) @definition.field
((expression_statement (ambiguous_function_call_expression function: (function) @_has
  arguments: [(autoquoted_bareword) @name (string_literal (string_content) @name)])) @definition.property
  (#eq? @_has "has"))

; Variables of the file or package.
(source_file (expression_statement (assignment_expression
  left: (variable_declaration variable: (scalar (varname) @name))
  right: (anonymous_subroutine_expression body: (_) @body))) @definition.function)
(source_file (expression_statement [
  (variable_declaration variable: (_ (varname) @name))
  (variable_declaration variables: (_ (varname) @name))
  (assignment_expression left: (variable_declaration variable: (_ (varname) @name)))
  (assignment_expression left: (variable_declaration variables: (_ (varname) @name)))
]) @definition.variable)
(package_statement (block (expression_statement [
  (variable_declaration variable: (_ (varname) @name))
  (variable_declaration variables: (_ (varname) @name))
  (assignment_expression left: (variable_declaration variable: (_ (varname) @name)))
  (assignment_expression left: (variable_declaration variables: (_ (varname) @name)))
]) @definition.variable))
