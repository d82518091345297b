about   numbers become texts and texts numbers
run     run in.gir --input 'x=[1,0.1,1e20,-1.5e-7,nan,-inf]' --input 't=["1.5","-INF"," 7e2 "]' --interpret
in      in.gir
  model t  opset 19
    in x f32[6]
    in t string[3]
    y : string[6] = Cast(x; to = 8) "to_text"
    z : f64[3] = Cast(t; to = 11) "of_text"
    out y
    out z
out
  y string[6] = "1.0" "0.1" "1e+20" "-1.5e-07" "nan" "-inf"
  z f64[3] = 1.5 -inf 7e+02
