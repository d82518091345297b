about   an operator on tensors refuses a sequence, and sequences do not hold everything
run     check in.gir
in      in.gir
  model t  opset 17
    in x f32[2]
    in k i64[2]
    s : none[?] = SequenceConstruct(x, x) "s"
    y : none[?] = Neg(s) "y"
    t : none[?] = SequenceConstruct(x, k) "t"
    z : none[?] = SequenceAt(x, k) "z"
    out y
    out t
    out z
exit    2
out
  in.gir: 3 errors, 0 warnings, 4 nodes looked at
err
  in.gir: node 'y' (Neg, opset 17): error[E0404]: Neg takes tensors, neither sequences, optionals nor maps; inputs: 's' seq(f32[2])<=2
      next: insert a Cast, or check the exporter
  in.gir: node 't' (SequenceConstruct, opset 17): error[E0302]: inputs 1 and 2 cannot stand in one sequence: their elements are of different types
      next: the same rank name must have the same extent everywhere
  in.gir: node 'z' (SequenceAt, opset 17): error[E0404]: input number 1, 'x', is f32[2]: expected a sequence
      next: insert a Cast, or check the exporter
