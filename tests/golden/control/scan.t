about   a scan is a loop over slices: here from the end of its input
run     run in.gir --input x=[1.0,10.0,100.0] --input first=1000.0
in      in.gir
  model m  opset 17
  in x f32[3]
  in first f32[]
  last : none[?], sums : none[?] = Scan(first, x; num_scan_inputs = 1, scan_input_directions = [1], scan_output_directions = [1], body = graph b {
    in s f32[]
    in e f32[]
    t : none[?] = Add(s, e) "add"
    copy : none[?] = Identity(t) "copy"
    out t
    out copy
  }) "scan"
  out last
  out sums
out
  last f32[] = 1111
  sums f32[3] = 1111 1110 1100
