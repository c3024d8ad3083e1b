"""Words around lists and numbers, one form each: `a, b and 3 more`, `a lo…`, `2 files`, `95%`, `36h`, `2 h 5 min`. Numbers: numbers.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mlspec.diagnostics.numbers import shown

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
PERSONAL = "(personal data)"
"""What stands in the place of a value that nobody is to read."""


def some(names: Iterable[object], most: int = 3) -> str:
    """`a, b, c and 4 more`: the first `most` of them, and how many are left; all where there are no more."""
    listed = [str(name) for name in names]
    return ", ".join(listed[:most]) + and_more(len(listed), most)


def and_more(count: int, most: int, noun: str = "") -> str:
    """` and 4 more` (` and 4 more files`), to be put behind the first `most` of `count`; empty where none is left."""
    return f" {rest(count, most, noun)}" if count > most else ""


def some_lines(lines: Sequence[str], most: int, noun: str = "", sign: str = "") -> list[str]:
    """The first `most` lines, and one that says how many are left. `sign`: what each line begins with, such as `- `."""
    return [*lines[:most], *([sign + rest(len(lines), most, noun)] if len(lines) > most else [])]


def rest(count: int, most: int, noun: str = "") -> str:
    """`and 4 more`, `and 1 more file`: of `count` things of which `most` are shown."""
    left = count - most
    return f"and {left:,} more" + (f" {plural(left, noun)}" if noun else "")


def counted(count: int, noun: str) -> str:
    """`1 file`, `1,200 files`."""
    return f"{count:,} {plural(count, noun)}"


def plural(count: int, noun: str) -> str:
    """The noun as it follows a number."""
    return noun if count == 1 else f"{noun}s"


def cut(text: str, most: int) -> str:
    """The text; where it has more than `most` characters, its beginning with `…`, which make as many."""
    return text if len(text) <= most else text[: most - 1] + "…"


def either(names: Iterable[str]) -> str:
    """`a` or `b`, each in backticks."""
    return " or ".join(f"`{name}`" for name in names)


def percent(share: float, digits: int = 4) -> str:
    """0.95 -> `95%`; 0.0123456 -> `1.235%`."""
    return f"{shown(share * 100, digits)}%"


def duration(seconds: float) -> str:
    """A time as specs write it, in the largest unit that it is whole in: `7d`, `36h`, `90min`, `2.5s`."""
    for unit, size in (("d", DAY), ("h", HOUR), ("min", MINUTE)):
        if seconds and seconds % size == 0:
            return f"{seconds / size:.10g}{unit}"
    return f"{seconds:.10g}s"


def took(seconds: float) -> str:
    """A time that was measured, to two units: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 days 4 h`."""
    if seconds < MINUTE - 0.5:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, left = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {left} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{counted(hours // 24, 'day')} {hours % 24} h"


def about(seconds: float) -> str:
    """A time that is estimated, no finer than anybody can know: `40 s`, `12 min`, `2 h 5 min`."""
    if seconds < MINUTE:
        return f"{max(1, round(seconds))} s"
    hours, minutes = divmod(round(seconds / MINUTE), 60)
    return f"{minutes} min" if not hours else f"{hours} h {minutes} min" if minutes else f"{hours} h"


def ago(seconds: float) -> str:
    """`2 days ago`, in the largest whole unit; `just now` below a minute, and where clocks differ."""
    for size, noun in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if seconds >= size:
            return f"{counted(int(seconds // size), noun)} ago"
    return "just now"


def often(count: int) -> str:
    """`once`, `twice`, `3 times`."""
    return "once" if count == 1 else "twice" if count == 2 else f"{count} times"
