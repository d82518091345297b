about   every turn of a loop makes texts of its own
run     run in.gir --input 's=[0.0]' --input 'x=[[1,2],[3,4],[5,6]]' --cc-opt=-O1
in      in.gir
  model t  opset 19
    in x i64[3,2]
    in s f32[1]
    o : none[?], y : none[?] = Scan(s, x; num_scan_inputs = 1, body = graph b {
      in a f32[1]
      in e i64[2]
      b : f32[1] = Identity(a) "keep"
      t : string[2] = Cast(e; to = 8) "text"
      out b
      out t
    }) "scan"
    out y
out
  y string[3,2] = "1" "2" "3" "4" "5" "6"
