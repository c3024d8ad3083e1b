"""Answers that were given once, for requests that come again with the same bytes: of one version of one model, from the event loop only.

As in Clipper (Crankshaw et al., NSDI 2017), but by the request's bytes: an answer is a function of them and of the model's, and looking
there costs less than reading JSON. What was refused is not kept. A swap makes a new cache, so no version answers from another's.
"""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b

from mlspec.runtime.tally import Tally

LARGEST = 16 * 1024
"""Bytes of a request, and of an answer, beyond which it is not kept: so a cache of n answers takes at most n times as much."""


class AnswerCache:
    """The `most` answers that were asked for last; none with 0."""

    def __init__(self, most: int, tally: Tally) -> None:
        self._most, self._tally = most, tally
        self._answers: OrderedDict[bytes, bytes] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def find(self, protocol: str, body: bytes) -> bytes | None:
        """The answer that was given to this body before."""
        if not self._answers or len(body) > LARGEST:
            return None
        key = _key(protocol, body)
        found = self._answers.get(key)
        if found is not None:
            self._answers.move_to_end(key)
            self._tally.add(("cache", "hit"))
        return found

    def keep(self, protocol: str, body: bytes, answer: bytes) -> None:
        """Note what the model answered, in place of what was not asked for longest."""
        if not self._most or len(body) > LARGEST:
            return
        self._tally.add(("cache", "miss"))
        if len(answer) <= LARGEST:
            self._answers[_key(protocol, body)] = answer
            if len(self._answers) > self._most:
                self._answers.popitem(last=False)


def _key(protocol: str, body: bytes) -> bytes:
    """Of 32 bytes: nobody can find two requests with the same one."""
    return blake2b(body, digest_size=32, person=protocol.encode()).digest()
