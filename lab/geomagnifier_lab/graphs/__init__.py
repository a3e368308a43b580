"""The small model's networks as ONNX graphs: without numbers, for any weights of these networks."""
