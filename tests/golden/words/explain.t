about   a code explained
run     explain E0307
out
  E0307  error: a value is needed when compiling but known only when running

    Some inputs decide shapes (the axes of a reduction, the target of a Reshape), so they
    must be known when compiling. Exporters sometimes leave them as inputs of the model.

  next
    give it with --const NAME=VALUE, or make it a constant of the model
