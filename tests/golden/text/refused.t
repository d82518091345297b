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
