"""Data sets, words and questions. Nothing here knows a network."""
