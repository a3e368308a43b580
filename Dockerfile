# The map in the browser and the REST service, on the CPU, as a user without rights.
#   docker build --tag geomagnifier .
#   docker run --read-only --tmpfs /tmp --publish 127.0.0.1:8000:8000 --volume "$PWD/scenes:/scenes:ro" geomagnifier
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/geomagnifier
ENV PATH=/opt/geomagnifier/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY locks/serve.txt locks/
RUN pip install --require-hashes --requirement locks/serve.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN pip install --no-deps .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin geomag && mkdir /scenes
COPY --from=build /opt/geomagnifier /opt/geomagnifier
# It answers to these names alone, and to others that GEOMAG_NAMES is set to; GEOMAG_API_KEY asks for a key.
ENV PATH=/opt/geomagnifier/bin:$PATH PYTHONUNBUFFERED=1 HOME=/tmp GEOMAG_HOST=0.0.0.0 GEOMAG_PORT=8000 GEOMAG_NAMES=localhost,127.0.0.1
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"GEOMAG_PORT\"]}/healthz', timeout=4)"]
ENTRYPOINT ["geomag"]
CMD ["serve", "/scenes", "--no-browser"]
