"""Near names for "did you mean"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mlspec.diagnostics.fix import Advice, written


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate closest to `word`, or None when none is close (ratio below 0.6)."""
    import difflib

    pool = sorted(set(candidates))
    folded = {c.casefold(): c for c in reversed(pool)}
    found = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """Return a help line: the near name (as `Advice` when it is the clear one), else the list of what is allowed (up to 12)."""
    pool = sorted(set(candidates))
    near = nearest(word, pool)
    if near:
        text = f"did you mean `{near}`?"
        return Advice(text, written(near), word) if near == clear(word, pool) else text
    if not pool:
        return None
    return f"one of: {backticked(pool)}"


def backticked(words: Iterable[str]) -> str:
    """Return up to 12 words, sorted, each in backticks."""
    pool = sorted(set(words))
    return ", ".join(f"`{w}`" for w in pool[:12]) + (", …" if len(pool) > 12 else "")


def clear(word: str, candidates: Iterable[str]) -> str | None:
    """Return the one candidate that `word` is a slip of, so clearly that a program may write it; else None.

    Either they differ in nothing but case, `-` and `_`; or they are one slip apart (a letter more, less or wrong, or two swapped; two slips
    from 8 characters on), no other candidate is as near, and their digits are the same: `demand-2` is no slip of `demand-1`.
    """
    pool = sorted(set(candidates))
    same = [c for c in pool if _bare(c) == _bare(word)]
    if same:
        return same[0] if len(same) == 1 else None
    allowed = 2 if len(word) >= 8 else 1
    slips = sorted((d, c) for c in pool if (d := _distance(word.casefold(), c.casefold(), allowed)) <= allowed and _alike(word, c))
    return slips[0][1] if slips and (len(slips) == 1 or slips[0][0] < slips[1][0]) else None


def _bare(word: str) -> str:
    return re.sub(r"[-_ ]", "", word.casefold())


def _alike(word: str, candidate: str) -> bool:
    """Short words (`min`, `max`, `mae`, `mse`) differ by one letter and mean other things: there only swapped letters are a slip."""
    if re.findall(r"\d", word) != re.findall(r"\d", candidate):
        return False
    return min(len(word), len(candidate)) > 3 or sorted(word.casefold()) == sorted(candidate.casefold())


def _distance(one: str, other: str, limit: int) -> int:
    """The optimal string alignment distance: letters added, left out, replaced, or swapped. Above `limit` it is not exact."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before, row = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        new = [i]
        for j, b in enumerate(other, 1):
            cost = min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (a != b))
            swapped = i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b
            new.append(min(cost, before[j - 2] + 1) if swapped else cost)
        before, row = row, new
    return row[-1]
