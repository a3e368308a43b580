"""The small model: MiniLM, EfficientNet-Lite2, the text decoder and the pixel decoder."""
