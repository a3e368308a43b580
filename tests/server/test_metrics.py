"""Requests are counted by route and status, jobs by how they ended."""

import asyncio
from types import SimpleNamespace

from prometheus_client import generate_latest

from geomagnifier.server.metrics import Metrics, RequestCounter


def test_requests_and_jobs_are_counted():
    metrics = Metrics(SimpleNamespace(running=1, waiting=2, counts={"done": 3, "failed": 0}))

    async def app(scope, receive, send):
        if scope["path"] == "/broken":
            raise RuntimeError
        scope["route"] = SimpleNamespace(path="/v1/jobs/{id}")
        await send({"type": "http.response.start", "status": 404})

    async def send(message):
        pass

    async def requests():
        counter = RequestCounter(app, metrics)
        await counter({"type": "http", "path": "/v1/jobs/7"}, None, send)
        try:
            await counter({"type": "http", "path": "/broken"}, None, send)
        except RuntimeError:
            return

    asyncio.run(requests())
    text = generate_latest(metrics.registry).decode()
    assert 'geomag_requests_total{route="/v1/jobs/{id}",status="404"} 1.0' in text
    assert 'geomag_requests_total{route="page",status="500"} 1.0' in text
    assert 'geomag_jobs_total{state="done"} 3.0' in text
    assert "geomag_jobs_running 1.0" in text and "geomag_jobs_waiting 2.0" in text
