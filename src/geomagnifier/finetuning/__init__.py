"""Fine-tuning: a person's labelled images become heads for classes of their own, over a network that stays as it is."""
