about   as many pieces as the longest text has; and texts that are made in several kernels
run     run in.gir --input 'x=["The Quick Brown","fox",""]' --interpret
in      in.gir
  model t  opset 20
    in x string[3]
    l : none[?] = StringNormalizer(x; case_change_action = "UPPER") "upper"
    p : none[?], n : none[?] = StringSplit(l) "split"
    out p
    out n
out
  p string[3,3] = "THE" "QUICK" "BROWN" "FOX" "" "" "" "" ""
  n i64[3] = 3 1 0
