about   sequences, optionals and maps among the results
run     run in.gir --input x=[[1.0,2.0],[3.0,4.0]] --input n=1 --interpret
in      in.gir
  model t  opset 17  opset "ai.onnx.ml" 3
    in x f32[2,2]
    in n i64[]
    s : none[?] = SplitToSequence(x, n; axis = 0) "s"
    o : none[?] = Optional(x) "o"
    nothing : none[?] = Optional(; "type" = type seq(f32[2])) "nothing"
    m : none[?] = ai.onnx.ml:ZipMap(x; classlabels_strings = ["b", "a"]) "m"
    out s
    out o
    out nothing
    out m

out
  s seq(f32[<=2,2])<=2 = 2 elements
  s[0] f32[1,2] = 1 2
  s[1] f32[1,2] = 3 4
  o opt(f32[2,2])<=1
  o[0] f32[2,2] = 1 2 3 4
  nothing opt(seq(f32[])<=0) = none
  m seq(map(string,f32)<=2)<=2 = 2 elements
  m[0] map(string,f32)<=2 = 2 elements
  m[0].keys string[2] = "a" "b"
  m[0].values f32[2] = 2 1
  m[1] map(string,f32)<=2 = 2 elements
  m[1].keys string[2] = "a" "b"
  m[1].values f32[2] = 4 3
