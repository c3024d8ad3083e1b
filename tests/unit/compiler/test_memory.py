"""What is remembered of a project: only what this user's mlspec wrote, of the very contents that stand there, and nothing that could act."""

from __future__ import annotations

import ast
import functools
import json
import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest
from support import remembered
from support.remembered import VARIANTS, kpis, model, put, source

from mlspec.compiler.load import asked as asking
from mlspec.compiler.memory import checked, findings, store, versions
from mlspec.diagnostics import Advice, Diagnostic, Edit, Fix, Related, Span

ROOT = Path(__file__).resolve().parents[3] / "mlspec"
PROGRAM = functools.cache(versions.program)
FORM = {"a": ["ä", 1, None, {"b": True}]}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A sound project."""
    return remembered.start(tmp_path / "project")


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The paths of each compilation that is made from now on."""
    return remembered.compilations(monkeypatch)


@pytest.fixture(autouse=True)
def one_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """mlspec's code stays as it is meanwhile: it need not be hashed each time."""
    known = PROGRAM()
    monkeypatch.setattr(versions, "program", lambda: known)


def record(root: Path) -> Path:
    (found,) = (root / store.FOLDER).glob("validate-*.json")
    return found


def agree(root: Path) -> None:
    known, cold = remembered.checks(root)
    assert known == cold


class TestStore:
    def test_what_is_kept_comes_back(self, root: Path) -> None:
        store.save(root, "one", FORM)
        assert store.load(root, "one") == FORM
        assert store.load(root, "other") is None

    def test_another_name_is_another_record(self, root: Path) -> None:
        store.save(root, "one", FORM)
        (root / store.FOLDER / "one.json").rename(root / store.FOLDER / "two.json")
        assert store.load(root, "two") is None

    @pytest.mark.parametrize("cut", [0, 1, 40, -1, -20])
    def test_half_a_record_is_none(self, root: Path, cut: int) -> None:
        store.save(root, "one", FORM)
        path = root / store.FOLDER / "one.json"
        path.write_bytes(path.read_bytes()[:cut])
        assert store.load(root, "one") is None

    def test_a_byte_changed_is_none(self, root: Path) -> None:
        store.save(root, "one", FORM)
        path = root / store.FOLDER / "one.json"
        content = path.read_bytes()
        for place in range(len(content)):
            path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            assert store.load(root, "one") is None, place

    def test_a_record_of_another_user_is_none(self, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "theirs"))
        store.save(root, "one", FORM)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "mine"))
        assert store.load(root, "one") is None
        store.save(root, "two", FORM)
        assert (store.load(root, "one"), store.load(root, "two")) == (None, FORM)

    def test_the_key_is_the_users_alone(self, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
        store.save(root, "one", FORM)
        key = tmp_path / "home/mlspec/memory.key"
        assert (key.stat().st_mode & 0o777, len(key.read_bytes()), [p.name for p in key.parent.iterdir()]) == (0o600, 32, ["memory.key"])
        key.chmod(0o644)
        assert store.load(root, "one") is None

    def test_without_a_home_nothing_is_kept(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", "nowhere")
        store.save(root, "one", FORM)
        assert not (root / ".mlspec").exists()

    def test_a_link_leads_no_write_out(self, root: Path, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        (root / ".mlspec").symlink_to(tmp_path / "elsewhere")
        store.save(root, "one", FORM)
        assert list((tmp_path / "elsewhere").rglob("*.json")) == []
        assert store.load(root, "one") is None

    def test_a_link_is_no_record(self, root: Path) -> None:
        store.save(root, "one", FORM)
        path = root / store.FOLDER / "one.json"
        path.rename(root / "one.json")
        path.symlink_to(root / "one.json")
        assert store.load(root, "one") is None

    def test_a_folder_in_the_way_is_no_mistake_of_the_users(self, root: Path) -> None:
        put(root, ".mlspec", "a file\n")
        store.save(root, "one", FORM)
        agree(root)

    def test_the_oldest_go(self, root: Path) -> None:
        for number in range(store.KEPT + 3):
            store.save(root, f"r{number}", FORM)
            os.utime(root / store.FOLDER / f"r{number}.json", (number, number))
        store.save(root, "last", FORM)
        assert len(list((root / store.FOLDER).glob("*.json"))) == store.KEPT
        assert store.load(root, "r0") is None and store.load(root, "last") == FORM

    def test_what_is_too_large_is_not_kept(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(store, "MAX_BYTES", 10)
        store.save(root, "one", FORM)
        assert store.load(root, "one") is None

    def test_git_never_sees_it(self, root: Path) -> None:
        store.save(root, "one", FORM)
        assert (root / store.FOLDER / ".gitignore").read_text() == "*\n"

    def test_runs_at_one_time_read_whole_records(self, root: Path) -> None:
        with multiprocessing.get_context("fork").Pool(4) as pool:
            assert all(pool.starmap(_write_and_read, [(root, n) for n in range(8)]))

    def test_nothing_of_it_can_become_an_object(self) -> None:
        """No module of the memory loads pickles, marshalled code or YAML, nor evaluates text."""
        for path in (ROOT / "compiler/memory").glob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            modules = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
            names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
            assert not modules & {"pickle", "marshal", "shelve", "yaml", "dill", "joblib"}, path
            assert not names & {"eval", "exec", "compile", "__import__"}, path


def _write_and_read(root: Path, number: int) -> bool:
    for turn in range(20):
        store.save(root, "one", {"n": [number, turn] * 2000})
        found = store.load(root, "one")
        if found is None or len(set(map(str, found["n"][::2]))) != 1:
            return False
    return True


class TestTrust:
    def test_only_what_is_shown_to_people_is_remembered(self) -> None:
        """`verify`, `gate`, `promote`, `apply`, CI and the Python API compile cold: they don't even know of the memory."""
        told = {p.relative_to(ROOT).as_posix() for p in ROOT.rglob("*.py") if "compiler.memory" in p.read_text(encoding="utf-8")}
        asking = {p for p in told if not p.startswith("compiler/memory/")}
        assert asking == {
            "cli/context.py",
            "cli/validate.py",
            "cli/watch.py",
            "lsp/server.py",
            "pipelines/plan/remembered.py",
            "pipelines/remembering.py",
            "pipelines/run/remembered.py",
        }
        planners = {p.relative_to(ROOT).as_posix() for p in ROOT.rglob("*.py") if "plan import remembered" in p.read_text(encoding="utf-8")}
        assert planners == {"cli/context.py"}

    def test_a_poisoned_record_is_not_believed(self, root: Path) -> None:
        """Somebody commits a record that says that a broken project is sound."""
        checked.validate(root)
        put(root, "specs/a.yaml", model("a", "nowhere"))
        head, _, body = record(root).read_bytes().partition(b"\n")
        form = json.loads(body)
        form["known"]["specs"] = dict(checked.read_texts(root).digests)
        record(root).write_bytes(head + b"\n" + json.dumps(form).encode())
        assert checked.validate(root).counted is None
        agree(root)

    def test_another_program_believes_nothing(self, root: Path, compiled: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
        checked.validate(root)
        monkeypatch.setattr(versions, "program", lambda: "another")
        checked.validate(root)
        assert len(compiled) == 2

    def test_a_library_more_is_another_program(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.undo()
        program = PROGRAM.__wrapped__
        before = program()
        assert program() == before
        monkeypatch.syspath_prepend(str(tmp_path))
        with_folder = program()
        (tmp_path / "pydantic-99.0.dist-info").mkdir()
        assert len({before, with_folder, program()}) == 3

    def test_what_is_no_record_of_ours_is_none(self, root: Path, compiled: list[list[str]]) -> None:
        """Signed, and of another form all the same."""
        memory = checked.validations(root, ((), ()))
        forms: list[Any] = [[], {"specs": 1}, {"specs": {}, "asked": {"unknown": 1}}, None]
        for form in forms:
            store.save(root, memory._name, {"program": memory._program, "known": form})
            agree(root)
        assert len([c for c in compiled if c]) == 8


class TestHits:
    def test_nothing_changed_compiles_nothing(self, root: Path, compiled: list[list[str]]) -> None:
        checked.validate(root)
        first = len(compiled)
        agree_known = checked.validate(root)
        assert len(compiled) == first == 1
        assert agree_known.counted is not None

    def test_a_file_rewritten_with_its_size_and_times_is_another(self, root: Path) -> None:
        put(root, "specs/a.yaml", model("a"))
        path = root / "specs/a.yaml"
        before = path.stat()
        assert checked.validate(root).counted
        path.write_text(model("a").replace("alpha", "alhpa"))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert path.stat().st_size == before.st_size and path.stat().st_mtime_ns == before.st_mtime_ns
        assert checked.validate(root).counted is None

    def test_a_touched_file_is_the_same(self, root: Path, compiled: list[list[str]]) -> None:
        checked.validate(root)
        for path in root.rglob("*.yaml"):
            os.utime(path, (1, 1))
        checked.validate(root)
        assert len(compiled) == 1

    def test_an_edit_compiles_what_it_reaches(self, root: Path, compiled: list[list[str]]) -> None:
        for name in ("x", "y", "z"):
            put(root, f"specs/{name}.yaml", source(name) + "---\n" + model(f"of-{name}", name) + "---\n" + kpis(f"of-{name}"))
        checked.validate(root)
        put(root, "specs/x.yaml", (root / "specs/x.yaml").read_text().replace("alpha: 1.0", "alpha: 3.0"))
        agree(root)
        part = ["mlspec.yaml", "specs/policy.yaml", "specs/x.yaml"]
        assert compiled[1] == part

    @pytest.mark.parametrize("path", sorted(p for p in VARIANTS if not p.startswith("pipelines/")))
    def test_each_edit_and_the_way_back(self, root: Path, path: str) -> None:
        """One file's every variant, from a sound project and from one that has just been edited."""
        before = (root / path).read_text() if (root / path).is_file() else None
        agree(root)
        for text in (*VARIANTS[path], None):
            put(root, path, text)
            agree(root)
        put(root, path, before)
        agree(root)

    def test_schedules_are_compared_with_all(self, root: Path) -> None:
        """Sources that do not name each other, and times that GitHub can't tell apart (MLS0449)."""
        zoned = "  refresh: {{schedule: {{cron: '0 6 * * *', timezone: {}}}}}\n  key:"
        put(root, "specs/x.yaml", source("x", ("  key:", zoned.format("Europe/Berlin"))))
        put(root, "specs/y.yaml", source("y"))
        agree(root)
        put(root, "specs/y.yaml", source("y", ("  key:", zoned.format("Europe/London"))))
        agree(root)
        assert "MLS0449" in {d.code for d in checked.validate(root).diagnostics}

    def test_a_waiver_ends_with_its_day(self, root: Path, monkeypatch: pytest.MonkeyPatch, compiled: list[list[str]]) -> None:
        put(root, "specs/waiver.yaml", VARIANTS["specs/waiver.yaml"][0])
        checked.validate(root)
        checked.validate(root)
        assert len(compiled) == 1
        monkeypatch.setattr(asking, "today", lambda: "2999-01-01")
        checked.validate(root)
        assert len(compiled) == 2

    def test_a_class_of_the_users_that_changes_is_looked_at_again(self, root: Path) -> None:
        put(root, "mlspec.yaml", VARIANTS["mlspec.yaml"][4])
        put(root, "specs/c.yaml", VARIANTS["specs/c.yaml"][2])
        for text in (*VARIANTS["src/own.py"], None, VARIANTS["src/own.py"][0]):
            put(root, "src/own.py", text)
            agree(root)
            agree(root)
        put(root, "src/__init__.py", "")
        agree(root)
        put(root, "src/own/__init__.py", "class Mine:\n    def __init__(self, z): ...\n")
        agree(root)

    def test_choices_of_rules_do_not_meet(self, root: Path) -> None:
        one = checked.validate(root, select=("MLS1020",))
        two = checked.validate(root)
        assert checked.validate(root, select=("MLS1020",)) == one != two == checked.validate(root)

    def test_what_cannot_be_read_is_told_each_time(self, root: Path) -> None:
        (root / "specs/folder.yaml").mkdir()
        (root / "specs/link.yaml").symlink_to("/etc/hostname")
        agree(root)
        agree(root)


class TestInProcess:
    def test_a_mended_project_is_not_compiled_whole(self, root: Path, compiled: list[list[str]]) -> None:
        for name in ("x", "y", "z"):
            put(root, f"specs/{name}.yaml", source(name) + "---\n" + model(f"of-{name}", name) + "---\n" + kpis(f"of-{name}"))
        memory = checked.InProcess()

        def look(text: str) -> bool:
            unsaved = {"specs/x.yaml": text.encode()}
            known = checked.recall(checked.read_texts(root, unsaved), memory, ((), ()), with_fixes=False)
            return known.counted is not None

        text = (root / "specs/x.yaml").read_text()
        assert [look(text), look(text.replace("alpha", "alhpa")), look(text.replace("1.0", "2.0"))] == [True, False, True]
        assert len(compiled[-1]) == 3


def test_findings_are_the_same_values_again() -> None:
    span = Span("specs/ä.yaml", 1, 2, 3, 4)
    found = [
        Diagnostic("MLS0101", "a `b`", span, Advice("did you mean", "c", "b"), related=(Related(span, "here"),)),
        Diagnostic("MLS0002", "none", None, None, "note", secret=True),
        Diagnostic("MLS0104", "with a fix", span, "quote it", "warning", fix=Fix("write it", (Edit(span, "'1'"),), replaces="1")),
    ]
    forms = [findings.as_form(d) for d in found]
    again = [findings.from_form(form) for form in json.loads(json.dumps(forms))]
    assert again == found
    assert [(d.fix, d.secret) for d in again] == [(d.fix, d.secret) for d in found]
