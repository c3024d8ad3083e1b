"""A program that stays: a row on each line of its input, an answer on each line of its output, for as long as the model is asked."""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from mlspec.diagnostics import Problems, problem
from mlspec.runtime.step.output import Output
from mlspec.runtime.step.program import Program, end, start

SECONDS = 30.0
"""How long an answer may take, and the start before the first one."""
_ROWS, _BYTES, _CHUNK = 64, 1 << 15, 1 << 16
"""So much is asked at once: it fits into a pipe, so that neither side waits for the other to read."""


class Held:
    """One process, asked by one thread of its own: what starts it must live as long as it does, since the kernel ends it with that.

    One that ended is started again once for each question.
    """

    def __init__(self, program: Program, seconds: float = SECONDS) -> None:
        self._program, self._seconds = program, seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._said = Output((), lambda _: None)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="mlspec-program")

    def ask(self, lines: Sequence[bytes]) -> list[bytes]:
        """An answer for each line. Raises MLS0668 where none comes in time, or the program ends."""
        return self._thread.submit(self._asked, lines).result()

    def close(self) -> None:
        """End it. At the end of this process its thread is gone already."""
        self._end()
        self._thread.shutdown(wait=False)

    def _asked(self, lines: Sequence[bytes]) -> list[bytes]:
        found: list[bytes] = []
        for part in parts(lines):
            try:
                found += self._part(part)
            except _EndedError:
                self._end()
                try:
                    found += self._part(part)
                except _EndedError as error:
                    self._end()
                    raise self._told("it ended before it answered") from error
        return found

    def _part(self, part: Sequence[bytes]) -> list[bytes]:
        process = self._process = self._process or self._start()
        assert process.stdin is not None  # noqa: S101 - pipes
        assert process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(b"".join(part))
            process.stdin.flush()
        except OSError as error:
            raise _EndedError from error
        return self._lines(process.stdout.fileno(), len(part))

    def _start(self) -> subprocess.Popen[bytes]:
        process = start(self._program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stderr is not None  # noqa: S101
        self._said = Output((), lambda _: None)
        threading.Thread(target=_drain, args=(process.stderr.fileno(), self._said.take), daemon=True).start()
        return process

    def _lines(self, pipe: int, count: int) -> list[bytes]:
        data, deadline = bytearray(), time.monotonic() + self._seconds
        with selectors.DefaultSelector() as waiting:
            waiting.register(pipe, selectors.EVENT_READ)
            while data.count(b"\n") < count:
                if not waiting.select(max(0.0, deadline - time.monotonic())):
                    self._end()
                    got = data.count(b"\n")
                    help_text = "let it answer each line before it reads the next, and flush its output after each"
                    raise self._told(f"it answered {got} of {count} lines within {self._seconds:g} s", help_text)
                piece = os.read(pipe, _CHUNK)
                if not piece:
                    raise _EndedError
                data += piece
        found = bytes(data).split(b"\n")
        if len(found) != count + 1 or found[-1]:
            self._end()
            raise self._told(f"it answered {len(found) - 1} lines to {count}", "let it write one line for each that it reads, and no other")
        return found[:-1]

    def _told(self, what: str, help_text: str = "the lines above are the last that it printed") -> Problems:
        said = self._said.end().strip()
        return problem("MLS0668", f"the model's program: {what}" + (f":\n{said}" if said else ""), help=help_text)

    def _end(self) -> None:
        if self._process is not None:
            for stream in (self._process.stdin, self._process.stderr):
                with contextlib.suppress(OSError):
                    stream.close()  # type: ignore[union-attr]
            end(self._process, gently=False)
            self._process = None


class _EndedError(Exception):
    """The process is gone."""


def parts(lines: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Lines in parts that fit into a pipe."""
    part, size = list[bytes](), 0
    for line in lines:
        if part and (len(part) >= _ROWS or size + len(line) > _BYTES):
            yield part
            part, size = [], 0
        part.append(line)
        size += len(line)
    if part:
        yield part


def _drain(pipe: int, take: Callable[[bytes], None]) -> None:
    with contextlib.suppress(OSError, ValueError):
        while piece := os.read(pipe, _CHUNK):
            take(piece)
