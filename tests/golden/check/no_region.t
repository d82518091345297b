about   an operator that runs a graph, without one
run     check IN
in bad.txt
  model bad  opset 17
    const trips i64[] [3]
    in x f32[4]
    y : none[?] = Loop(trips, _, x) "loop"
    out y
exit    2
out
  bad.txt: 1 error, 0 warnings, 1 node looked at
err
  bad.txt: node 'loop' (Loop, opset 17): error[E0403]: Loop runs a graph, and the node has none among its attributes
      next: export the node again with it
