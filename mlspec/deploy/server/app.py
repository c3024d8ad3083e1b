"""The paths of the Open Inference Protocol v2 for some models, what stands beside it, and what each answers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from mlspec.deploy.server import tfserving
from mlspec.deploy.server.answering import engine_metric
from mlspec.deploy.server.body import Bodies
from mlspec.deploy.server.by_key import online_metric
from mlspec.deploy.server.config import Limits
from mlspec.deploy.server.docs import describe, docs_page
from mlspec.deploy.server.errors import ClientGone, RequestError
from mlspec.deploy.server.http import TEXT, Answer, App, Message, Receive, Request, Send, as_json, refusal
from mlspec.deploy.server.json_body import BIG, give_back_memory
from mlspec.deploy.server.models import Entry, Models
from mlspec.deploy.server.tokens import Tokens

log = logging.getLogger("mlspec.server")
CLIENT_CLOSED_REQUEST = 499
"""The status, as nginx has it, under which requests are counted that nobody waits for any more."""
PATHS = (
    "/v2, /v2/health/live, /v2/health/ready, /v2/models/<model>[/versions/<version>][/ready|/infer], /v1/models/<model>[:predict], /docs"
)
Handler = Callable[[Request], Awaitable[Answer]]
GET, POST = ("GET", "HEAD"), ("POST",)
OIP, TF = "oip", "tf"
"""Protocols: a cache keeps their answers apart."""


class Endpoints:
    """What each path answers. Whatever takes long is predicted and encoded in a thread: health answers meanwhile."""

    def __init__(self, models: Models, page: Callable[[], Awaitable[str]], limits: Limits, threads: int) -> None:
        self.models = models
        self.page = page
        self.bodies = Bodies(limits)
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="predict")

    async def server(self, _: Request) -> Answer:
        from mlspec import __version__

        return as_json({"name": "mlspec", "version": __version__, "extensions": []})

    async def live(self, _: Request) -> Answer:
        return as_json({"live": True})

    async def ready(self, _: Request) -> Answer:
        return as_json({"live": True, "ready": True})

    async def prometheus(self, _: Request) -> Answer:
        lookups = [((m.name, m.version), m.lookup) for m in self.models if m.lookup]
        loop = asyncio.get_running_loop()
        online = await loop.run_in_executor(self.threads, online_metric, lookups) if lookups else ""
        return Answer((await self.page() + engine_metric(self.models) + online).encode(), media_type=TEXT)

    async def openapi(self, _: Request) -> Answer:
        return as_json(describe(self.models))

    async def docs(self, _: Request) -> Answer:
        return docs_page(self.models)

    async def infer(self, request: Request, entry: Entry) -> Answer:
        """Open Inference Protocol."""
        async with self.bodies.read(request) as body:
            if entry.answering.asks_store(body):  # what it holds changes: no answer is kept
                return Answer(await self._in_thread(entry.answering, body))
            found = entry.cache.find(OIP, body)
            if found is None:
                found = await self._inferred(entry, body)
                entry.cache.keep(OIP, body, found)
            return Answer(found)

    async def _inferred(self, entry: Entry, body: bytes) -> bytes:
        if entry.answering.is_quick(body) and (found := entry.answering.at_once(body)) is not None:
            return found
        if entry.gathering.takes(body):
            return await entry.gathering(body, self.threads)
        return await self._in_thread(entry.answering, body)

    async def infer_rows(self, request: Request, entry: Entry) -> Answer:
        """TensorFlow Serving's row format."""
        async with self.bodies.read(request) as body:
            if entry.by_rows.asks_store(body):
                return Answer(await self._in_thread(entry.by_rows, body))
            found = entry.cache.find(TF, body)
            if found is None:
                found = await self._in_thread(entry.by_rows, body)
                entry.cache.keep(TF, body, found)
            return Answer(found)

    async def _in_thread(self, answering: Callable[[bytes], bytes], body: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self.threads, answering, body)
        finally:
            if len(body) > BIG:
                loop.run_in_executor(self.threads, give_back_memory)


def create_app(endpoints: Endpoints, tokens: Tokens | None = None) -> App:
    """Return the ASGI application; every error is answered with `{"error": "…"}`."""
    fixed = {
        "/v2": endpoints.server,
        "/v2/health/live": endpoints.live,
        "/v2/health/ready": endpoints.ready,
        "/metrics": endpoints.prometheus,
        "/openapi.json": endpoints.openapi,
        "/docs": endpoints.docs,
    }

    async def answer(request: Request) -> Answer:
        if tokens:
            tokens.check(request.path, request.header(b"authorization"))
        path = request.path.rstrip("/")
        if (handler := fixed.get(path)) is not None:
            _allow(request, GET)
            return await handler(request)
        return await _of_model(endpoints, request, path)

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await (await _guarded(answer, request)).send(send)

    return app


async def _of_model(endpoints: Endpoints, request: Request, path: str) -> Answer:
    """/v2/models/NAME[/versions/VERSION][/ready|/infer], and /v1/models/NAME[/versions/VERSION][:predict]."""
    match path.split("/"):
        case ["", "v2", "models", name, *rest]:
            version, verb = (rest[1], rest[2:]) if len(rest) > 1 and rest[0] == "versions" else (None, rest)
            if verb == ["infer"]:
                _allow(request, POST)
                return await endpoints.infer(request, _found(endpoints, request, name, version))
            if verb in ([], ["ready"]):
                _allow(request, GET)
                entry = _found(endpoints, request, name, version)
                return entry.ready if verb else entry.metadata
        case ["", "v1", "models", name, *rest] if not rest or (len(rest) == 2 and rest[0] == "versions"):
            last, colon, action = (rest[-1] if rest else name).partition(":")
            name, version = (name, last) if rest else (last, None)
            if colon and action == "predict":
                _allow(request, POST)
                return await endpoints.infer_rows(request, _found(endpoints, request, name, version))
            if not colon:
                _allow(request, GET)
                return tfserving.status(endpoints.models.find(name, version).model)
    raise RequestError(f"there is nothing at {request.path[:120]}; the paths are {PATHS}", 404)


def _found(endpoints: Endpoints, request: Request, name: str, version: str | None) -> Entry:
    """The model that is asked, under which the request is counted."""
    entry = endpoints.models.find(name, version)
    request.count_under(entry.label)
    return entry


def _allow(request: Request, methods: tuple[str, ...]) -> None:
    if request.method not in methods:
        allowed = ", ".join(methods)
        message = f"{request.method[:20]} is not allowed on {request.path[:120]}: use {allowed}"
        raise RequestError(message, 405, {"Allow": allowed})


async def _guarded(answer: Handler, request: Request) -> Answer:
    """The answer, or what to say when there is none."""
    try:
        return await answer(request)
    except RequestError as error:
        return refused(error, request.id)
    except ClientGone:  # nobody reads this; the metrics count it
        return refusal("the client closed the connection", CLIENT_CLOSED_REQUEST)
    except Exception:
        log.exception("request %s failed", request.id)
        return refusal(f"the server failed on request {request.id}; its log says why", 500)


def refused(error: RequestError, request_id: str) -> Answer:
    """What a client is told that can't be answered."""
    busy = {503: {"Connection": "close", "Retry-After": "1"}, 408: {"Connection": "close"}}.get(error.status, {})
    told = f" (request {request_id})" if error.status == 500 else ""
    return refusal(error.message + told, error.status, {**error.headers, **busy})
