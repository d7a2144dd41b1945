"""Training of the embedded model: packed speech in, an ONNX graph out; needs the extra `lafal[train]`."""
