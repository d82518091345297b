about   sequences are lists, none is null, maps are objects
run     run in.gir --input x=[[1.0,2.0]] --json
in      in.gir
  model t  opset 17  opset "ai.onnx.ml" 3
    in x f32[1,2]
    s : none[?] = SequenceConstruct(x, x) "s"
    o : none[?] = Optional(; "type" = type f32[2]) "o"
    m : none[?] = ai.onnx.ml:ZipMap(x; classlabels_int64s = [5, -7]) "m"
    out s
    out o
    out m
out
  {
    "s": [
      {
        "type": "f32",
        "shape": [
          1,
          2
        ],
        "values": [
          1.0,
          2.0
        ]
      },
      {
        "type": "f32",
        "shape": [
          1,
          2
        ],
        "values": [
          1.0,
          2.0
        ]
      }
    ],
    "o": null,
    "m": [
      {
        "-7": 2.0,
        "5": 1.0
      }
    ]
  }
