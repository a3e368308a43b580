"""Fine-tuning: labelled images become heads for a user's own classes over a fixed network."""
