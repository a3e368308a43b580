"""The small model's networks in torch, which are trained and written as ONNX graphs."""
