"""The service behind `geomag serve`: a REST API, a job queue, map tiles and the web page."""
