"""Work on several items at a time, in threads, with the results in the items' order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from mlspec.runtime.process import processors

Item = TypeVar("Item")
Result = TypeVar("Result")
MOST_THREADS = 4
"""Beyond it memory grows, and one reader and one writer no longer keep up."""


def cores() -> int:
    """Processors that this process may use, up to MOST_THREADS."""
    return min(MOST_THREADS, processors())


def side_by_side(work: Callable[[Item], Result], items: Iterable[Item], threads: int) -> Iterator[Result]:
    """Yield `work(item)` for each item, in order. At most `threads` + 1 items and results are held; what `work` raises is raised here.

    With one thread it is plain `map`.
    """
    if threads < 2:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="side-by-side") as pool:
        under_way: deque[Future[Result]] = deque()
        try:
            for item in items:
                under_way.append(pool.submit(work, item))
                if len(under_way) > threads:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for left in under_way:
                left.cancel()
