about   texts are moved, chosen and compared by content; a constant's odd characters survive C
run     run in.gir --input 'x=["a","?\?/","c"]' --cc-opt=-O1
in      in.gir
  model t  opset 19
    in x string[3]
    const o string[3] ["a", "a", "c"]
    const k string[3] ["say \"hi\"\\", "??/\n", "é"]
    c : bool[3] = Equal(x, o) "same"
    w : string[3] = Where(c, x, k) "where"
    y : string[6] = Concat(w, k; axis = 0) "concat"
    e : bool[3] = Equal(w, k) "equal"
    out y
    out e
out
  y string[6] = "a" "??/\x0a" "c" "say \"hi\"\\" "??/\x0a" "é"
  e bool[3] = 0 1 0
