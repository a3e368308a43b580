"""Training questions: the class table, templates in English and Chinese, relations, and answers made from labels."""
