"""Training of the full-size model on many GPUs, with accelerate (extra `full`)."""
