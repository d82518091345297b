about   the graph as a picture
run     inspect IN --format dot
in relu.txt
  model relu  opset 14
    in x f32[2,3]
    y : f32[2,3] = Relu(x) "relu"
    out y
out
  digraph model {
    rankdir=TB; labelloc=t; fontname="Helvetica"; nodesep=0.25; ranksep=0.35;
    node [shape=box, style="filled,rounded", fontname="Helvetica", fontsize=10, margin="0.10,0.05", color="#666666"];
    edge [fontname="Helvetica", fontsize=8, fontcolor="#555555", color="#777777", arrowsize=0.6];
    label=<<table border="0" cellspacing="4"><tr><td>relu, 1 nodes</td><td bgcolor="#fdd0a2">element by element</td></tr></table>>;
    b0 [label="x\nf32[2,3]", fillcolor="#ffffff", shape=ellipse];
    b1 [label="Relu\nrelu", fillcolor="#fdd0a2"];
    b2 [label="y\nf32[2,3]", fillcolor="#ffffff", shape=ellipse];
    b0 -> b1 [label="f32[2,3]"];
    b1 -> b2 [label="f32[2,3]"];
  }
