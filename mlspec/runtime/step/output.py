"""What a program prints: passed on line by line up to a limit, its end kept, secrets masked in both."""

from __future__ import annotations

from collections.abc import Callable

MASK = "***"
SHOWN_BYTES = 100_000
"""So much is passed on while it runs."""
LONGEST_LINE = 2_000
_KEPT_BYTES = 64_000
_END_LINES, _END_CHARACTERS = 20, 4_000


class Output:
    """Bytes in; masked lines out, and at last the end of all."""

    def __init__(self, secrets: tuple[str, ...], say: Callable[[str], None]) -> None:
        lines = {line for secret in secrets for line in (secret, *secret.splitlines()) if line.strip()}
        self._secrets = sorted(lines, key=lambda line: (-len(line), line))
        self._longest = max((len(line.encode()) for line in self._secrets), default=0)
        self._say, self._line, self._kept, self._cut = say, bytearray(), bytearray(), False
        self._shown = self._left_out = 0

    def take(self, part: bytes) -> None:
        """Take a piece as it comes."""
        self._kept += part
        if len(self._kept) > 2 * _KEPT_BYTES:
            del self._kept[:-_KEPT_BYTES]
            self._cut = True
        if self._shown >= SHOWN_BYTES:
            self._left_out += len(part)
            return
        *lines, rest = bytes(self._line + part).split(b"\n")
        for line in lines:
            self._pass_on(line)
        self._line = bytearray(rest[: LONGEST_LINE * 4])

    def close(self) -> None:
        """Pass on what has no line's end, and say how much was not shown."""
        if self._line and self._shown < SHOWN_BYTES:
            self._pass_on(bytes(self._line))
        if self._left_out:
            self._say(f"… {self._left_out:,} bytes more are not shown")

    def _pass_on(self, line: bytes) -> None:
        if self._shown < SHOWN_BYTES:
            self._say(self._masked(line)[:LONGEST_LINE])
        else:
            self._left_out += len(line) + 1
        self._shown += len(line) + 1

    def end(self) -> str:
        """The last lines, masked. What was cut off at its beginning may be half a secret, and is left out."""
        kept = bytes(self._kept)
        if self._cut:
            _, _, rest = kept.partition(b"\n")
            kept = rest or kept[self._longest :]
        text = self._masked(kept).rstrip("\n")
        lines = [line[:LONGEST_LINE] for line in text.split("\n")[-_END_LINES:]]
        return "\n".join(lines)[-_END_CHARACTERS:]

    def _masked(self, text: bytes) -> str:
        shown = text.decode("utf-8", "replace").replace("\r\n", "\n")
        for secret in self._secrets:
            shown = shown.replace(secret, MASK)
        return "".join(c if c.isprintable() or c in "\n\t" else " " for c in shown)
