about   a logarithm that no bucket needs is infinite, and its integer is computed in compiled code as everywhere
run     run in.gir --input t=[[2.0],[3.0]]
in      in.gir
  model m  opset 17  opset "com.microsoft" 1
  in t f32[2,1]
  const s i64[] [1]
  const l i64[] [2]
  y : none[?] = com.microsoft:RelativePositionBias(t, s, l; max_distance = 1, is_bidirectional = 1) "bias"
  out y
out
  y f32[1,1,1,2] = 2 3
