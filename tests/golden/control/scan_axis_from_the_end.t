about   rows of a scan along an axis that is the first, counted from the end
run     run in.gir --input x=[1.0,10.0]
in      in.gir
  model m  opset 17
  in x f32[2]
  rows : none[?] = Scan(x; num_scan_inputs = 1, scan_output_axes = [-1], body = graph b {
    in e f32[]
    t : none[?] = Neg(e) "neg"
    out t
  }) "scan"
  out rows
out
  rows f32[2] = -1 -10
