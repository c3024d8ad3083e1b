"""Results in the items' order, few items held, and errors where they belong."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from mlspec.deploy.side_by_side import MOST_THREADS, cores, side_by_side


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_results_come_in_the_order_of_the_items(threads: int) -> None:
    assert list(side_by_side(lambda n: n * n, range(50), threads)) == [n * n for n in range(50)]


def test_two_items_are_worked_on_at_a_time() -> None:
    both = threading.Barrier(2, timeout=20)
    assert list(side_by_side(lambda n: (both.wait(), n)[1], range(4), 2)) == [0, 1, 2, 3]


def test_no_more_items_are_taken_than_are_held() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(20):
            taken += 1
            yield number

    for done, _ in enumerate(side_by_side(lambda n: n, items(), 2), start=1):
        assert taken <= done + 2


def test_an_error_is_raised_in_its_turn_and_what_waits_is_left() -> None:
    done = []

    def work(number: int) -> int:
        if number == 3:
            raise ValueError("the third")
        done.append(number)
        return number

    found = side_by_side(work, range(100), 2)
    assert [next(found) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="the third"):
        next(found)
    assert max(done) < 10


def test_as_many_threads_as_cores_within_bounds() -> None:
    assert 1 <= cores() <= MOST_THREADS
