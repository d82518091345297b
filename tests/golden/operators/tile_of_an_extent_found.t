about   an extent that may be 0 is repeated: where it is, nothing runs
run     run in.gir --input x=[3.0,0.0,5.0]
in      in.gir
  model m  opset 17
  in x f32[3]
  const r i64[1] [2]
  found : none[?] = NonZero(x) "nz"
  const flat i64[1] [-1]
  places : none[?] = Reshape(found, flat) "flat"
  y : none[?] = Tile(places, r) "tile"
  out y
out
  y i64[4] = 0 2 0 2
