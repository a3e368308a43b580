"""Networks behind the `Model` protocol.

They know views and questions, never a stage, a data set or training.
"""
