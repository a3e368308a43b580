"""Questions and answers as text: class names and synonyms, language identification, Chinese, yes and no, refusals. No network."""
