"""Training questions: templates in English and Chinese, relations, and answers from labels."""
