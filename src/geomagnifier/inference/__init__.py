"""The stages of one question.

Resolution, region proposals, cropping, the scan over windows, and merging into one answer.
"""
