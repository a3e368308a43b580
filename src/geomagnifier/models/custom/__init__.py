"""Models with classes that a user taught.

Heads over the small model, aliases for their names, and their file.
"""
