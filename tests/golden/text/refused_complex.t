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
err
  in.gir: node 'equal' (Equal, opset 19): error[E0404]: `==` is not defined on texts and complex numbers (ir/ops/elementwise.ein:68:41)
      next: insert a Cast, or check the exporter
  in.gir: node 'cast' (Cast, opset 19): error[E0404]: elements of type c64 do not become f32, as `Y` has (ir/ops/elementwise.ein:89:101)
      next: insert a Cast, or check the exporter
