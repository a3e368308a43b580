"""Models with classes that a user taught: heads over the small model, aliases for their names, and their file."""
