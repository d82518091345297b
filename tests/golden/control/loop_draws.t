about   every trip of a loop draws other random numbers, and what stands outside others again
run     run in.gir --input x=[1.0,2.0]
in      in.gir
  model m  opset 17
  in x f32[2]
  const limit i64[] [3]
  y : none[?], rows : none[?] = Loop(limit, _, x; body = graph b {
    in number i64[]
    in again bool[]
    in h f32[2]
    r : none[?] = RandomUniformLike(h) "inside"
    h2 : none[?] = Add(h, r) "sum"
    out again
    out h2
    out r
  }) "grow"
  s : none[?] = RandomUniformLike(x) "outside"
  out y
  out rows
  out s
out
  y f32[2] = 2.48643637 4.28724527
  rows f32[3,2] = 0.943529248 0.902585387 0.190432906 0.623346806 0.352474093 0.761313081
  s f32[2] = 0.161506057 0.88780272
