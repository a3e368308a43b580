"""Answers and search hits as files.

JSON, GeoJSON, GeoPackage, COG, GeoParquet, STAC, overlays, contact sheets.
"""
