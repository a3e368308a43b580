"""Networks in torch, for fine-tuning and the full size; `small/` runs graphs of all networks."""
