; Comments and the manual, in which a section may stand above what it speaks of, or the whole at the end of the file;
; a package or class without a block holds what follows it, up to the end of the block that it stands in.
(comment) @comment
((pod) @filedoc (#match? @filedoc "^(?:=(?:pod|encoding)\\b[^\\n]*\\n\\s*)*=head1 NAME") (#set! apart))
((pod) @comment (#not-match? @comment "(?m)^=head1 NAME") (#set! apart))
(block (package_statement name: (package) @module . ";")) @within
(block_statement (package_statement name: (package) @module . ";")) @within
(package_statement name: (package) @module . ";")
(class_statement name: (package) @module . (attrlist)? . ";")

; Packages and classes.
((package_statement name: (package) @name (block)? @body) @definition.namespace (#set! lift "file"))
(class_statement name: (package) @name (block)? @body) @definition.class

; Subroutines and methods, and names that are given to them.
(subroutine_declaration_statement name: (_) @name) @definition.function
(method_declaration_statement name: (_) @name) @definition.method
(glob (varname (_)) @name) @ignore
(expression_statement (assignment_expression left: (glob (varname) @name) right: (refgen_expression)))
  @definition.function
(expression_statement (assignment_expression left: (glob (varname) @name)
  right: (anonymous_subroutine_expression body: (_) @body))) @definition.function

; Constants.
((use_statement module: (package) @_module (list_expression . (autoquoted_bareword) @name)) @definition.constant
  (#eq? @_module "constant") (#set! lift "type"))
((use_statement module: (package) @_module (list_expression . (string_literal (string_content) @name)))
  @definition.constant (#eq? @_module "constant") (#set! lift "type"))
((use_statement module: (package) @_module (autoquoted_bareword) @name) @definition.constant
  (#eq? @_module "constant") (#set! lift "type"))
((use_statement module: (package) @_module
  (anonymous_hash_expression (list_expression (autoquoted_bareword) @name @definition.constant)))
  (#eq? @_module "constant") (#set! lift "type"))

; Fields, the attributes of Moose and its kin, and what its kin does to methods.
(expression_statement [
  (variable_declaration "field" variable: (_ (varname) @name))
  (assignment_expression left: (variable_declaration "field" variable: (_ (varname) @name)))
]) @definition.field
((expression_statement (ambiguous_function_call_expression function: (function) @_has . [
  (autoquoted_bareword) @name
  (string_literal (string_content) @name)
  (interpolated_string_literal (string_content) @name)
  (anonymous_array_expression (list_expression [(string_literal (string_content) @name) (autoquoted_bareword) @name]))
  (anonymous_array_expression (string_literal (string_content) @name))
])) @definition.property (#eq? @_has "has"))
((expression_statement (ambiguous_function_call_expression function: (function) @_has .
  (anonymous_array_expression (quoted_word_list (string_content) @name)))) @definition.property
  (#eq? @_has "has") (#set! words))
((expression_statement (function_call_expression function: (function) @_has arguments: (list_expression . [
  (autoquoted_bareword) @name
  (string_literal (string_content) @name)
]))) @definition.property (#eq? @_has "has"))
((expression_statement (ambiguous_function_call_expression function: (function) @_modifier
  . [(autoquoted_bareword) @name (string_literal (string_content) @name)]
  . (anonymous_subroutine_expression body: (_) @body))) @definition.method
  (#any-of? @_modifier "override" "around" "before" "after" "augment"))
(anonymous_subroutine_expression) @local

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

; References. Calls of functions and methods; packages that methods are called on.
(function_call_expression function: (function) @reference.call)
(function_call_expression function: (function (varname) @reference.call))
(function (varname (scalar)) @reference.none)
(function (varname)) @reference.none
(ambiguous_function_call_expression function: (function) @reference.call)
(expression_statement (bareword) @reference.call)
(sort_expression callback: (function) @reference.call)
(refgen_expression (function (varname) @reference.call))
(method_call_expression method: (method) @reference.call)
(method_call_expression method: (method (scalar)) @reference.none)
(method_call_expression invocant: (bareword) @reference.type)
(relational_expression "isa" right: (bareword) @reference.type)

; Imports: a module, and the names that it is asked for. Bases, however a package names them.
(use_statement module: (package) @reference.import)
((use_statement module: (package) @from [
  (string_literal (string_content) @reference.import)
  (list_expression (string_literal (string_content) @reference.import))
]) (#not-match? @from "^(?:parent|base|Mojo::Base|constant|lib|overload)$"))
((use_statement module: (package) @from (quoted_word_list (string_content) @reference.import))
  (#not-match? @from "^(?:parent|base|Mojo::Base|constant|lib|overload)$") (#set! words))
((use_statement module: (package) @_base [
  (string_literal (string_content) @reference.inherit)
  (interpolated_string_literal (string_content) @reference.inherit)
  (list_expression [(string_literal (string_content) @reference.inherit)
    (interpolated_string_literal (string_content) @reference.inherit)])
]) (#any-of? @_base "parent" "base" "Mojo::Base"))
((use_statement module: (package) @_base (quoted_word_list (string_content) @reference.inherit))
  (#any-of? @_base "parent" "base") (#set! words))
((ambiguous_function_call_expression function: (function) @_extends arguments: [
  (string_literal (string_content) @reference.inherit)
  (interpolated_string_literal (string_content) @reference.inherit)
]) (#any-of? @_extends "extends" "with"))
((ambiguous_function_call_expression function: (function) @_extends
  arguments: (quoted_word_list (string_content) @reference.inherit)) (#any-of? @_extends "extends" "with") (#set! words))
((assignment_expression left: [(variable_declaration variable: (array (varname) @_isa)) (array (varname) @_isa)]
  right: [(string_literal (string_content) @reference.inherit)
    (list_expression (string_literal (string_content) @reference.inherit))]) (#eq? @_isa "ISA"))
((assignment_expression left: [(variable_declaration variable: (array (varname) @_isa)) (array (varname) @_isa)]
  right: (quoted_word_list (string_content) @reference.inherit)) (#eq? @_isa "ISA") (#set! words))
(attribute name: (attribute_name) @_isa value: (attribute_value) @reference.inherit (#eq? @_isa "isa"))
(require_expression (bareword) @reference.import)
(require_expression [(string_literal (string_content) @reference.import)
  (interpolated_string_literal (string_content) @reference.import)])
