"""Write answers and search hits as files.

JSON, GeoJSON, GeoPackage, COG, GeoParquet, STAC, overlays and contact sheets.
"""
