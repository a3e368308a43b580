"""The networks in torch, for training and the full size; `small/` runs their graphs."""
