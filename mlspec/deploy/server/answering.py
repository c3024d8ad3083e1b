"""A request's body -> the answer's body, for one model."""

from __future__ import annotations

import time

from mlspec.deploy.server.explain import explained
from mlspec.deploy.server.model import ServedModel
from mlspec.deploy.server.request import parse_request
from mlspec.deploy.server.response import encode
from mlspec.diagnostics import Problems

QUICK_BYTES, QUICK_SECONDS = 8192, 0.0005
"""A body and an answer up to which a request is answered where it came in: a thread would cost more."""


class Answering:
    """Answers requests for one model. Raises RequestError for what can't be answered."""

    def __init__(self, model: ServedModel) -> None:
        self.model = model
        self._seconds = 1.0

    def is_quick(self, body: bytes) -> bool:
        """Whether the answer is made before anything else gets late by it: by the moving mean of what small requests took."""
        return len(body) <= QUICK_BYTES and self._seconds < QUICK_SECONDS

    def __call__(self, body: bytes) -> bytes:
        started = time.perf_counter()
        inference = parse_request(body, self.model.signature, self.model.outputs)
        try:
            found = self.model.predict(inference.columns)
        except Problems as problems:
            raise explained(problems, inference.columns) from problems
        answer = encode(inference, found, self.model)
        if len(body) <= QUICK_BYTES:
            self._seconds += 0.1 * (time.perf_counter() - started - self._seconds)
        return answer
