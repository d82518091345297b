about   what is not defined on complex numbers
run     check in.gir
in      in.gir
  model t  opset 19
    in z c64[3]
    b : bool[3] = Equal(z, z) "equal"
    c : f32[3] = Cast(z; to = 1) "cast"
    out b
    out c
exit    2
out
  in.gir: 2 errors, 0 warnings, 2 nodes looked at
