r"""Regular expressions of RE2, which DuckDB runs, in the words of Java's, which Spark runs; what the two may read otherwise is refused.

Every character is written by its code point, every class by its ranges: so nothing hangs on what Java thinks is special in a class
(`[`, `&&`), on its `\s` (which has the vertical tab), its `$` (which stands before a last line break, too) or its `.` (which leaves out
five kinds of line breaks). Grammar of RE2: https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlspec.runtime.validate.spark.unlike import Unlike

Ranges = list[tuple[int, int]]
_LAST = 0x10FFFF
_DIGIT: Ranges = [(48, 57)]
_WORD: Ranges = [(48, 57), (65, 90), (95, 95), (97, 122)]
_SPACE: Ranges = [(9, 10), (12, 13), (32, 32)]
_PERL = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_CONTROL = {"n": 10, "t": 9, "r": 13, "f": 12, "v": 11, "a": 7}
_POSIX: dict[str, Ranges] = {
    "alnum": [(48, 57), (65, 90), (97, 122)],
    "alpha": [(65, 90), (97, 122)],
    "digit": _DIGIT,
    "lower": [(97, 122)],
    "upper": [(65, 90)],
    "space": [(9, 13), (32, 32)],
    "word": _WORD,
    "xdigit": [(48, 57), (65, 70), (97, 102)],
}
_COUNT = re.compile(r"\{(\d+)(,(\d*))?\}")
_HEX = re.compile(r"x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})")
_MOST = 1000
"""The largest count of a repetition in RE2."""


def java(pattern: str) -> str:
    """The Java expression that finds a match exactly where RE2 does. `pattern`: one that RE2 reads. Raises Unlike."""
    reader = _Reader(pattern)
    found = "".join(reader.read())
    if not reader.ended:
        raise Unlike(f"the regular expression `{pattern}` has a `)` too many")
    return found


def whole(pattern: str) -> str:
    r"""The same, for a match of the whole text: between `\A` and `\z`."""
    return rf"\A(?:{java(pattern)})\z"


class _Reader:
    """Reads left to right; `read` yields the parts up to the end, or up to a `)`."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    @property
    def ended(self) -> bool:
        return self._at >= len(self._text)

    def read(self) -> Iterator[str]:
        before = ""
        while not self.ended and self._text[self._at] != ")":
            if self._text[self._at] == "|":
                self._at += 1
                yield before + "|"
                before = ""
                continue
            yield before
            before = self._part()
            sign = self._repeated()
            if sign and before in (r"\A", r"\z"):
                raise Unlike(f"a repeated `^` or `$` in the regular expression `{self._text}`")
            before += sign
        yield before

    def _take(self) -> str:
        if self.ended:
            raise Unlike(f"the regular expression `{self._text}` breaks off")
        self._at += 1
        return self._text[self._at - 1]

    def _part(self) -> str:
        char = self._take()
        plain = {".": _written([(0, 9), (11, _LAST)]), "^": r"\A", "$": r"\z"}
        readers = {"(": self._group, "[": self._class, "\\": self._escape}
        if char in "*+?":
            raise Unlike(f"`{char}` in the regular expression `{self._text}` repeats nothing")
        if char in readers:
            return readers[char]()
        return plain.get(char) or _char(ord(char))

    def _repeated(self) -> str:
        counted = _COUNT.match(self._text, self._at)
        if counted:
            self._at = counted.end()
            if max(int(n) for n in (counted[1], counted[3] or "0")) > _MOST:
                raise Unlike(f"a repetition of more than {_MOST} in the regular expression `{self._text}`")
            sign = counted[0]
        elif not self.ended and self._text[self._at] in "*+?":
            sign = self._take()
        else:
            return ""
        if not self.ended and self._text[self._at] == "?":
            sign += self._take()
        if not self.ended and (self._text[self._at] in "*+?" or _COUNT.match(self._text, self._at)):
            raise Unlike(f"one repetition right after another in the regular expression `{self._text}`")
        return sign

    def _group(self) -> str:
        if self._text.startswith("?", self._at):
            named = re.compile(r"\?:|\?P?<\w+>").match(self._text, self._at)
            if named is None:
                raise Unlike(f"a group with flags in the regular expression `{self._text}`")
            self._at = named.end()
        inner = "".join(self.read())
        if self.ended:
            raise Unlike(f"a `(` without its `)` in the regular expression `{self._text}`")
        self._at += 1
        return f"(?:{inner})"

    def _escape(self) -> str:
        if not self.ended and self._text[self._at] in "Az":
            return "\\" + self._take()
        return _written(self._escaped())

    def _escaped(self) -> Ranges:
        """What a backslash begins, in a class or outside of one."""
        hexadecimal = _HEX.match(self._text, self._at)
        if hexadecimal:
            self._at = hexadecimal.end()
            code = int(hexadecimal[1] or hexadecimal[2], 16)
            return [(code, code)]
        char = self._take()
        if char.lower() in _PERL:
            return _PERL[char] if char in _PERL else _others(_PERL[char.lower()])
        if char in _CONTROL:
            return [(_CONTROL[char], _CONTROL[char])]
        if char.isascii() and not char.isalnum():
            return [(ord(char), ord(char))]
        raise Unlike(f"`\\{char}` in the regular expression `{self._text}`")

    def _class(self) -> str:
        negated = self._text.startswith("^", self._at)
        self._at += negated
        found: Ranges = []
        first = True
        while first or not self._text.startswith("]", self._at):
            first = False
            found += self._member()
        self._at += 1
        return _written(_others(found) if negated else found)

    def _member(self) -> Ranges:
        posix = re.compile(r"\[:(\^?)(\w+):\]").match(self._text, self._at)
        if posix:
            self._at = posix.end()
            if posix[2] not in _POSIX:
                raise Unlike(f"`{posix[0]}` in the regular expression `{self._text}`")
            return _others(_POSIX[posix[2]]) if posix[1] else _POSIX[posix[2]]
        low = self._one()
        is_range = self._text.startswith("-", self._at) and not self._text.startswith("-]", self._at)
        if not is_range or len(low) != 1 or low[0][0] != low[0][1]:
            return low
        self._at += 1
        high = self._one()
        if len(high) != 1 or high[0][0] != high[0][1] or high[0][0] < low[0][0]:
            raise Unlike(f"a range without an end in the regular expression `{self._text}`")
        return [(low[0][0], high[0][0])]

    def _one(self) -> Ranges:
        char = self._take()
        return self._escaped() if char == "\\" else [(ord(char), ord(char))]


def _others(ranges: Ranges) -> Ranges:
    found, after = [], 0
    for low, high in sorted(ranges):
        if low > after:
            found.append((after, low - 1))
        after = max(after, high + 1)
    return [*found, (after, _LAST)] if after <= _LAST else found


def _written(ranges: Ranges) -> str:
    if not ranges:
        return r"(?!)"
    return "[" + "".join(_char(low) if low == high else f"{_char(low)}-{_char(high)}" for low, high in ranges) + "]"


def _char(code: int) -> str:
    plain = code < 128 and chr(code).isalnum()
    return chr(code) if plain else f"\\x{{{code:X}}}"
