"""A program as a model: its code and what training left stand in the model's folder, so that they are approved and served as one digest."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.diagnostics import problem
from mlspec.diagnostics.words import duration
from mlspec.runtime.foreign import Foreign
from mlspec.runtime.program import told
from mlspec.runtime.program.held import Held
from mlspec.runtime.program.rows import READERS, Answered, bad, lines_of, table_of, write_rows
from mlspec.runtime.signature import Signature
from mlspec.runtime.step.program import Program, run_program
from mlspec.runtime.step.room import Room

if TYPE_CHECKING:
    import pandas as pd

CODE, FILES = "program/code/", "program/files/"
"""Where the model's folder has the program's code, at its paths from the root, and what training left."""
_FILES_IN_ROOM = ".mlspec-model"
SECONDS = 900.0
"""How long a run may take that answers for all rows that are asked for."""


class ProgramModel(Foreign):
    """`files`: {path: bytes} of the model's folder. `holes`: folders of which the program reads nothing: the repository."""

    kind = "program"

    def __init__(self, files: Mapping[str, bytes], signature: Signature, holes: Sequence[Path]) -> None:
        self.signature, self._files, self._holes = signature, files, tuple(holes)
        self._artifact: Mapping[str, Any] = signature.artifact or {}
        self._form: str | None = self._artifact.get("lines")
        self.has_shares = bool(self._artifact.get("shares"))
        self.n_features_in_ = len(signature.features)
        self._held: Held | None = None
        self._finalizer: Any = None
        stays = "a process that is kept, by lines" if self._form else "a process for each request; `lines` would keep one"
        self.reason = f"{' '.join(self._artifact['argv'])[:80]}: {stays}"

    def answers(self, features: pd.DataFrame) -> tuple[Any, Any]:
        """See `Foreign.answers`. A program that reads lines is asked as it stands, where it is kept."""
        table = table_of(self.signature, features)
        answered = Answered(self.signature, self._artifact.get("shares"))
        if self._held is not None and self._form:
            return answered.of_rows(READERS[self._form](self._held.ask(lines_of(table, self._form))), len(features))
        with self._unpacked() as (room, environment):
            return self._run(room, environment, table, answered)

    def _run(self, room: Room, environment: dict[str, str], table: Any, answered: Answered) -> tuple[Any, Any]:
        rows, answers = room.temporary / f"rows.{self._artifact['rows']}", room.temporary / "answers.csv"
        if self._form:
            rows.write_bytes(b"".join(lines_of(table, self._form)))
            self._ended_well(Program(self._artifact["argv"], room, environment, SECONDS, say=_nobody, stdin=rows, stdout=answers))
            with answers.open("rb") as file:
                return answered.of_rows(READERS[self._form](file), len(table))
        write_rows(table, rows, self._artifact["rows"])
        paths = {"MLSPEC_ROWS": str(rows), "MLSPEC_ANSWERS": str(answers)}
        self._ended_well(Program(self._artifact["argv"], room, environment | paths, SECONDS, say=_nobody))
        return answered.of_table(answers, len(table))

    def _ended_well(self, program: Program) -> None:
        ended = run_program(program)
        said = f":\n{ended.end}" if ended.end.strip() else "; it printed nothing"
        if ended.late:
            raise bad(f"it took longer than {duration(program.seconds)}, and was ended{said}", "make it faster, or ask it for fewer rows")
        if ended.status != 0:
            raise bad(f"it ended with the code {ended.status}{said}", "the lines above are the last that it printed")

    def keep(self) -> None:
        """Let a program that reads lines stay."""
        if self._form and self._held is None:
            stack = contextlib.ExitStack()
            room, environment = stack.enter_context(self._unpacked())
            self._held = Held(Program(self._artifact["argv"], room, environment, SECONDS))
            stack.callback(self._held.close)
            self._finalizer = weakref.finalize(self, stack.close)

    def close(self) -> None:
        """End it, and remove its files."""
        if self._finalizer is not None:
            self._finalizer()
            self._held = None

    @contextlib.contextmanager
    def _unpacked(self) -> Iterator[tuple[Room, dict[str, str]]]:
        """A folder of its own with the bytes that were compared, and what the program is told there."""
        with tempfile.TemporaryDirectory(prefix="mlspec-program-", ignore_cleanup_errors=True) as name:
            base, temporary = Path(name).resolve() / "room", Path(name).resolve() / "tmp"
            files = base / _FILES_IN_ROOM
            for folder in (base, temporary, files):
                folder.mkdir()
            for path, data in self._files.items():
                self._put(path, data, base, files)
            room = Room(base, temporary, self._holes, {}, (), {}, ())
            yield room, told.answering(room, self.signature, files)

    def _put(self, path: str, data: bytes, base: Path, files: Path) -> None:
        place = base / path.removeprefix(CODE) if path.startswith(CODE) else files / path.removeprefix(FILES)
        if path.startswith((CODE, FILES)):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
            place.chmod(0o755 if path in self._artifact.get("executables", ()) else 0o644)


def _nobody(_: str) -> None:
    """What it prints is kept for a diagnostic, and shown to nobody."""


def pack(root: Path, section: Mapping[str, Any], left: Path | None, folder: Path) -> dict[str, Any]:
    """Write code and files into a model's folder; what its signature says of them."""
    places = {f"{CODE}{path}": root / path for path in section["predict"]["code"]}
    if left is not None:
        places |= {f"{FILES}{p.relative_to(left).as_posix()}": p for p in sorted(left.rglob("*")) if p.is_file()}
    for path, source in places.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / path)
    executables = sorted(path for path, source in places.items() if os.access(source, os.X_OK) and source.stat().st_mode & 0o100)
    found = {"kind": "program", "argv": list(section["predict"]["argv"]), "rows": section["rows"]}
    if "lines" in section["predict"]:
        found["lines"] = section["predict"]["lines"]
    return found | ({"executables": executables} if executables else {})


def holes_of(folder: Path) -> list[Path]:
    """The repository that a model's folder lies in, if it lies in one."""
    found = next((parent for parent in folder.resolve().parents if (parent / "mlspec.yaml").is_file()), None)
    return [found] if found else []


def check_argv(argv: Sequence[str]) -> None:
    """Raises MLS0661 for a model's folder whose program is no list of words."""
    if not argv or not all(isinstance(word, str) and word and "\0" not in word for word in argv):
        raise problem("MLS0661", "the model's folder names no program that could be run", help="run the train stage again")
