"""Rasters: open, read by window, georeference, measure on the ground.

Nothing here writes answers.
"""
