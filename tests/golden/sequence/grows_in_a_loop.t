about   a sequence that grows in a loop: room for as many elements as there may be trips
run     run in.gir --input at=0 --input x=[1.5]
in      in.gir
  model t  opset 17
    in at i64[]
    in x f32[1]
    three : none[?] = SequenceConstruct(x, x, x) "three"
    two : none[?] = SequenceErase(three, at) "two"
    n : none[?] = SequenceLength(two) "n"
    empty : none[?] = SequenceEmpty() "empty"
    y : none[?] = Loop(n, _, empty; body = graph b {
        in i i64[]
        in go bool[]
        in s seq(f32[1])
        more : none[?] = Expand(x, shape) "more"
        const shape i64[1] [2]
        longer : none[?] = SequenceInsert(s, more) "insert"
        out go
        out longer
      }) "y"
    out y
out
  y seq(f32[2])<=2 = 2 elements
  y[0] f32[2] = 1.5 1.5
  y[1] f32[2] = 1.5 1.5
