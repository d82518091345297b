about   SequenceMap over a sequence of unknown length is a loop, of known elements its body for each
run     run in.gir --input x=[1.0,2.0] --input at=1 --interpret
in      in.gir
  model t  opset 17
    in x f32[2]
    in at i64[]
    known : none[?] = SequenceConstruct(x, x) "known"
    less : none[?] = SequenceErase(known, at) "less"
    a : none[?] = SequenceMap(known; body = graph f {
        in e none[?]
        r : none[?] = Neg(e) "neg"
        out r
      }) "a"
    b : none[?] = SequenceMap(less, x; body = graph f {
        in e none[?]
        in w none[?]
        r : none[?] = Add(e, w) "add"
        out r
      }) "b"
    out a
    out b
out
  a seq(f32[2])<=2 = 2 elements
  a[0] f32[2] = -1 -2
  a[1] f32[2] = -1 -2
  b seq(f32[2])<=1 = 1 element
  b[0] f32[2] = 2 4
