"""The server's application as a server has it, asked without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx2

from mlspec.deploy.server.access import AccessLog
from mlspec.deploy.server.app import Endpoints, create_app
from mlspec.deploy.server.config import Batching, Limits
from mlspec.deploy.server.metrics import Metrics, page
from mlspec.deploy.server.model import ServedModel, open_model
from mlspec.deploy.server.models import Models
from mlspec.deploy.server.tokens import Tokens
from mlspec.deploy.server.watched import Watched
from mlspec.runtime.artifact import digest_folder

Ask = Callable[..., httpx2.Response]


def opened(folder: Path, name: str = "demand", version: str = "v1.0.0") -> ServedModel:
    return open_model(folder, digest_folder(folder), name, version)


def app_of(
    models: Sequence[ServedModel],
    limits: Limits | None = None,
    *,
    tokens: Tokens | None = None,
    access: AccessLog | None = None,
    batching: Batching | None = None,
    cached_answers: int = 0,
) -> tuple[Watched, Metrics, Endpoints]:
    """The application, with what it counts and what it is made of."""
    metrics = Metrics()

    async def text() -> str:
        return page(metrics.snapshot())

    endpoints = Endpoints(Models(models, batching, cached_answers, metrics.watch), text, limits or Limits(), 2)
    return Watched(create_app(endpoints, tokens), metrics, access), metrics, endpoints


def client_of(app: Watched) -> Ask:
    """ask("GET", "/v2", ...) -> the answer."""

    def ask(method: str, path: str, **how: Any) -> httpx2.Response:
        async def send() -> httpx2.Response:
            transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
            async with httpx2.AsyncClient(transport=transport, base_url="http://server") as client:
                return await client.request(method, path, **how)

        return asyncio.run(send())

    return ask
