"""The stage step: what a program is given, what it may read and write, how it ends, and what is kept of it."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from support.processes import gone

from mlspec.runtime import linux
from mlspec.runtime.linux import landlock_version
from mlspec.runtime.step.output import LONGEST_LINE, SHOWN_BYTES, Output
from mlspec.runtime.step.shut_in import _devices

needs_kernel = pytest.mark.skipif(not landlock_version(), reason="this kernel has no Landlock")
USUAL = "mkdir -p reports/shap; echo new > reports/shap/a.txt"


class Space:
    """A repository with a step whose program is a shell script."""

    def __init__(self, repository: Any) -> None:
        self.repository = repository
        self.root: Path = repository.root
        self.write("data/rows.csv", "a\n1\n")
        self.write("data/other.csv", "b\n2\n")
        self.write("reports/shap/old.txt", "old\n")

    def write(self, path: str, text: str) -> Path:
        target: Path = self.repository.write(path, text)
        return target

    def params(self, script: str | None, more: Mapping[str, Any]) -> dict[str, Any]:
        if script is not None:
            self.write("src/run.sh", script)
        usual = {
            "argv": ["sh", "src/run.sh"],
            "inputs": {"rows": "data/rows.csv"},
            "code": ["src/run.sh"],
            "outputs": ["reports/shap"],
            "params": {},
            "seed": 7,
            "threads": 1,
        }
        return {**usual, **more}

    def run(self, script: str | None = None, **more: Any) -> dict[str, Any]:
        """Run it; what `step.json` says."""
        self.repository.run("step", self.params(script, more))
        found: dict[str, Any] = self.repository.json("step.json")
        assert not list(self.repository.folder.glob(".mlspec-tmp-*"))
        return found

    def fails(self, script: str | None = None, **more: Any) -> tuple[str, str, str]:
        """(code, message, help) of a step that fails; the last output is where it was."""
        (found,) = self.repository.fails("step", self.params(script, more))
        assert [p.name for p in (self.root / "reports/shap").iterdir()] == ["old.txt"]
        assert not (self.repository.folder / "step.json").exists()
        assert not list(self.repository.folder.glob(".mlspec-tmp-*"))
        return found.code, found.message, found.help or ""


@pytest.fixture
def space(repository: Any) -> Space:
    return Space(repository)


def text(space: Space, path: str = "reports/shap/a.txt") -> str:
    return (space.root / path).read_text()


def test_what_it_declares_is_kept_whole_in_place_of_the_last(space: Space) -> None:
    assert space.run(USUAL) == {"outputs": {"reports/shap": {"bytes": 4, "files": 1}}, "metrics": {}}
    assert [p.name for p in (space.root / "reports/shap").iterdir()] == ["a.txt"]
    assert stat.S_IMODE((space.root / "reports/shap").stat().st_mode) == 0o755


def test_a_file_takes_the_place_of_a_file_and_of_a_folder(space: Space) -> None:
    for content in ("one", "two"):
        space.run(f"echo {content} > reports/shap")
        assert text(space, "reports/shap") == f"{content}\n"
    space.run(USUAL)
    assert text(space) == "new\n"


def test_outputs_come_from_another_disk(space: Space, other_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlspec.runtime.step.outputs import install

    for content in ("one", "two"):
        made = other_disk / "made"
        made.write_text(content)
        made.chmod(0o755)
        install(made, space.root, "reports/one")
        assert text(space, "reports/one") == content and stat.S_IMODE((space.root / "reports/one").stat().st_mode) == 0o755
        folder = other_disk / "folder/deep"
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text(content)
        install(other_disk / "folder", space.root, "reports/shap")
        assert text(space, "reports/shap/deep/a.txt") == content
    assert not list(other_disk.iterdir())
    monkeypatch.setattr("tempfile.tempdir", str(other_disk))
    space.run(USUAL)
    assert text(space) == "new\n"


def test_the_contract(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "s3cret-of-somebody")
    monkeypatch.setenv("REPORT_TOKEN", "s3cret-of-the-step")
    space.run(
        "mkdir -p reports/shap; env > reports/shap/a.txt; pwd > reports/shap/pwd",
        inputs={"rows": "data/rows.csv", "both-files": ["data/rows.csv", "data/other.csv"]},
        params={"rows": 500, "name": "a b; $(x)", "on": True, "deep": {"x": [1]}},
        threads=3,
        secrets=["REPORT_TOKEN"],
    )
    told = dict(line.split("=", 1) for line in text(space).splitlines())
    base = text(space, "reports/shap/pwd").strip()
    assert told["MLSPEC_OUTPUT"] == base
    assert json.loads(told["MLSPEC_INPUTS"])["both-files"] == [f"{base}/data/rows.csv", f"{base}/data/other.csv"]
    assert told["MLSPEC_INPUT_ROWS"] == f"{base}/data/rows.csv"
    assert json.loads(told["MLSPEC_PARAMS"])["deep"] == {"x": [1]}
    assert [told[f"MLSPEC_PARAM_{name}"] for name in ("ROWS", "NAME", "ON")] == ["500", "a b; $(x)", "true"]
    assert (told["MLSPEC_SEED"], told["MLSPEC_THREADS"], told["OMP_NUM_THREADS"]) == ("7", "3", "3")
    assert (told["TZ"], told["LC_ALL"], told["REPORT_TOKEN"]) == ("UTC", "C.UTF-8", "s3cret-of-the-step")
    assert "GITHUB_TOKEN" not in told
    assert not Path(told["TMPDIR"]).exists(), "temporary files are removed"


REFUSED = {
    "exits": ("echo why; exit 3", "MLS0607", "ended with the code 3:\nwhy"),
    "says nothing": ("exit 1", "MLS0607", "it printed nothing"),
    "is killed": ("kill -9 $$", "MLS0607", "was killed by SIGKILL: is there enough memory?"),
    "writes nothing": ("true", "MLS0634", "did not write `reports/shap`"),
    "an empty folder": ("mkdir -p reports/shap", "MLS0634", "is an empty folder"),
    "a link": ("ln -s /etc/passwd reports/shap", "MLS0634", "`reports/shap`, which the step wrote, is a link"),
    "a link inside": (f"{USUAL}; ln -s a.txt reports/shap/b", "MLS0634", "`reports/shap/b`, which the step wrote, is a link"),
    "a link on the way": ("rmdir reports; mkdir shap; ln -s . reports; echo > shap/a", "MLS0609", "`reports`, `shap/a`"),
    "a pipe": (f"{USUAL}; mkfifo reports/shap/p", "MLS0634", "is neither a file nor a folder"),
    "undeclared": (f"{USUAL}; echo > reports/more.txt", "MLS0609", "wrote `reports/more.txt`, which it does not declare"),
    "over its input": (f"{USUAL}; rm data/rows.csv; echo 2 > data/rows.csv", "MLS0609", "wrote over its input `data/rows.csv`"),
    "an undeclared read": ("cat data/other.csv", "MLS0605", "asked for `data/other.csv`"),
    "a read that it went on without": (f"cat data/other.csv; {USUAL}", "MLS0605", "what it did without the file is not kept"),
    "a folder": ("ls data/../src/../pipelines/data || exit 2", "MLS0605", "asked for `pipelines/data`"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_leaves_the_last_output(space: Space, case: str) -> None:
    script, code, told = REFUSED[case]
    found = space.fails(script)
    assert found[0] == code, found
    assert told in found[1]


def test_the_line_to_add(space: Space) -> None:
    assert "add `other: {file: data/other.csv}` to `inputs`" in space.fails("cat data/other.csv; exit 1")[2]
    assert "add `inputs: {other: {file: data/other.csv}}` under spec" in space.fails("cat data/other.csv; exit 1", inputs={})[2]
    space.write("pipelines/models/demand/model/model.joblib", "x")
    found = space.fails("cat pipelines/models/demand/model/model.joblib")
    assert "add `demand: {model: demand}` to `inputs`" in found[2]


@needs_kernel
def test_the_kernel_refuses_what_has_its_full_path(space: Space) -> None:
    assert space.fails(f"cat {space.root}/data/other.csv")[:1] == ("MLS0605",)
    for place in (
        space.root / "stray.txt",
        space.root / "data/rows.csv",
        space.root.parent / "stray.txt",
        Path.home() / ".stray-of-a-test",
    ):
        found = space.fails(f"echo 2 > {place}")
        assert found[0] in ("MLS0605", "MLS0607"), found
        assert not (space.root / "stray.txt").exists()
        assert not place.name.startswith(".stray") or not place.exists()
    assert text(space, "data/rows.csv") == "a\n1\n"


def test_a_project_in_memory_is_closed_as_on_a_disk() -> None:
    """`/dev/shm` is open for the semaphores of programs; a repository below it would be with it."""
    memory = Path("/dev/shm")
    assert memory in _devices((Path("/srv/project"),))
    assert _devices((memory / "project",)) == [place for place in _devices(()) if place != memory]


@needs_kernel
def test_other_folders_can_be_closed_too(space: Space, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `verify` closes the home folder, but for libraries."""
    from mlspec.diagnostics import Problems
    from mlspec.runtime import context
    from mlspec.runtime.step import run_behind

    home = tmp_path / "home"
    for name in (".aws/credentials", "R/library"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("of somebody")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("VIRTUAL_ENV", "/")
    space.write("pipelines/data/rentals/params.yaml", json.dumps({"step": space.params(f"{USUAL}; cat $HOME/R/library", {})}))
    run_behind(context.load("step", space.repository.folder), [space.root, home], 60)
    space.write("pipelines/data/rentals/params.yaml", json.dumps({"step": space.params(f"{USUAL}; cat $HOME/.aws/credentials", {})}))
    with pytest.raises(Problems) as found:
        run_behind(context.load("step", space.repository.folder), [space.root, home], 60)
    assert "of somebody" not in found.value.diagnostics[0].message


@needs_kernel
@pytest.mark.skipif(landlock_version() < 4, reason="before version 4 Landlock leaves the network alone")
def test_no_network_unless_asked_for(space: Space) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        body = f"import socket\nsocket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 5).close()\n"
        space.write("src/net.py", body + "import pathlib\npathlib.Path('reports/shap').write_text('x')\n")
        more = {"argv": ["python3", "src/net.py"], "code": ["src/net.py"]}
        assert "PermissionError" in space.fails(None, **more)[1]
        space.run(None, network=True, **more)


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["no-such-program"], "there is no program `no-such-program` on the PATH"),
        (["src/none.sh"], "there is no program `src/none.sh` in the repository"),
        (["./src/run.sh"], "`./src/run.sh` may not be run"),
        (["src/odd.sh"], "its first line names an interpreter that is not there"),
        (["src/text.sh"], "can't be started"),
        (["sh", "-c", "x" * 3_000_000], "can't be started"),
    ],
)
def test_what_can_not_be_started(space: Space, argv: list[str], told: str) -> None:
    space.write("src/odd.sh", "#!/no/such/interpreter\n").chmod(0o755)
    space.write("src/text.sh", "\x7fELF\n").chmod(0o755)
    found = space.fails(USUAL, argv=argv, code=["src/run.sh", "src/odd.sh", "src/text.sh"])
    assert found[0] == "MLS0606"
    assert told in found[1]


def test_a_script_that_may_be_run(space: Space) -> None:
    space.write("src/own.sh", f"#!/bin/sh\n{USUAL}; cp src/own.sh reports/shap/tool; chmod 4777 reports/shap/tool\n").chmod(0o755)
    space.run(None, argv=["src/own.sh"], code=["src/own.sh"])
    assert [stat.S_IMODE((space.root / f"reports/shap/{n}").stat().st_mode) for n in ("a.txt", "tool")] == [0o644, 0o755]


def test_its_time_ends_its_group_and_what_left_it(space: Space) -> None:
    mark = space.root / "pipelines/data/rentals"
    params = space.params("sleep 300 & setsid sleep 301 & sleep 302", {})
    (space.repository.folder / "params.yaml").write_text(json.dumps({"step": params, "limits": {"seconds": 0.3}}))
    from mlspec.diagnostics import Problems
    from mlspec.runtime.__main__ import run_stage

    began = time.monotonic()
    with pytest.raises(Problems) as found:
        run_stage("step", space.repository.folder)
    assert found.value.diagnostics[0].code == "MLS0608"
    assert "took longer than 0.3s" in found.value.diagnostics[0].message
    assert time.monotonic() - began < 10
    left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert not [line for line in left.splitlines() if line in ("sleep 300", "sleep 301", "sleep 302")], mark


@pytest.mark.usefixtures("real_pythons")
def test_a_step_whose_process_is_killed_leaves_what_was(space: Space) -> None:
    params = space.params("echo $$ > reports/pid; exec sleep 304", {})
    (space.repository.folder / "params.yaml").write_text(json.dumps({"step": params}))
    process = subprocess.Popen([sys.executable, "-m", "mlspec.runtime", "step"], cwd=space.repository.folder, stderr=subprocess.DEVNULL)
    written = space.repository.folder / ".mlspec-tmp-room/reports/pid"
    try:
        end = time.monotonic() + 20
        while not (written.exists() and written.read_text()) and time.monotonic() < end:
            time.sleep(0.02)
    finally:
        process.kill()
        process.wait()
    assert not linux.IS_LINUX or gone(int(written.read_text()))
    assert text(space, "reports/shap/old.txt") == "old\n"
    space.run(USUAL)


def test_what_it_left_behind_holds_nobody_up(space: Space) -> None:
    began = time.monotonic()
    space.run(f"sleep 303 & {USUAL}")
    assert time.monotonic() - began < 10


def test_secrets_are_masked_and_must_be_there(space: Space, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("REPORT_TOKEN", raising=False)
    assert space.fails(USUAL, secrets=["REPORT_TOKEN"])[:1] == ("MLS0636",)
    monkeypatch.setenv("REPORT_TOKEN", "hush-hush")
    found = space.fails('echo "it is $REPORT_TOKEN"; exit 1', secrets=["REPORT_TOKEN"])
    said = capsys.readouterr()
    assert "it is ***" in found[1]
    assert "hush" not in found[1] + said.err + said.out


@pytest.mark.parametrize(
    ("content", "route", "told"),
    [
        ('{"a": {"b": [1, 2.5]}}', ["a", "b", 1], None),
        ('{"coverage": 1}', ["coverage"], None),
        ("{", ["coverage"], "is no JSON"),
        ('{"coverge": 1}', ["coverage"], "has no `coverage`, for the metric `coverage`"),
        ('{"coverage": true}', ["coverage"], "it is true or false"),
        ('{"coverage": "1"}', ["coverage"], "it is a text"),
        ('{"coverage": NaN}', ["coverage"], "is no finite number: it is nan"),
        ('{"a": 1}', ["a", "b"], "has no `b` under `a`"),
    ],
)
def test_metrics(space: Space, content: str, route: list[Any], told: str | None) -> None:
    metrics = {"coverage": {"file": "reports/shap/q.json", "route": route}}
    script = f"mkdir reports/shap; cat > reports/shap/q.json <<'E'\n{content}\nE\n"
    if told is None:
        assert space.run(script, metrics=metrics)["metrics"] == space.repository.json("metrics.json")
        assert space.repository.json("metrics.json") == {"coverage": 2.5 if "b" in route else 1.0}
    else:
        code, message, _ = space.fails(script, metrics=metrics)
        assert code == "MLS0635"
        assert told in message


PYTHON = """\
from pathlib import Path
import json

def report(inputs, params, output, seed):
    folder = output / "reports/shap"
    folder.mkdir()
    rows = Path(inputs["rows"]).read_text()
    (folder / "a.txt").write_text(f"{rows.split()} {params['rows']} {seed} {Path('data/rows.csv').read_text() == rows}")

def few(output):
    (output / "reports/shap").write_text("few")

def reads():
    open("data/other.csv")

def fails():
    raise ValueError("no rows")

def imports():
    from src import other
"""


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("report", "", "['a', '1'] 500 7 True"),
        ("few", "", "few"),
        ("reads", "MLS0605", "`src.steps:reads` asked for `data/other.csv`"),
        ("fails", "MLS0602", "`src.steps:fails` failed: ValueError: no rows (src/steps.py, line 17)"),
        ("none", "MLS0602", "has no function `none`"),
    ],
)
def test_a_function(space: Space, name: str, code: str, told: str) -> None:
    space.write("src/steps.py", PYTHON)
    params = space.params(None, {"callable": f"src.steps:{name}", "code": ["src/steps.py"], "params": {"rows": 500}})
    del params["argv"]
    if code:
        (found,) = space.repository.fails("step", params)
        assert (found.code, told in found.message) == (code, True), found
    else:
        space.repository.run("step", params)
        assert text(space, "reports/shap" if name == "few" else "reports/shap/a.txt") == told


def test_without_the_kernels_fence_the_room_holds_what_is_declared(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLSPEC_CONFINE", "off")
    space.run(USUAL)
    assert space.fails("cat data/other.csv")[0] == "MLS0605" if (space.root / "reports/shap/old.txt").exists() else True
    (found,) = space.repository.fails("step", space.params("cat data/other.csv", {}))
    assert found.code == "MLS0605"


def test_an_input_in_a_folder_of_code_and_one_that_is_not_there(space: Space) -> None:
    space.write("src/deep/x.txt", "x")
    space.run(f"{USUAL}; cat src/deep/x.txt > reports/shap/b", inputs={"all": "src"})
    assert text(space, "reports/shap/b") == "x"
    shutil.rmtree(space.root / "reports/shap")
    space.write("reports/shap/old.txt", "old\n")
    (space.repository.folder / "step.json").unlink()
    assert space.fails(USUAL, inputs={"all": "src/none"})[0] == "MLS0603"
    (space.root / "data/out.csv").symlink_to("/etc/hostname")
    assert space.fails(USUAL, inputs={"all": "data/out.csv"})[0] == "MLS0604"


def heard(parts: list[bytes], secrets: tuple[str, ...] = ()) -> tuple[list[str], str]:
    said: list[str] = []
    output = Output(secrets, said.append)
    for part in parts:
        output.take(part)
    output.close()
    return said, output.end()


def test_megabytes_are_cut_and_their_end_is_kept() -> None:
    said, end = heard([b"line of some length\n" * 1000] * 500 + [b"the end\n"])
    assert sum(len(line) + 1 for line in said) < SHOWN_BYTES * 1.1
    assert "bytes more are not shown" in said[-1]
    assert end.endswith("some length\nthe end")
    assert len(end.splitlines()) == 20


def test_a_line_without_an_end_is_cut() -> None:
    said, end = heard([b"x" * 1_000_000])
    assert len(said[0]) <= LONGEST_LINE
    assert len(end) <= 4_000


@pytest.mark.parametrize("size", [1, 3, 7, 64])
def test_a_secret_in_pieces_is_masked(size: int) -> None:
    whole = b"some hush-hush text\nline one\nline two\nhush-hush\n" * 3
    said, end = heard([whole[i : i + size] for i in range(0, len(whole), size)], ("hush-hush", "line one\nline two"))
    assert "hush" not in "\n".join(said) + end
    assert "line one" not in "\n".join(said) + end
    assert said[0] == "some *** text"


def test_a_secret_at_the_cut_of_the_end_is_not_shown() -> None:
    secret = "k" * 50
    for shift in range(60):
        _, end = heard([b"a" * (130_000 - shift), secret.encode(), b"b" * 63_970], (secret,))
        assert "kkk" not in end
    assert os.linesep == "\n"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed (Debian: r-base-core)")
def test_a_report_in_r(space: Space) -> None:
    space.write("src/report.R", R)
    metrics = {"rows": {"file": "reports/shap/rows.json", "route": ["rows"]}}
    more = {"argv": ["Rscript", "src/report.R"], "code": ["src/report.R"], "params": {"times": 3}, "metrics": metrics}
    assert space.run(None, **more)["metrics"] == {"rows": 3}
    assert sorted(p.name for p in (space.root / "reports/shap").iterdir()) == ["plot.pdf", "rows.json", "seed.txt"]
    first = text(space, "reports/shap/seed.txt")
    space.run(None, **more)
    assert text(space, "reports/shap/seed.txt") == first
    (found,) = space.repository.fails("step", space.params(None, more | {"inputs": {}}))
    assert found.code == "MLS0607"
    space.write("src/report.R", R.replace('Sys.getenv("MLSPEC_INPUT_ROWS")', '"data/other.csv"'))
    (found,) = space.repository.fails("step", space.params(None, more))
    assert (found.code, "data/other.csv" in found.message) == ("MLS0605", True)


R = """\
set.seed(as.integer(Sys.getenv("MLSPEC_SEED")))
rows <- read.csv(Sys.getenv("MLSPEC_INPUT_ROWS"))
times <- as.integer(Sys.getenv("MLSPEC_PARAM_TIMES"))
dir.create("reports/shap", recursive = TRUE, showWarnings = FALSE)
pdf("reports/shap/plot.pdf")
plot(runif(10))
invisible(dev.off())
writeLines(as.character(runif(1)), "reports/shap/seed.txt")
writeLines(sprintf('{"rows": %d}', nrow(rows) * times), "reports/shap/rows.json")
"""
