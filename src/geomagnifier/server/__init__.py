"""The service: REST over FastAPI, a queue of jobs, map tiles, and the page."""
