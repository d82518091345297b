about   an open dimension is named, with the option that binds it
run     check $G/../../examples/digits/digits.onnx 2>&1 | sed "s|[^ ]*/digits.onnx|digits.onnx|"
out
  digits.onnx: 1 error, 0 warnings, the model could not be read
  digits.onnx: error[E0203]: input 'x': dimension 0, 'n', is open: pass --dim 'n=N', or --dim 'n<=N' to leave it variable
      next: bind it with --dim NAME=N or --dim 'NAME<=N', unnamed ones with --shape INPUT=AxBxC
