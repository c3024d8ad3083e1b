"""Counts from several threads add up, and a copy of them is nobody else's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from mlspec.runtime.tally import Tally


def test_counts_of_several_threads_add_up() -> None:
    tally = Tally()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: tally.add(("calls", str(n % 2)), 2), range(1000)))
    assert tally.counts() == {("calls", "0"): 1000, ("calls", "1"): 1000}


def test_a_copy_stays_and_what_is_forgotten_is_gone() -> None:
    tally = Tally()
    tally.add(("hit",))
    copy = tally.counts()
    tally.add(("hit",))
    tally.forget()
    assert (copy, tally.counts()) == ({("hit",): 1}, {})
