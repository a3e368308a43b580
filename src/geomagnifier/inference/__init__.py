"""The stages of one question: resolution, region proposals, cropping, the scan over windows, and merging into one answer."""
