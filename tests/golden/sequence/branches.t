about   the branches of an If give sequences of different length, and agree on their layout
run     run in.gir --input k=0 --input a=[1.0] --input b=[2.0,3.0]
in      in.gir
  model t  opset 17
    in k i64[]
    c : none[?] = Cast(k; to = 9) "c"
    in a f32[1]
    in b f32[2]
    y : none[?] = If(c; then_branch = graph t {
        s : none[?] = SequenceConstruct(a) "s"
        out s
      }, else_branch = graph e {
        r : none[?] = SequenceConstruct(b, b) "r"
        out r
      }) "y"
    out y
out
  y seq(f32[<=2])<=2 = 2 elements
  y[0] f32[2] = 2 3
  y[1] f32[2] = 2 3
