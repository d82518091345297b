about   the graph for programs
run     inspect IN --json
in relu.txt
  model relu  opset 14
    in x f32[2,3]
    y : f32[2,3] = Relu(x) "relu"
    out y
out
  {
    "name": "relu",
    "opsets": {
      "": 14
    },
    "inputs": [
      {
        "type": "f32[2,3]",
        "constant": false,
        "name": "x"
      }
    ],
    "outputs": [
      {
        "type": "f32[2,3]",
        "constant": false,
        "name": "y"
      }
    ],
    "nodes": [
      {
        "op": "Relu",
        "domain": "",
        "opset": 14,
        "inputs": [
          {
            "type": "f32[2,3]",
            "constant": false,
            "name": "x"
          }
        ],
        "outputs": [
          {
            "type": "f32[2,3]",
            "constant": false,
            "name": "y"
          }
        ],
        "name": "relu"
      }
    ]
  }
