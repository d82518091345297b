about   an element at a position that is known only when running; elements of different extents
run     run in.gir --input a=[1.0] --input b=[2.0,3.0] --input i=-1
in      in.gir
  model t  opset 17
    in a f32[1]
    in b f32[2]
    in i i64[]
    s : none[?] = SequenceConstruct(a, b) "s"
    x : none[?] = SequenceAt(s, i) "x"
    n : none[?] = SequenceLength(s) "n"
    y : none[?] = Neg(x) "y"
    out y
    out n
out
  y f32[2] = -2 -3
  n i64[] = 2
