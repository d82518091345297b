about   what is not defined on texts
run     check in.gir
in      in.gir
  model t  opset 20
    in x string[3]
    a : string[3] = Add(x, x) "add"
    d : f8e5m2[3] = Cast(x; to = 19) "small"
    e : bool[3] = RegexFullMatch(x; pattern = "(a") "regex"
    f : string[3] = StringNormalizer(x; case_change_action = "up") "case"
    out a
    out d
    out e
    out f
exit    2
out
  in.gir: 4 errors, 0 warnings, 4 nodes looked at
err
  in.gir: node 'add' (Add, opset 20): error[E0404]: A is string, the text wants num (ir/ops/elementwise.ein:51)
      next: insert a Cast, or check the exporter
  in.gir: node 'small' (Cast, opset 20): error[E0404]: Cast between texts and elements of type f8e5m2 is not defined; cast to float32 between them
      next: insert a Cast, or check the exporter
  in.gir: node 'regex' (RegexFullMatch, opset 20): error[E0401]: the pattern '(a', at character 3: a `(` that is not closed
      next: `sinter list ops NAME` shows what is accepted
  in.gir: node 'case' (StringNormalizer, opset 20): error[E0401]: attribute `case_change_action` of StringNormalizer is none of NONE, LOWER, UPPER
      next: `sinter list ops NAME` shows what is accepted
