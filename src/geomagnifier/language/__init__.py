"""Questions and answers as text.

Class names and synonyms, language identification, Chinese, yes and no, refusals. No network.
"""
