"""Prometheus metrics of the service."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from geomagnifier.server.jobs import Jobs


class Metrics:
    """The metrics of one app, in a registry of their own.

    Args:
        jobs: whose queue is measured.
    """

    def __init__(self, jobs: Jobs) -> None:
        self._jobs, self.registry = jobs, CollectorRegistry()
        self.requests = Counter(
            "geomag_requests", "Requests answered", ("route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "geomag_request_seconds",
            "From a request to its answer",
            ("route",),
            registry=self.registry,
        )
        Gauge("geomag_jobs_running", "Jobs worked on", registry=self.registry).set_function(
            lambda: jobs.running
        )
        Gauge("geomag_jobs_waiting", "Jobs in the queue", registry=self.registry).set_function(
            lambda: jobs.waiting
        )
        self.registry.register(self)

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Yield the number of jobs by the state they ended in."""
        ended = CounterMetricFamily("geomag_jobs", "Jobs that have ended", labels=["state"])
        for state, count in self._jobs.counts.items():
            ended.add_metric([state], count)
        yield ended


class RequestCounter:
    """ASGI middleware that counts requests by route and status.

    Requests to other routes than the service's own count for the route "page".

    Args:
        app: the rest of the service.
        metrics: that are counted up.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), [500]

        async def count(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, count)
        finally:
            route = getattr(scope.get("route"), "path", "page")
            self._metrics.requests.labels(route, status[0]).inc()
            self._metrics.seconds.labels(route).observe(time.perf_counter() - begun)
