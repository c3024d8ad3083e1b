"""The routes of the Open Inference Protocol v2 for one model, and /metrics."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from mlspec.deploy.server.body import Bodies
from mlspec.deploy.server.config import Limits
from mlspec.deploy.server.errors import RequestError
from mlspec.deploy.server.json_body import BIG, give_back_memory
from mlspec.deploy.server.metrics import Metrics
from mlspec.deploy.server.model import ServedModel
from mlspec.deploy.server.request import Inference, parse_request
from mlspec.deploy.server.response import encode, model_metadata
from mlspec.diagnostics import Problems, did_you_mean

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

log = logging.getLogger("mlspec.server")
CLIENT_CLOSED_REQUEST = 499
"""The status, as nginx has it, under which requests are counted that nobody waits for any more."""
PATHS = "/v2, /v2/health/live, /v2/health/ready, /v2/models/<model>[/versions/<version>][/ready|/infer]"
MODEL_PATHS = ("/v2/models/{model}", "/v2/models/{model}/versions/{version}")


class Endpoints:
    """What each route answers. Bodies are parsed, predicted and encoded in a thread: health answers meanwhile."""

    def __init__(self, model: ServedModel, metrics: Metrics, limits: Limits, threads: int) -> None:
        self.model = model
        self.metrics = metrics
        self.bodies = Bodies(limits)
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="predict")
        self.metadata_body = model_metadata(model)

    async def server(self, _: Request) -> Response:
        from mlspec import __version__

        return _json({"name": "mlspec", "version": __version__, "extensions": []})

    async def live(self, _: Request) -> Response:
        return _json({"live": True})

    async def ready(self, _: Request) -> Response:
        return _json({"live": True, "ready": True})

    async def metadata(self, request: Request) -> Response:
        self._check_path(request)
        return _json(self.metadata_body)

    async def model_ready(self, request: Request) -> Response:
        self._check_path(request)
        return _json({"name": self.model.name, "ready": True})

    async def prometheus(self, _: Request) -> Response:
        from starlette.responses import PlainTextResponse

        return PlainTextResponse(self.metrics.text(), media_type="text/plain; version=0.0.4")

    async def infer(self, request: Request) -> Response:
        from starlette.responses import Response

        self._check_path(request)
        loop = asyncio.get_running_loop()
        async with self.bodies.read(request) as body:
            try:
                answer = await loop.run_in_executor(self.threads, self._answer, body)
            finally:
                if len(body) > BIG:
                    loop.run_in_executor(self.threads, give_back_memory)
        return Response(answer, media_type="application/json")

    def _answer(self, body: bytes) -> bytes:
        inference = parse_request(body, self.model.signature, self.model.outputs)
        try:
            found = self.model.predict(inference.columns)
        except Problems as problems:
            raise _explained(problems, inference) from problems
        return encode(inference, found, self.model)

    def _check_path(self, request: Request) -> None:
        name, version = request.path_params["model"], request.path_params.get("version", self.model.version)
        if name != self.model.name:
            raise RequestError(f"there is no model {name[:80]!r} here; {did_you_mean(name, [self.model.name])}", 404)
        if version != self.model.version:
            raise RequestError(f"version {version[:40]!r} is not served; `{self.model.version}` is", 404)


def _explained(problems: Problems, inference: Inference) -> RequestError:
    """Values that don't fit are the client's to mend; a model that fails is ours, unless it only can't do with null."""
    wrong = problems.diagnostics[0]
    if wrong.code == "MLS0664":
        return RequestError(f"{wrong.message}; {wrong.help}")
    log.error("%s: %s", wrong.code, wrong.message, exc_info=problems.__cause__)
    holes = [f"`{name}`" for name, values in inference.columns.items() if None in values]
    if holes and isinstance(problems.__cause__, ValueError):
        return RequestError(f"the model can't predict rows with null in {', '.join(holes)}: send a value")
    return RequestError("the model failed on these rows; the server's log says why", 500)


def create_app(endpoints: Endpoints) -> Starlette:
    """Return the application; every error is answered with `{"error": "…"}`."""
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.requests import ClientDisconnect
    from starlette.routing import Route

    routes = [
        Route("/v2", endpoints.server),
        Route("/v2/", endpoints.server),
        Route("/v2/health/live", endpoints.live),
        Route("/v2/health/ready", endpoints.ready),
        Route("/metrics", endpoints.prometheus),
    ]
    for path in MODEL_PATHS:
        routes += [
            Route(f"{path}/infer", endpoints.infer, methods=["POST"]),
            Route(f"{path}/ready", endpoints.model_ready),
            Route(path, endpoints.metadata),
        ]
    handlers = {RequestError: _refused, ClientDisconnect: _gone, HTTPException: _http_error, Exception: _bug}
    return Starlette(routes=routes, exception_handlers=handlers)


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    from starlette.responses import JSONResponse

    return JSONResponse(value, status, headers)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestError)  # noqa: S101 - registered for this class
    busy = {"Connection": "close", "Retry-After": "1"} if error.status == 503 else {"Connection": "close"} if error.status == 408 else None
    return _json({"error": error.message}, error.status, busy)


async def _gone(_: Request, __: Exception) -> Response:
    """The client went away before its body was read: nobody reads this; the metrics count it."""
    return _json({"error": "the client closed the connection"}, CLIENT_CLOSED_REQUEST)


async def _http_error(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 500)
    path, allowed = request.url.path[:120], (getattr(error, "headers", None) or {}).get("Allow")
    if status == 405:
        return _json({"error": f"{request.method[:20]} is not allowed on {path}: use {allowed}"}, 405, {"Allow": str(allowed)})
    text = f"there is nothing at {path}; the paths are {PATHS}"
    return _json({"error": text if status == 404 else "the request can't be answered"}, status)


async def _bug(_: Request, error: Exception) -> Response:
    log.error("a request failed", exc_info=error)
    return _json({"error": "the server failed on this request; its log says why"}, 500)
