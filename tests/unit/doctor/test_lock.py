from __future__ import annotations

from pathlib import Path

import pytest
from support.doctor_world import LOCK, told

from mlspec.doctor import files, lock
from mlspec.doctor.examine import open_workspace

HASH = "--hash=sha256:065665c041c42a5938ed220bdcd7230f22527fbec085e1853d2402c8a3615d9d"


def test_requirements_are_read_as_pip_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "requirements.lock"
    text = "# made by a tool\n--index-url https://example.org\nA.b_C[x,y]==1.0 ; python_version > '3' \\\r\n    --hash=sha256:00 # via d\nloose>=2\n"
    path.write_text(text + "    # via e\n-e .\n")
    found = lock.read(path)
    assert list(found) == ["a-b-c", "loose"]
    assert (found["a-b-c"].version, found["a-b-c"].pinned, found["a-b-c"].hashed) == ("1.0", True, True)
    assert not found["loose"].pinned and not found["loose"].hashed
    path.write_text(LOCK)
    assert {n: (r.version, r.hashed) for n, r in lock.read(path).items()} == {
        "dvc": ("3.67.1", True),
        "dvc-s3": ("3.3.0", True),
        "mlspec-gitops": (None, True),
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (LOCK, ""),
        ("", "empty"),
        (LOCK + "pandas==3.1.1\n", "no hashes for pandas"),
        (LOCK + f"pandas {HASH}\n", "no hashes for pandas"),
    ],
)
def test_every_requirement_has_its_hash(root: Path, text: str, says: str) -> None:
    (root / "requirements.lock").write_text(text)
    found = told(root, lock.examine, "lock")
    assert (found.outcome == "problem") == bool(says) and says in found.what
    assert ("uv pip compile --generate-hashes" in found.fix) == bool(says)


@pytest.mark.parametrize(
    ("url", "text", "lacking"),
    [
        ("../storage", LOCK, []),
        ("s3://acme-ml/shop", LOCK, []),
        ("gs://acme-ml/shop", LOCK, ["dvc-gs"]),
        ("../storage", f"pandas==3.1.1 {HASH}\n", ["mlspec-gitops", "dvc"]),
    ],
)
def test_what_the_workflows_call_is_in_it(root: Path, url: str, text: str, lacking: list[str]) -> None:
    (root / "mlspec.yaml").write_text((root / "mlspec.yaml").read_text().replace("../storage", url))
    (root / "requirements.lock").write_text(text)
    found = told(root, lock.examine, "contents")
    assert (found.outcome == "problem") == bool(lacking)
    assert not lacking or ", ".join(lacking) in found.what


@pytest.mark.parametrize(
    ("here", "there", "outcome"), [("1.2", "1.2", "ok"), ("1.2", "1.3", "problem"), (None, "1.2", "skipped"), ("1", None, "skipped")]
)
def test_this_mlspec_is_the_workflows_or_not(
    root: Path, here: str | None, there: str | None, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "installed", lambda name: here)
    if there is not None:
        (root / "requirements.lock").write_text(f"mlspec-gitops=={there} {HASH}\n")
    found = told(root, lock.examine, "this mlspec")
    assert found.outcome == outcome and (outcome != "problem" or "--require-hashes -r requirements.lock" in found.fix)


def test_without_a_lock_the_specs_are_the_problem(root: Path) -> None:
    (root / "requirements.lock").unlink()
    assert {f.verdict.outcome for f in lock.examine(open_workspace(root))} == {"skipped"}
    assert "requirements.lock" in told(root, files.examine, "specs").what
