"""Requests that wait for a slow model are answered together: what a call costs, it costs once.

Nobody waits for company: a request that comes alone is answered alone, and those that come while the model is busy go together when it
is free again. Only for models that are proven to answer a row in company with the bits that they answer it with alone.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from itertools import chain

from mlspec.deploy.server.answering import QUICK_BYTES, Answering
from mlspec.deploy.server.errors import RequestError
from mlspec.deploy.server.json_body import decode
from mlspec.deploy.server.request import Inference
from mlspec.deploy.server.response import encode
from mlspec.diagnostics import Problems
from mlspec.runtime.predict import Predictions

MOST = 64
"""Requests that are answered together."""
Answer = bytes | RequestError


class Gathering:
    """Used from the event loop only."""

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self._waiting: deque[tuple[Inference, asyncio.Future[bytes]]] = deque()
        self._work: asyncio.Task[None] | None = None

    def takes(self, body: bytes) -> bool:
        """Whether a request may be answered with others: small, and of a model that is slow for a row."""
        engine = self.answering.model.engine
        return engine.alone and engine.kind != "compiled" and len(body) <= QUICK_BYTES

    async def __call__(self, body: bytes, threads: Executor) -> bytes:
        """The answer. Raises RequestError."""
        inference = self.answering.check(decode(body))
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.append((inference, answer))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._answer_waiting(threads))
        return await answer

    async def _answer_waiting(self, threads: Executor) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            asked = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
            found: Sequence[bytes | Exception]
            try:
                found = await loop.run_in_executor(threads, self.together, [inference for inference, _ in asked])
            except Exception as error:  # noqa: BLE001 - every one that waits hears of it
                found = [error] * len(asked)
            for (_, future), answer in zip(asked, found, strict=True):
                _settle(future, answer)

    def together(self, asked: Sequence[Inference]) -> list[Answer]:
        """The answers to all, each as it would be alone; what is wrong with one is no other's."""
        if len(asked) > 1:
            try:
                columns = {name: list(chain.from_iterable(i.columns[name] for i in asked)) for name in asked[0].columns}
                return self._encoded(asked, self.answering.model.predict(columns))
            except Problems:
                pass  # one of them, at least: each for itself
        return [self._alone(inference) for inference in asked]

    def _encoded(self, asked: Sequence[Inference], found: Predictions) -> list[Answer]:
        answers: list[Answer] = []
        start = 0
        for inference in asked:
            rows = slice(start, start + inference.rows)
            part = replace(found, predicted=found.predicted[rows], proba=None if found.proba is None else found.proba[rows])
            answers.append(encode(inference.frame, part, self.answering.model))
            start = rows.stop
        return answers

    def _alone(self, inference: Inference) -> Answer:
        try:
            return self.answering.answer(inference)
        except RequestError as refused:
            return refused


def _settle(future: asyncio.Future[bytes], answer: bytes | Exception) -> None:
    if future.done():
        return  # its client went away
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
