"""Runs `git` as a child process: argument lists, C locale, no pager, no prompts, and no Git variables of a surrounding hook."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mlspec.adapters.git.settings import SETTINGS, git_environment
from mlspec.diagnostics import Problems, problem


@dataclass(frozen=True, slots=True)
class Result:
    """What a command said. `out` is bytes as they came, `err` text."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Standard output without the final newline."""
        return self.out.decode("utf-8", "surrogateescape").rstrip("\n")


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a `git` process (see `settings`), with `extra`."""
    return git_environment() | dict(extra or {})


def run_git(root: Path, arguments: Sequence[str], *, stdin: bytes = b"", extra: Mapping[str, str] | None = None) -> Result:
    """Run `git ARGUMENTS` in `root` and return what it said, whatever its exit code. Raises MLS0950 when Git is not installed."""
    command = ["git", *SETTINGS, *arguments]
    with _installed():
        done = subprocess.run(command, cwd=root, input=stdin, env=environment(extra), capture_output=True, check=False)
    return Result(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace").strip())


@contextmanager
def _installed() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise problem("MLS0950", "the program `git` is not on the PATH", help="install Git 2.30 or later") from None


def git(root: Path, *arguments: str, stdin: bytes = b"", extra: Mapping[str, str] | None = None) -> Result:
    """Like `run_git`, for a command that is expected to work. Raises MLS0959 with Git's own words when it does not."""
    result = run_git(root, arguments, stdin=stdin, extra=extra)
    if result.code != 0:
        raise failed(arguments[0], result.err)
    return result


def failed(command: str, said: str) -> Problems:
    """MLS0959: a command of Git's that should have worked, with what it said."""
    return problem("MLS0959", f"`git {command}` failed: {last_line(said)}", help="try the command by hand to see more")


def answers(root: Path, arguments: Sequence[str], questions: Iterable[str]) -> bytes:
    """What a command says to many questions, a line each. Raises MLS0959 when it fails.

    Both ways go through files: Git writes an answer of megabytes in ten thousand pieces, and here each would be waited for.
    """
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as said:
        asked.writelines(f"{question}\n".encode("utf-8", "surrogateescape") for question in questions)
        asked.seek(0)
        command = ["git", *SETTINGS, *arguments]
        with _installed():
            done = subprocess.run(command, cwd=root, stdin=asked, stdout=said, stderr=subprocess.PIPE, env=environment(), check=False)
        if done.returncode != 0:
            raise failed(arguments[0], done.stderr.decode("utf-8", "replace"))
        said.seek(0)
        return said.read()


def stream_git(root: Path, *arguments: str) -> Generator[str]:
    """The NUL-separated parts of what a long command says, as they come. A caller that has seen enough stops, and so does the command.

    Raises MLS0959 when the command fails.
    """
    with tempfile.TemporaryFile() as errors:
        command = ["git", *SETTINGS, *arguments]
        with _installed():
            process = subprocess.Popen(
                command, cwd=root, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
            )
        assert process.stdout is not None  # noqa: S101 - asked for
        rest, finished = b"", False
        try:
            while chunk := os.read(process.stdout.fileno(), 1 << 16):
                *parts, rest = (rest + chunk).split(b"\0")
                yield from (p.decode("utf-8", "surrogateescape") for p in parts)
            finished = True
        finally:
            process.stdout.close()
            if not finished:
                process.kill()
            process.wait()
        if process.returncode != 0:
            errors.seek(0)
            raise failed(arguments[0], errors.read().decode("utf-8", "replace"))
        if rest:
            yield rest.decode("utf-8", "surrogateescape")


def fit(paths: Sequence[str]) -> bool:
    """Whether a command line has room for paths (the system's limit is near 2 MB); where not, all are listed, and ours picked out."""
    return sum(len(path) + 1 for path in paths) < _MOST


_MOST = 100_000
_TELLING = ("remote: error", "! [", "fatal:", "error:")


def last_line(text: str) -> str:
    """The line of Git's message that says most: why a remote refused, else the last `fatal:` or `error:`, else the last."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for start in _TELLING:
        found = [line for line in lines if line.startswith(start)]
        if found:
            return found[-1]
    return (lines or ["no message"])[-1]
