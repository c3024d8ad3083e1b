"""What a fresh machine installs works: our lock by each pip, the lowest versions declared, the wheel alone, each Python that is here."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support.cli import BIN, environment
from support.projects import sales_rows

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements/dev.lock"
QUICK = [
    f"tests/unit/{name}"
    for name in ("language", "compiler", "adapters/requirements", "metrics", "pipelines/generate", "runtime", "test_dependencies.py")
]


def ran(*words: object, cwd: Path = ROOT, path: Path | None = None, seconds: float = 1800) -> str:
    """What a command printed; it must end well. `path`: a folder of commands that come first."""
    variables = environment() | ({"PATH": f"{path}{os.pathsep}{os.environ['PATH']}"} if path else {})
    variables = {k: v for k, v in variables.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=variables, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert done.returncode == 0, f"{words}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout + done.stderr


def uv(*words: object) -> str:
    return ran(BIN / "uv", *words)


@pytest.fixture(scope="module", autouse=True)
def _index() -> None:
    """Without an index there is nothing to install from."""
    found = subprocess.run([sys.executable, "-m", "pip", "index", "versions", "cronsim"], capture_output=True, check=False, timeout=120)
    if found.returncode:
        pytest.skip("no package index can be reached")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    ran(BIN / "hatchling", "build", "--target", "wheel", "--directory", folder)
    [found] = folder.glob("*.whl")
    return found


def venv(folder: Path, *with_: object, python: object = sys.executable) -> Path:
    """A new environment; the folder of its commands."""
    uv("venv", "--quiet", "--python", python, folder)
    if with_:
        uv("pip", "install", "--quiet", "--python", folder / "bin/python", *with_)
    return folder / "bin"


@pytest.mark.parametrize("pip", ["pip==23.0", "pip==23.2.1", "pip==24.0", "pip"])
def test_the_lock_installs_with_every_pip_from_the_oldest(tmp_path: Path, pip: str) -> None:
    """As `make` and the workflows do it. The oldest one installs in earnest, and proves it; the others fetch, hash and say what they would."""
    bin_ = venv(tmp_path / "v", pip)
    how = ["install", "--disable-pip-version-check", "--no-compile", "--no-deps", "--require-hashes", "-r", LOCK]
    oldest = pip == "pip==23.0"
    told = ran(bin_ / "python", "-m", "pip", *how, *([] if oldest else ["--dry-run"]))
    assert ("Successfully installed" if oldest else "Would install") in told
    if oldest:
        assert "No broken requirements" in ran(bin_ / "python", "-m", "pip", "check")


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_lowest_versions_have_wheels(tmp_path: Path, python: str) -> None:
    lowest = ["--resolution", "lowest-direct", "--python-version", python, "--only-binary", "numpy", "--only-binary", "scipy"]
    binary = [
        word for name in ("pandas", "pyarrow", "duckdb", "scikit-learn", "psutil", "cryptography") for word in ("--only-binary", name)
    ]
    uv(
        "pip",
        "compile",
        "--quiet",
        "--no-header",
        *lowest,
        *binary,
        "--extra",
        "local",
        ROOT / "pyproject.toml",
        "-o",
        tmp_path / "lowest.txt",
    )
    assert "duckdb==" in (tmp_path / "lowest.txt").read_text()


def test_the_lowest_versions_run_the_example(tmp_path: Path, wheel: Path) -> None:
    lowest = tmp_path / "lowest.txt"
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    uv(
        "pip",
        "compile",
        "--quiet",
        "--no-header",
        "--resolution",
        "lowest-direct",
        "--python-version",
        python,
        "--extra",
        "local",
        ROOT / "pyproject.toml",
        "-o",
        lowest,
    )
    bin_ = venv(tmp_path / "v", "--no-deps", "-r", lowest, wheel)
    uv("pip", "check", "--python", bin_ / "python")
    project = example(tmp_path / "example")
    run = partial(ran, cwd=project, path=bin_)
    assert "ok: 2 sources" in run(bin_ / "mlspec", "validate")
    assert "stages ran" in run(bin_ / "mlspec", "run")
    assert "pass: 9 pass" in run(bin_ / "mlspec", "gate", "model/demand")


def example(folder: Path) -> Path:
    """The example project, committed, with no result that would be taken as current."""
    shutil.copytree(ROOT / "example-project", folder, ignore=shutil.ignore_patterns("cache", "tmp", "state", "dvc.lock"))
    for words in (("init", "--quiet", "--initial-branch", "main"), ("add", "--all"), ("commit", "--quiet", "--message", "Start")):
        ran("git", *words, cwd=folder)
    return folder


def test_the_wheel_without_an_extra_checks_plans_and_writes(tmp_path: Path, wheel: Path) -> None:
    """As pip resolves it, in an environment of its own: few releases, no library for data, and the answers of the whole."""
    bin_ = venv(tmp_path / "v", "-c", constraints(tmp_path), wheel)
    told = uv("pip", "list", "--python", bin_ / "python", "--format", "freeze").lower().splitlines()
    held = {line.partition("==")[0] for line in told if "==" in line}
    assert 8 < len(held) < 13 and not {"dvc", "duckdb", "numpy", "pandas"} & held
    uv("pip", "check", "--python", bin_ / "python")
    project = example(tmp_path / "example")
    run = partial(ran, cwd=project, path=bin_)
    assert "ok, as far as it was checked: 2 sources" in run(bin_ / "mlspec", "validate")
    assert run(bin_ / "mlspec", "plan", "--format", "json").partition("note[")[0] == ran(
        BIN / "mlspec", "plan", "--format", "json", cwd=project
    )
    assert "up to date" in run(bin_ / "mlspec", "apply", "--check")


def test_pre_commit_installs_the_hooks(tmp_path: Path) -> None:
    """By pre-commit itself, from a clone of this repository: a spec in another form is mended, a mistake is told."""
    bin_ = venv(tmp_path / "v", "pre-commit")
    project = example(tmp_path / "example")
    try_ = [str(bin_ / "pre-commit"), "try-repo", "--all-files", str(ROOT)]
    home = {"PRE_COMMIT_HOME": str(tmp_path / "home")}

    def hook(name: str) -> tuple[int, str]:
        found = subprocess.run(
            [*try_, name], cwd=project, env=environment() | home, capture_output=True, text=True, timeout=900, check=False
        )
        return found.returncode, found.stdout

    assert hook("mlspec-validate")[0] == hook("mlspec-apply")[0] == hook("mlspec-fmt")[0] == 0
    spec = project / "specs/models/demand.yaml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("target: count", 'target:   "count"'), encoding="utf-8")
    assert hook("mlspec-fmt")[0] == 1 and "target: count" in spec.read_text(encoding="utf-8")
    spec.write_text(spec.read_text(encoding="utf-8").replace("target: count", "tagret: count"), encoding="utf-8")
    code, told = hook("mlspec-validate")
    assert code == 1 and "specs/models/demand.yaml" in told and "tagret" in told


@pytest.fixture
def served(wheel: Path) -> Iterator[str]:
    """The address of the wheel, as a company's own server has it."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=wheel.parent))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/{wheel.name}"
    server.shutdown()
    thread.join(10)


def test_the_wheel_alone_begins_a_project_whose_lock_serves_ci(tmp_path: Path, wheel: Path, served: str) -> None:
    """Installed with nothing of this repository beside it, it makes a project; the lock of that holds the wheel by hash, and installs as CI does."""
    first = venv(tmp_path / "first", "-c", constraints(tmp_path), f"mlspec-gitops[local] @ {served}")
    project = tmp_path / "project"
    (project / "data").mkdir(parents=True)
    (project / "data/sales.csv").write_text(sales_rows(400))
    run = partial(ran, cwd=project, path=first)
    run("git", "init", "--quiet", "--initial-branch", "main")
    run(first / "mlspec", "init", "--name", "sales", "--data", "data/sales.csv", "--target", "count")
    assert f"mlspec-gitops[local] @ {served}" in (project / "requirements.in").read_text()
    compile_ = ["pip", "compile", "--quiet", "--universal", "--generate-hashes", "--python-version", "3.11", "--no-header"]
    uv(*compile_, "-c", constraints(tmp_path), project / "requirements.in", "-o", project / "requirements.lock")
    run("git", "add", "--all")
    run("git", "commit", "--quiet", "--message", "Start")

    ci = venv(tmp_path / "ci", "pip==23.0")
    how = ["--disable-pip-version-check", "--no-deps", "--require-hashes", "-r", project / "requirements.lock"]
    ran(ci / "python", "-m", "pip", "install", *how, cwd=project)
    assert "No broken requirements" in ran(ci / "python", "-m", "pip", "check")
    run = partial(ran, cwd=project, path=ci)
    assert "0.1.0" in run(ci / "mlspec", "--version")
    run(ci / "mlspec", "validate")
    run(ci / "mlspec", "apply")
    assert "stages ran" in run(ci / "mlspec", "run")
    told = subprocess.run([ci / "mlspec", "doctor", "--format", "json"], cwd=project, capture_output=True, text=True, check=False).stdout
    found = {f["check"]: f["outcome"] for f in json.loads(told)["findings"] if f["area"] == "requirements"}
    assert found == {"lock": "ok", "complete": "ok", "contents": "ok", "this mlspec": "ok"}


def constraints(folder: Path) -> Path:
    """What our lock pins for every Python and platform, so that nothing newer of it is fetched."""
    path = folder / "constraints.txt"
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    path.write_text(
        "\n".join(line.removesuffix(" \\") for line in lines if "==" in line and ";" not in line and not line.startswith((" ", "#"))) + "\n"
    )
    return path


@pytest.mark.parametrize("python", ["3.12", "3.13"])
def test_unit_tests_pass_on_the_other_pythons(tmp_path: Path, python: str) -> None:
    """Where such an interpreter is on PATH: nothing is downloaded. CI runs all tests on each."""
    asked = [str(BIN / "uv"), "python", "find", "--no-python-downloads", "--no-project", python]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip(f"no Python {python} on PATH: it is not tried here")
    bin_ = venv(tmp_path / "v", "--no-deps", "--require-hashes", "-r", LOCK, python=found.stdout.strip())
    uv("pip", "install", "--quiet", "--no-deps", "--python", bin_ / "python", "--no-build-isolation", "--editable", ROOT)
    told = ran(bin_ / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow", *QUICK, path=bin_)
    assert " passed" in told or "[100%]" in told
