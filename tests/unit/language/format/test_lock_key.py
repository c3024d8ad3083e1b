"""`validate --fix` on Projects as beginners write them: the key and the file are there afterwards, and nothing else changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from mlspec.cli.validate import command
from mlspec.compiler.pipeline import compile_root

HEAD = "apiVersion: mlspec/v1\nkind: Project\nmetadata: {name: shop}\n"
KEY = "requirements: requirements.lock"
BEGINNERS = {
    "block": (HEAD + "spec:\n  storage: {url: ../s}\n", HEAD + f"spec:\n  {KEY}\n  storage: {{url: ../s}}\n"),
    "flow": (HEAD + "spec: {storage: {url: ../s}}\n", HEAD + f"spec: {{{KEY}, storage: {{url: ../s}}}}\n"),
    "a file that is not there": (HEAD + f"spec:\n  {KEY}\n  storage: {{url: ../s}}\n", None),
    "in a folder": (HEAD + "spec:\n  storage: {url: ../s}\n  requirements: locks/train.txt\n", None),
    "null": (HEAD + "spec:\n  requirements: null\n  storage: {url: ../s}\n", HEAD + f"spec:\n  {KEY}\n  storage: {{url: ../s}}\n"),
    "left empty": (HEAD + "spec:\n  storage: {url: ../s}\n  requirements:\n", HEAD + f"spec:\n  storage: {{url: ../s}}\n  {KEY}\n"),
    "empty, with a comment": (
        HEAD + "spec:\n  requirements: # later\n  storage: {url: ../s}\n",
        HEAD + f"spec:\n  {KEY} # later\n  storage: {{url: ../s}}\n",
    ),
    "comments and blank lines": (
        HEAD + "spec: # mine\n\n    # where data goes\n    storage:\n        url: ../s\n",
        HEAD + f"spec: # mine\n\n    # where data goes\n    {KEY}\n    storage:\n        url: ../s\n",
    ),
    "lines of Windows": (
        (HEAD + "spec:\n  storage: {url: ../s}\n").replace("\n", "\r\n"),
        (HEAD + f"spec:\n  {KEY}\n  storage: {{url: ../s}}\n").replace("\n", "\r\n"),
    ),
    "JSON": (
        '{"apiVersion": "mlspec/v1", "kind": "Project", "metadata": {"name": "shop"}, "spec": {"storage": {"url": "../s"}}}\n',
        '{"apiVersion": "mlspec/v1", "kind": "Project", "metadata": {"name": "shop"}, "spec": {"requirements": "requirements.lock", "storage": {"url": "../s"}}}\n',
    ),
    "spec first": ("spec:\n  storage: {url: ../s}\n" + HEAD, f"spec:\n  {KEY}\n  storage: {{url: ../s}}\n" + HEAD),
    "flow over lines": (HEAD + "spec: {\n  storage: {url: ../s},\n}\n", HEAD + f"spec: {{{KEY}, \n  storage: {{url: ../s}},\n}}\n"),
}


@pytest.mark.parametrize(("text", "after"), BEGINNERS.values(), ids=BEGINNERS)
def test_the_fix_fixes(text: str, after: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mlspec.yaml").write_bytes(text.encode())
    shown = CliRunner().invoke(command, ["--fix", "--diff"], standalone_mode=False)
    assert shown.return_value == 0 and "+scikit-learn==" in shown.stdout and "requirements" in shown.stdout
    assert [p.name for p in tmp_path.iterdir()] == ["mlspec.yaml"], "--diff writes nothing"
    done = CliRunner().invoke(command, ["--fix"], standalone_mode=False)
    assert done.return_value == 0, done.stderr
    assert (tmp_path / "mlspec.yaml").read_bytes().decode() == (after or text)
    compiled = compile_root(tmp_path)
    assert compiled.project is not None
    (lock,) = compiled.project.settings.envelope.spec.locks
    assert "numpy==" in (tmp_path / lock).read_text()


@pytest.mark.parametrize("text", [HEAD + "spec:\n  storage: {url: ../s}\n  requirements: ../other.lock\n", HEAD + "spec: [1]\n"])
def test_what_is_no_lock_is_not_written(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mlspec.yaml").write_text(text)
    assert CliRunner().invoke(command, ["--fix"], standalone_mode=False).return_value == 1
    assert (tmp_path / "mlspec.yaml").read_text() == text and [p.name for p in tmp_path.iterdir()] == ["mlspec.yaml"]
