"""Models that attack the check, promoted by a client that looks away: an attack has no effect on the verdict, or is refused in words.

Each attack that should come to nothing raises when it succeeds, and is honest else; `test_the_attacks_are_real` runs them unconfined.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from support.cli import environment, mlspec
from support.hostile import FOLDER, poison, promote_unseen
from support.promotion_world import World, git, replace, run

from mlspec.gates.scoring.helper import Helper
from mlspec.runtime.linux import landlock_version

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("real_pythons")]
SECRET = "hunter2-very-secret"
SECRETS = {"GITHUB_TOKEN": SECRET, "AWS_SECRET_ACCESS_KEY": SECRET, "HTTPS_PROXY": f"http://user:{SECRET}@127.0.0.1:9"}

ENVIRONMENT = f"""
found = [f"environ: {{k}}" for k, v in os.environ.items() if {SECRET!r} in v]
found += [k for k in os.environ if k.startswith(("GITHUB_", "AWS_", "GIT_"))]
for process in above:
    try:
        found += ["process"] * ({SECRET!r} in Path(f"/proc/{{process}}/environ").read_text(errors="replace"))
    except OSError:
        pass
if found:
    raise RuntimeError(f"won: {{found}}")
"""
LABELS = """
import gc, pandas
frames = [o for o in gc.get_objects() if isinstance(o, pandas.DataFrame) and "count" in o]
for place in [Path(ROOT)]:
    for path in sorted(place.rglob("test.parquet")):
        try:
            frames.append(pandas.read_parquet(path))
        except Exception:
            pass
if frames:
    raise RuntimeError("won: the labels")
"""
FILES = """
for name in ("worldcode/level.py", ".git/config", "mlspec.yaml", ".mlspec/cache/planted"):
    try:
        with (Path(ROOT) / name).open("a") as file:
            file.write("# planted")
    except OSError:
        continue
    raise RuntimeError("won: wrote " + name)
"""
NETWORK = """
import socket
try:
    socket.create_connection(("127.0.0.1", PORT), timeout=5).close()
except OSError:
    pass
else:
    raise RuntimeError("won: connected")
"""
PATCH = """
from sklearn.linear_model import Ridge
plain = Ridge.predict
Ridge.predict = lambda self, rows: plain(self, rows) * 0 if self.alpha == 200.0 else plain(self, rows)
sys.modules["mlspec.runtime.predict"].check_smoke = lambda model: ["spoilt"]
"""
DAEMON = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp("sleep", ["sleep", "61.75"])
    os._exit(0)
os.wait()
"""
KILL = """
for process in above:
    for send in (os.kill, lambda p, s: os.killpg(os.getpgid(p), s)):
        try:
            send(process, signal.SIGKILL)
        except OSError:
            pass
"""
REFUSED = {
    "it hangs": ("while True: time.sleep(1)", "MLS0716", "no answer within 3 s"),
    "it ends with code 0": ("os._exit(0)", "MLS0716", "ended without an answer"),
    "other numbers": ("model.named_steps['estimator'].intercept_ += 0.5", "MLS0739", "recomputed it is"),
}


@pytest.fixture
def port() -> Iterator[int]:
    """A server that a model must not reach."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def proposed(world: World, attack: str, **names: object) -> None:
    """A promotion of a model that runs `attack`, with the names that it uses, waits to be checked."""
    poison(world, "".join(f"{name} = {value!r}\n" for name, value in ({"ROOT": str(world.root)} | names).items()) + attack)
    promote_unseen(world)


def test_the_clean_twin_passes(better: World) -> None:
    proposed(better, "pass")
    assert better.verify().code == 0


@pytest.mark.skipif(landlock_version() < 6, reason="this kernel can't keep a process from seeing or killing another of the same user")
def test_secrets_are_out_of_reach_and_the_judge_lives(better: World) -> None:
    """In a process of its own, since the attack is on that process."""
    proposed(better, KILL + ENVIRONMENT)
    result = mlspec(better.root, "verify", "--base", "origin/main", extra=SECRETS)
    assert result.code == 0, result.text


@pytest.mark.parametrize(
    ("attack", "needs"),
    [(LABELS, 1), (FILES, 1), (NETWORK, 4), (PATCH, 0), (DAEMON, 0)],
    ids=["labels", "files", "network", "patch", "daemon"],
)
def test_it_comes_to_nothing(better: World, port: int, attack: str, needs: int) -> None:
    if landlock_version() < needs:
        pytest.skip("this kernel has no such barrier")
    proposed(better, attack, PORT=port)
    result = better.verify()
    assert result.code == 0, result.text
    assert git(better.root, "status", "--porcelain") == ""
    assert not sleeping()


def sleeping() -> bool:
    """Whether the daemon lives."""
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return "sleep 61.75" in found.stdout


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(better: World, name: str) -> None:
    attack, code, words = REFUSED[name]
    proposed(better, attack)
    result = run(better.root, "verify", "--base", "origin/main", env={"MLSPEC_SCORE_SECONDS": "3"})
    better.refused(result, code, words, *(() if code == "MLS0739" else ("the candidate, demand v1.1.0",)))


@pytest.mark.parametrize("attack", [ENVIRONMENT, LABELS, FILES, NETWORK], ids=["environment", "labels", "files", "network"])
def test_the_attacks_are_real(better: World, port: int, attack: str) -> None:
    """Loaded as any pickle is, in the folder of the repository, each of them succeeds."""
    poison(better, f"ROOT = {str(better.root)!r}\nPORT = {port}\n{attack}")
    load = [sys.executable, "-c", f"import joblib; joblib.load({FOLDER + '/model/model.joblib'!r})"]
    done = subprocess.run(load, cwd=better.root, env=environment() | SECRETS, capture_output=True, text=True, check=False)
    assert "RuntimeError: won: " in done.stderr, done.stderr


def test_files_of_the_project_stand_in_for_no_library(better: World) -> None:
    """The root comes last where models are loaded, and plays no part for the judge."""
    for name in ("json.py", "numpy.py", "sklearn.py", "typing.py"):
        (better.root / name).write_text("raise SystemExit('shadowed')\n")
    proposed(better, "pass")
    assert better.verify().code == 0


RULE = """
import os


def sound(rows):
    return os.environ.get("GITHUB_TOKEN") is None and len(rows) > 20
"""


@pytest.mark.slow
def test_python_rules_see_no_secrets_either(deployed: World) -> None:
    """The data stages run again; a rule that finds a token there says no, and nothing is made."""
    replace(deployed.root, "specs/demand.yaml", "alpha: 200.0", "alpha: 1.0")
    rules = next(p for p in (deployed.root / "specs").glob("*.yaml") if "ValidationRules" in p.read_text())
    replace(deployed.root, f"specs/{rules.name}", "    - rowCount", "    - {python: {callable: 'worldcode.rules:sound'}}\n    - rowCount")
    (deployed.root / "worldcode/rules.py").write_text(RULE)
    deployed.train("A rule in Python")
    deployed.promote()
    deployed.propose()
    result = run(deployed.root, "verify", "--base", "origin/main", env=SECRETS)
    assert result.code == 0, result.text
    with patch("mlspec.gates.scoring.helper.HELPER", Helper()) as helper, patch("mlspec.gates.scoring.score.HELPER", helper):
        with patch("mlspec.gates.scoring.helper.scrubbed", lambda: dict(os.environ)):
            deployed.refused(run(deployed.root, "verify", "--base", "origin/main", env=SECRETS), "MLS0747", "can't be made again")
        helper.close()
