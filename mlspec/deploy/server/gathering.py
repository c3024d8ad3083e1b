"""Requests that wait for a slow model are answered together: what a call costs, it costs once.

Nobody waits for company, unless `batching` says how long: a request that comes alone is answered alone, and those that come while the
model is busy go together when it is free again. Only for models that are proven to answer a row in company with the bits that they answer
it with alone.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import cached_property
from itertools import chain

from mlspec.deploy.server.answering import QUICK_BYTES, QUICK_SECONDS, Answering
from mlspec.deploy.server.config import Batching
from mlspec.deploy.server.errors import RequestError
from mlspec.deploy.server.json_body import decode
from mlspec.deploy.server.request import Inference
from mlspec.deploy.server.response import encode
from mlspec.diagnostics import Problems
from mlspec.runtime.predict import Predictions
from mlspec.runtime.tally import Tally

MOST = 64
"""Rows that are answered together, where no `batching` says how many."""
Answer = bytes | RequestError
HOLD = 64
"""Calls for which nobody waits for more rows than came, once they did not."""


class Gathering:
    """Used from the event loop only."""

    def __init__(self, answering: Answering, batching: Batching | None = None, tally: Tally | None = None) -> None:
        self.answering, self.batching, self._tally = answering, batching, tally or Tally()
        self._goal = Goal(batching.rows if batching else MOST)
        self._enough: asyncio.Event | None = None
        self._waiting: deque[tuple[Inference, asyncio.Future[bytes]]] = deque()
        self._work: asyncio.Task[None] | None = None

    def takes(self, body: bytes) -> bool:
        """Whether a request may be answered with others: small, and of a model that is slow for a row."""
        return len(body) <= QUICK_BYTES and self.refusal is None

    @cached_property
    def refusal(self) -> str | None:
        """Why this model's requests are asked one by one; None: they may go together."""
        engine = self.answering.model.engine
        if not engine.alone:
            return "a row may be answered with other bits in company"
        if engine.kind == "compiled" and not (self.batching and engine.seconds >= QUICK_SECONDS):
            return "a row is answered quicker than company comes"
        return None

    async def __call__(self, body: bytes, threads: Executor) -> bytes:
        """The answer. Raises RequestError."""
        inference = self.answering.check(decode(body))
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.append((inference, answer))
        if self._enough and self._rows() >= self._goal.rows:
            self._enough.set()
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._answer_waiting(threads))
        return await answer

    async def _answer_waiting(self, threads: Executor) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            came = await self._company() if self.batching else True
            asked = self._next()
            self._goal.learn(sum(inference.rows for inference, _ in asked), came=came)
            self._tally.add(("calls",))
            self._tally.add(("gathered",), len(asked))
            found: Sequence[bytes | Exception]
            try:
                found = await loop.run_in_executor(threads, self.together, [inference for inference, _ in asked])
            except Exception as error:  # noqa: BLE001 - every one that waits hears of it
                found = [error] * len(asked)
            for (_, future), answer in zip(asked, found, strict=True):
                _settle(future, answer)

    def _rows(self) -> int:
        return sum(inference.rows for inference, _ in self._waiting)

    async def _company(self) -> bool:
        """Wait until as many rows are there as are hoped for; whether they came in time."""
        if self._rows() >= self._goal.rows:
            return True
        self._enough = asyncio.Event()
        try:
            async with asyncio.timeout(self.batching.wait_seconds if self.batching else 0):
                await self._enough.wait()
        except TimeoutError:
            return False
        finally:
            self._enough = None
        return True

    def _next(self) -> list[tuple[Inference, asyncio.Future[bytes]]]:
        """What goes together now, in the order in which it came: one request at least, and no more rows than may."""
        asked = [self._waiting.popleft()]
        rows = asked[0][0].rows
        while self._waiting and rows + self._waiting[0][0].rows <= self._goal.most:
            asked.append(self._waiting.popleft())
            rows += asked[-1][0].rows
        return asked

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


class Goal:
    """How many rows to wait for. It grows by one while they come, and falls to what came when they don't: then it stays for a while."""

    def __init__(self, most: int) -> None:
        self.most, self.rows, self._hold = most, 1, 0

    def learn(self, found: int, *, came: bool) -> None:
        """`found`: rows that went together. `came`: as many as were hoped for came in time."""
        if not came:
            self.rows, self._hold = max(1, min(found, self.most)), HOLD
        elif self._hold:
            self._hold -= 1
            self.rows = min(self.most, max(self.rows, found))
        else:
            self.rows = min(self.most, max(self.rows, found) + 1)


def _settle(future: asyncio.Future[bytes], answer: bytes | Exception) -> None:
    if future.done():
        return  # its client went away
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
