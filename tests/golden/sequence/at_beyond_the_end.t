about   a position outside of the sequence ends the run
run     run in.gir --input a=[1.0] --input b=[2.0] --input i=2
in      in.gir
  model t  opset 17
    in a f32[1]
    in b f32[1]
    in i i64[]
    s : none[?] = SequenceConstruct(a, b) "s"
    y : none[?] = SequenceAt(s, i) "y"
    out y
exit    2
out
err
  error[E0702]: the compiled program: an input holds what has no result
      next: limits are listed in docs/limits.md
