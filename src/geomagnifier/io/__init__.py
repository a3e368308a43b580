"""Reading scenes and writing answers: the only part that knows files, rasterio, shapely and pyogrio."""
