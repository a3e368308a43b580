"""Cost against accuracy, measured in one run."""
