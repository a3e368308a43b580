"""Detectors that a user brings as ONNX files, behind the `Model` protocol.

See `detector_model.DetectorModel`.
"""
