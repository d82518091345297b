about   places in a tensor without elements: an extent that is found, and cannot be but 0
run     run in.gir --input x=[3.0,0.0,5.0]
in      in.gir
  model m  opset 18
  in x f32[3]
  const start i64[1] [1]
  const end i64[1] [1]
  none : none[?] = Slice(x, start, end) "s"
  places : none[?] = NonZero(none) "nz"
  y : none[?] = Cast(places; to = 1) "c"
  out y
out
  y f32[1,0] =
