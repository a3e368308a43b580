"""Training of the full size, on many GPUs, through accelerate (extra `full`)."""
