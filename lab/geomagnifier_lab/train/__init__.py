"""Training: data -> batches -> weights -> calibrated model folder."""
