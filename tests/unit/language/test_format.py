"""`mlspec fmt` on what the project itself holds, and the command."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from mlspec.compiler.pipeline import compile_root
from mlspec.language.format.layout import format_text
from mlspec.language.format.scalars import is_ambiguous
from mlspec.language.yaml.load import load_documents

ROOT = Path(__file__).parents[3]
SAMPLES = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/reference/language.md").read_text(encoding="utf-8"), re.DOTALL)


def test_every_sample_of_the_language_reference_survives() -> None:
    assert len(SAMPLES) > 8
    for sample in SAMPLES:
        if load_documents("a.yaml", sample)[1]:
            continue
        text, found = format_text("a.yaml", sample.encode())
        assert text is not None, found
        assert format_text("a.yaml", text.encode())[0] == text


def test_the_example_project_keeps_its_digests(tmp_path: Path) -> None:
    for name in ("mlspec.yaml", "requirements.lock"):
        shutil.copy(ROOT / "example-project" / name, tmp_path / name)
    for name in ("specs", "environments", "features"):
        shutil.copytree(ROOT / "example-project" / name, tmp_path / name)
    before = compile_root(tmp_path).project
    for path in tmp_path.rglob("*.yaml"):
        text, found = format_text(path.name, path.read_bytes())
        assert text is not None, found
        path.write_text(text, encoding="utf-8")
    after = compile_root(tmp_path).project
    assert before is not None
    assert after is not None
    assert {m: after.spec_digest(m) for m in after.models} == {m: before.spec_digest(m) for m in before.models}


@pytest.mark.parametrize(
    "text", ["NO", "y", "3.10", "22:22", "2024-01-01", "1_000", "0b1", "1e3", "", " a", "<<", "=", "~", "0o7", ".5", "é\x85"]
)
def test_what_readers_differ_on_is_ambiguous(text: str) -> None:
    assert is_ambiguous(text)


@pytest.mark.parametrize("text", ["20%", "24h", "demand", "v1.2.0", "127.0.0.1", "s3://a/b", "No way", "größe"])
def test_what_all_read_alike_is_not(text: str) -> None:
    assert not is_ambiguous(text)


def test_a_broken_file_is_left_alone() -> None:
    text, found = format_text("a.yaml", b"a: 1\na: 2\n")
    assert text is None
    assert [d.code for d in found] == ["MLS0136"]


def test_keys_stay_where_an_alias_would_come_before_its_anchor() -> None:
    source = b"kind: &k Model\nmetadata: {description: *k, name: x}\napiVersion: mlspec/v1\n"
    text, _ = format_text("a.yaml", source)
    assert text == source.decode()


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, *arguments: str) -> int:
    from mlspec.cli import console
    from mlspec.cli.main import app

    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.argv", ["mlspec", *arguments])
    return console.guard(app)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "specs").mkdir()
    good, bad, broken = (tmp_path / "specs" / f"{n}.yaml" for n in ("good", "bad", "broken"))
    (tmp_path / "mlspec.yaml").write_text("a: 1\n")
    good.write_text("a: 1\n")
    bad.write_text("a:    1   # c\n")
    assert run(monkeypatch, tmp_path, "fmt", "--check") == 1
    assert capsys.readouterr().out == "would format specs/bad.yaml\n"
    assert run(monkeypatch, tmp_path, "fmt", "--diff", "specs") == 0
    assert "-a:    1   # c\n+a: 1      # c" in capsys.readouterr().out
    assert bad.read_text() == "a:    1   # c\n"
    assert run(monkeypatch, tmp_path, "fmt") == 0
    assert capsys.readouterr().out == "formatted specs/bad.yaml\n"
    assert bad.read_text() == "a: 1      # c\n"
    assert run(monkeypatch, tmp_path, "fmt", "--check", "specs/bad.yaml") == 0
    broken.write_text("a: [\n")
    assert run(monkeypatch, tmp_path, "fmt") == 1
    assert "MLS0135" in capsys.readouterr().err
    assert broken.read_text() == "a: [\n"


def test_fix_writes_and_says_what(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(ROOT / "tests/golden/diagnostics/_base", tmp_path, dirs_exist_ok=True)
    path = tmp_path / "specs" / "demand.yaml"
    source = path.read_text().replace("target:", "tagret:").replace("regression", "regresion  # kept")
    path.write_text(source)
    assert run(monkeypatch, tmp_path, "validate", "--fix", "--dry-run") == 0
    assert path.read_text() == source
    capsys.readouterr()
    assert run(monkeypatch, tmp_path, "validate", "--fix") == 0
    told = capsys.readouterr()
    assert "fixed specs/demand.yaml:5:9 `regresion` -> `regression`\nfixed specs/demand.yaml:7:3 `tagret` -> `target`\n" in told.err
    assert path.read_text() == source.replace("tagret", "target").replace("regresion", "regression")
    assert run(monkeypatch, tmp_path, "validate", "--diff") == 2
