"""The full size: BERT, a vision-language model and SAM2 through transformers (extra `full`)."""
