"""Training questions.

The class table, templates in English and Chinese, relations, and answers made from labels.
"""
