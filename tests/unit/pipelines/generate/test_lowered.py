"""What runners other than GitHub's are given: the same workflows without the keys of 2026, and act takes them."""

from __future__ import annotations

import copy
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import quick_yaml
from support.act_run import for_act
from support.cli import BIN
from support.workflow_projects import PROJECTS, workflows_of

from mlspec.pipelines.generate.lowered import KEYS, lowered

_IN_A_JOB: dict[str, dict[str, Any]] = {
    "cache-mode": {"cache-mode": "none"},
    "environment.deployment": {"environment": {"name": "mlspec-storage", "deployment": False}},
}
PLAIN: dict[str, Any] = {"name": "plain", "on": {"push": {}}, "jobs": {"it": {"runs-on": "ubuntu-latest", "steps": [{"run": "true"}]}}}


def _read(text: str) -> dict[str, Any]:
    form = quick_yaml.load(text)
    form["on"] = form.pop(True, form.get("on"))  # YAML 1.1 reads `on` as true
    assert isinstance(form, dict)
    return form


def _leaves(node: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from _leaves(value, *path, str(key))
    elif isinstance(node, list) and node:
        for number, value in enumerate(node):
            yield from _leaves(value, *path, str(number))
    else:
        yield path, node


def _validated(folder: Path, texts: dict[str, str]) -> str:
    """What act says of the files; nothing where it takes them."""
    home = folder / ".github" / "workflows"
    home.mkdir(parents=True)
    for name, text in texts.items():
        (home / name).write_text(text, encoding="utf-8")
    words = [str(BIN / "act"), "--validate", "--strict", "-W", str(home), "-P", "ubuntu-latest=-self-hosted"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    return "" if not done.returncode else done.stdout + done.stderr


@pytest.mark.parametrize("name", PROJECTS)
def test_nothing_but_the_keys_of_the_table_differs(name: str) -> None:
    for text in workflows_of(name).values():
        form = _read(text)
        before, after = dict(_leaves(form)), dict(_leaves(lowered(copy.deepcopy(form))))
        gone = set(before) - set(after)
        assert {path[-1] for path in gone} <= {"cache-mode", "deployment", "timezone"}
        assert all(before[path] == value for path, value in after.items())
        assert ("cache-mode",) in gone


def test_act_takes_what_is_lowered(tmp_path: Path) -> None:
    different = {tuple(workflows_of(name).items()): name for name in reversed(PROJECTS)}  # the hostile ones write what the plain one does
    for files, name in different.items():
        texts = {Path(path).name: for_act(text) for path, text in files}
        assert _validated(tmp_path / name, texts) == "", name


@pytest.mark.parametrize("key", KEYS)
def test_act_still_refuses_each_key(tmp_path: Path, key: str) -> None:
    """The reason why it is in the table: when this fails, it can go."""
    form = copy.deepcopy(PLAIN)
    if key in _IN_A_JOB:
        form["jobs"]["it"] |= _IN_A_JOB[key]
    else:
        form["on"] = {"schedule": [{"cron": "0 5 * * *", "timezone": "Europe/Berlin"}]}
    assert "Unknown Property" in _validated(tmp_path / "with", {"it.yml": quick_yaml.dump(form)})
    assert _validated(tmp_path / "without", {"it.yml": quick_yaml.dump(lowered(form))}) == ""


def test_what_is_given_stays_as_it_was() -> None:
    form: dict[str, Any] = {"cache-mode": "none", "jobs": {"it": _IN_A_JOB["environment.deployment"] | {"steps": [1]}}}
    kept = copy.deepcopy(form)
    assert lowered(form) == {"jobs": {"it": {"environment": {"name": "mlspec-storage"}, "steps": [1]}}}
    assert form == kept
