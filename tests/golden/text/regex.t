about   a pattern matches whole texts, as characters of UTF-8
run     run in.gir --input 'x=["héé","hé","foo bar","foobar","HÉÉ"]' --interpret
in      in.gir
  model t  opset 20
    in x string[5]
    a : bool[5] = RegexFullMatch(x; pattern = "h.{2}|\\bfoo\\b.*") "regex"
    out a
out
  a bool[5] = 1 0 1 0 0
