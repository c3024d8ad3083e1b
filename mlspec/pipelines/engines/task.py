"""A task, in a process of its own on the worker: `python -m mlspec.pipelines.engines.task FOLDER`.

FOLDER holds the task; the project is put together below it, and the answer is left beside it. The cluster's own process stays as it was.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from mlspec.diagnostics import Diagnostic, Problems, problem
from mlspec.diagnostics.atomic import replace_file
from mlspec.pipelines.engines.forms import MAX_LINE, MAX_LINES, Answer, Finding, Task, from_bytes, to_bytes
from mlspec.pipelines.engines.time_limit import TimeIsOverError, time_limit
from mlspec.pipelines.engines.versions import differences

TASK, ANSWER, PROJECT = "task", "answer", "project"


class Lines:
    """What a task says, bounded: the first lines, and that there were more."""

    def __init__(self, root: Path) -> None:
        self._root, self.kept, self._more = f"{root}/", list[str](), 0

    def __call__(self, line: str) -> None:
        """Say a line. Where the project stands on this machine is nothing to anybody."""
        if len(self.kept) < MAX_LINES:
            self.kept.append(line.replace(self._root, "")[:MAX_LINE])
        else:
            self._more += 1

    def all(self) -> tuple[str, ...]:
        """The lines that travel back."""
        return (*self.kept, *([f"      … {self._more:,} more lines"] if self._more else []))


def perform(folder: Path) -> bytes:
    """Do the task that stands in `folder`; return the answer with the files that Git keeps of it."""
    task, files = from_bytes(Task, (folder / TASK).read_bytes())
    root = folder / PROJECT
    say, times, results = Lines(root), dict[str, float](), dict[str, bytes]()
    unlike = differences(task.python, task.versions, task.code, files.get(task.requirements or ""), files.get)
    if unlike:
        return to_bytes(Answer(ref=task.ref, status="unfit", findings=(Finding.of(_unfit(unlike)),)), {})
    try:
        times, results = _run(task, files, root, say)
    except Problems as found:
        findings = tuple(map(Finding.of, found.diagnostics))
        return to_bytes(Answer(ref=task.ref, status="failed", findings=findings, lines=say.all()), {})
    return to_bytes(Answer(ref=task.ref, status="ok", lines=say.all(), times=tuple(times.items())), results)


def _unfit(unlike: list[str]) -> Diagnostic:
    message = f"a worker of the cluster can't do this task: it has {'; '.join(unlike)}"
    return Diagnostic("MLS0532", message, None, "install the same requirements lock, and the same mlspec, on the workers")


def _run(task: Task, files: Mapping[str, bytes], root: Path, say: Lines) -> tuple[dict[str, float], dict[str, bytes]]:
    """Put the project together, bring what is read, run, push. Raises StageFailed, MLS0568, and what the remote raises."""
    from mlspec.adapters.dvc import store as dvc_store
    from mlspec.compiler.project.graph import Graph
    from mlspec.pipelines.one_object import kept_by_dvc
    from mlspec.pipelines.results import results_of
    from mlspec.pipelines.run.options import RunOptions
    from mlspec.pipelines.run.run import run_stages

    own = task.pipeline
    _unpack(root, files)
    try:
        with time_limit(task.seconds):
            dvc_store.fetch_all(root, task.inputs | task.standing)
            reporter = run_stages(root, own, RunOptions(force=task.force), say)
            dvc_store.push(root, kept_by_dvc(root, own).values())
    except TimeIsOverError:
        help_text = f"give it more time: `resources.timeout` of {task.ref}"
        raise problem("MLS0568", f"{task.ref} took longer than {task.seconds:g} s, and was ended", help=help_text) from None
    return reporter.ran, results_of(root, Graph((own,)), task.ref)


def _unpack(root: Path, files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    (root / ".dvc/tmp").mkdir(parents=True, exist_ok=True)


def main(folder: Path) -> int:
    """Do the task; return the exit code: 0 where an answer was left. An exception ends in Python's own words, which the worker keeps."""
    os.environ["DVC_SITE_CACHE_DIR"] = str(folder / "site")
    scratch = folder / "tmp"
    scratch.mkdir()
    os.environ["TMPDIR"], tempfile.tempdir = str(scratch), None
    replace_file(folder / ANSWER, perform(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
