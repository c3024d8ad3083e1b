"""Does trials side by side, each in a process that was forked with the rows in its memory. Which process does which changes nothing."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from mlspec.diagnostics import problem
from mlspec.runtime import linux
from mlspec.runtime.process import processors
from mlspec.runtime.tune.judge import Judge
from mlspec.runtime.tune.trial import Asked, Trial

Crew = Callable[[Judge, Sequence[Asked]], Iterator[Trial]]
"""Does trials; they come as they end, in any order."""
_JUDGES: dict[int, Judge] = {}


def hands(wanted: int, width: int) -> int:
    """How many trials at once: never more threads than this process may use processors."""
    return max(1, min(wanted, processors() // max(1, width)))


@contextmanager
def crew(count: int) -> Iterator[Crew]:
    """Up to `count` processes; one does its trials here. They end with this process, however it ends."""
    yield _here if count == 1 else lambda judge, asked: _there(count, judge, asked)


def _here(judge: Judge, asked: Sequence[Asked]) -> Iterator[Trial]:
    return (judge.trial(one) for one in asked)


def _there(count: int, judge: Judge, asked: Sequence[Asked]) -> Iterator[Trial]:
    """A pool a wave: forked when the judge is made, so that nothing of it is sent."""
    context = multiprocessing.get_context("fork" if linux.IS_LINUX else "spawn")
    with ProcessPoolExecutor(min(count, len(asked)), mp_context=context, initializer=_begin, initargs=(judge,)) as pool:
        waiting = {pool.submit(_do, one): one for one in asked}
        try:
            for future in as_completed(waiting):
                yield future.result()
                del waiting[future]
        except BrokenProcessPool as error:
            raise _ended(list(waiting.values())) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _ended(asked: Sequence[Asked]) -> Exception:
    numbers = ", ".join(str(one.number) for one in asked[:5])
    help_text = "most often a lack of memory: fewer `workers`, or a smaller space; `mlspec run` goes on with the trials that ended"
    return problem("MLS0659", f"a process of the search was ended from outside, with trial {numbers} to do", help=help_text)


def _begin(judge: Judge) -> None:
    linux.die_with_parent()
    _JUDGES[0] = judge


def _do(asked: Asked) -> Trial:
    return _JUDGES[0].trial(asked)
