"""Near names for "did you mean"."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate closest to `word`, or None when none is close (ratio below 0.6)."""
    import difflib

    pool = sorted(set(candidates))
    folded = {c.casefold(): c for c in reversed(pool)}
    found = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """Return a help line: the near name, else the list of what is allowed (up to 12)."""
    pool = sorted(set(candidates))
    near = nearest(word, pool)
    if near:
        return f"did you mean `{near}`?"
    if not pool:
        return None
    return f"one of: {backticked(pool)}"


def backticked(words: Iterable[str]) -> str:
    """Return up to 12 words, sorted, each in backticks."""
    pool = sorted(set(words))
    return ", ".join(f"`{w}`" for w in pool[:12]) + (", …" if len(pool) > 12 else "")
