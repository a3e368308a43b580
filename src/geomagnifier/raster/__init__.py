"""Open rasters, read them window by window, georeference them and measure on the ground.

Nothing in this package writes answers; that is `export`.
"""
