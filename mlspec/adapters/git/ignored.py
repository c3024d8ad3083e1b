"""What Git's ignore rules hide: the paths, and the line that hides each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mlspec.adapters.git.run import failed, run_git


@dataclass(frozen=True, slots=True)
class Ignored:
    """A path that is ignored, by the pattern at `file`:`line` (relative to the root, or absolute for a person's own file)."""

    path: str
    file: str
    line: int
    pattern: str

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"

    @property
    def mend(self) -> str:
        """What to write. A bare name hides folders of that name at every depth: with a slash before it, the one at the top only."""
        name = self.pattern.rstrip("/")
        folder = PurePosixPath(self.file).parent.as_posix()
        inside = self.path.removeprefix(f"{folder}/") if folder != "." else self.path
        if "/" not in name and not any(c in name for c in "*?[\\") and inside.split("/")[0] != name and not self.file.startswith("/"):
            return f"write `/{self.pattern}` in {self.place}, which hides only `{self.pattern}` beside that file"
        return f"remove `{self.pattern}` from {self.place}, or name there what it is to hide"


def find_ignored(root: Path, paths: Iterable[str], *, by_rules: Iterable[str] = ()) -> list[Ignored] | None:
    """Return those of `paths` that are ignored, and those of `by_rules` that a rule covers though Git has them (added by force).

    None where `root` is in no repository. Raises MLS0950, MLS0959.
    """
    literal = {"GIT_LITERAL_PATHSPECS": "0"}  # it takes paths from its input as they are, and refuses to be told so
    found: list[Ignored] = []
    ruled = dict.fromkeys(by_rules)  # who asks for what rules cover is told what Git ignores, too
    for flags, asked in (((), [p for p in paths if p not in ruled]), (("--no-index",), ruled)):
        if not asked and ruled:
            continue
        words = ["check-ignore", "-z", "--stdin", "--verbose", *flags]
        result = run_git(root, words, stdin="\0".join(asked).encode(), extra=literal)
        if "not a git repository" in result.err:
            return None
        if result.code > 1:
            raise failed("check-ignore", result.err)
        found += _parsed(result.out.decode("utf-8", "surrogateescape").split("\0"))
    return list(dict.fromkeys(found))


def is_ignored(root: Path, path: str) -> bool:
    """Whether Git leaves a file out. One that is staged already it takes, whatever .gitignore says. Raises as `find_ignored` does."""
    return bool(find_ignored(root, [path]))


def _parsed(parts: list[str]) -> Iterator[Ignored]:
    """Four parts a path: file, line, pattern, path. A pattern that begins with `!` takes the path back in."""
    for file, line, pattern, path in zip(parts[::4], parts[1::4], parts[2::4], parts[3::4], strict=False):
        if not pattern.startswith("!"):
            yield Ignored(path, file, int(line), pattern)
