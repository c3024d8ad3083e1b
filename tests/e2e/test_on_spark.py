"""Rules measured on a Spark that is real: all that the tests of `validate` ask, the same bytes as here, servers that die, stand still or are not there."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli import mlspec, repository
from support.clusters import BIN
from support.ports import free_port
from support.projects import PROJECT, SOURCE
from support.spark_server import Spark, spark_server

pytestmark = pytest.mark.e2e
TESTS = Path(__file__).resolve().parents[1]
RULES = """\
apiVersion: mlspec/v1
kind: ValidationRules
metadata: {name: sales}
spec:
  source: sales
  engine: {spark: SPARK_REMOTE}
  onFailure: quarantine
  rules:
    - {column: price, between: [0, 20], mean: {min: 0}}
    - {column: shop, matches: "[a-z]+"}
    - {unique: [day, shop]}
    - {expression: "price IS NULL OR price < 21"}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return repository(tmp_path, {"mlspec.yaml": PROJECT, "specs/sales.yaml": SOURCE, "specs/rules.yaml": RULES})


def test_an_address_that_is_not_set_or_where_nobody_listens_is_told_and_nothing_is_written(project: Path) -> None:
    unset = mlspec(project, "run", check=1)
    assert "error[MLS0530]" in unset.err and "SPARK_REMOTE" in unset.err
    wrong = mlspec(project, "run", check=1, extra={"SPARK_REMOTE": "spark://token=secret@host:7077"})
    assert "error[MLS0530]" in wrong.err and "secret" not in wrong.text
    port = free_port()
    nobody = mlspec(project, "run", check=1, extra={"SPARK_REMOTE": f"sc://127.0.0.1:{port}/;token=secret"})
    assert "error[MLS0531]" in nobody.err and "nothing listens there" in nobody.err
    assert "secret" not in nobody.text and str(port) not in nobody.text
    with socket.create_server(("127.0.0.1", 0)) as server:
        silent = mlspec(project, "run", check=1, extra={"SPARK_REMOTE": f"sc://127.0.0.1:{server.getsockname()[1]}"})
    assert "error[MLS0008]" in silent.err and "[spark]" in silent.err  # here its client is not installed
    assert not list(project.glob("pipelines/**/valid.parquet"))
    assert "stages ran" in mlspec(project, "run", "--local", check=0).out
    assert mlspec(project, "run", check=0).out.strip() == "Everything is up to date."  # and no Spark is asked


def test_where_rules_are_measured_is_in_no_digest(project: Path) -> None:
    mlspec(project, "run", "--local", check=0)
    lock = (project / "pipelines/data/sales/dvc.lock").read_bytes()
    rules = project / "specs/rules.yaml"
    for engine in ("", "  engine: {spark: OTHER, timeout: 5m}\n"):
        rules.write_text(re.sub(r"  engine:.*\n", engine, RULES) if engine else re.sub(r"  engine:.*\n", "", RULES))
        mlspec(project, "apply", check=0)
        assert mlspec(project, "run", check=0).out.strip() == "Everything is up to date."
    assert (project / "pipelines/data/sales/dvc.lock").read_bytes() == lock
    assert "OTHER" in (project / "pipelines/data/sales/params.yaml").read_text()


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spark]:
    with spark_server(tmp_path_factory.mktemp("spark")) as running:
        yield running


@pytest.mark.slow
def test_all_that_the_tests_of_validate_ask_is_answered_alike(spark: Spark) -> None:
    files = ["unit/runtime/validate/test_rule_cases.py", "unit/runtime/test_validate.py"]
    words = [str(BIN / "python"), "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *(str(TESTS / name) for name in files)]
    variables = spark.variables | {"RULES_ON": "SPARK_REMOTE"}
    done = subprocess.run(words, cwd=TESTS.parent, env=variables, capture_output=True, text=True, timeout=1500, check=False)
    assert done.returncode == 0, done.stdout[-6000:]
    skipped = re.findall(r"SKIPPED \[(\d+)\] (.*)", done.stdout)
    assert all("Spark is not asked this" in why for _, why in skipped), done.stdout[-3000:]
    assert sum(int(count) for count, _ in skipped) <= 6


@pytest.mark.slow
def test_the_lock_and_all_that_is_made_are_those_of_a_run_here(spark: Spark, project: Path) -> None:
    here = mlspec(project, "run", "--local", check=0)
    folder = project / "pipelines/data/sales"
    made = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    there = spark.mlspec(project, "run", "--force")
    assert there.code == 0, there.text
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == made
    assert re.findall(r"MLS\d+.*", here.err) == re.findall(r"MLS\d+.*", there.err)


ASKING = """\
import os, signal, sys
from mlspec.diagnostics import Problems
from mlspec.runtime.validate.spark.session import opened

number, seconds, query = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
try:
    with opened("SPARK_REMOTE", seconds) as session:
        print(session.ask(lambda: session.raw.sql("SELECT 1 AS a").toArrow().column(0).to_pylist()), flush=True)
        if number:
            os.kill(int(os.environ["SERVER"]), number)
        session.ask(lambda: session.raw.sql(query).toArrow())
except Problems as found:
    print([d.code for d in found.diagnostics], found.diagnostics[0].message)
"""
LONG = "SELECT count(*) FROM range(1000000000000) WHERE id % 7 = 3 AND sqrt(id) > 5"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "seconds", "said"),
    [
        (0, 3.0, "it did not end within 3 seconds"),
        (signal.SIGSTOP, 600.0, "it does not answer any more"),
        (signal.SIGKILL, 600.0, "broke off"),
    ],
    ids=["slow", "still", "dead"],
)
def test_a_question_without_an_answer_is_given_up_in_bounded_time(tmp_path: Path, number: int, seconds: float, said: str) -> None:
    with spark_server(tmp_path) as spark:
        words = [str(BIN / "python"), "-W", "ignore", "-c", ASKING, str(int(number)), str(seconds), LONG]
        variables = spark.variables | {"SERVER": str(spark.process.pid)}
        begun = time.monotonic()
        done = subprocess.run(words, env=variables, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert ("[1]" in done.stdout or not number) and "['MLS0538']" in done.stdout and said in done.stdout, done.stdout + done.stderr
    assert time.monotonic() - begun < 240 and spark.address not in done.stdout


@pytest.mark.slow
def test_where_the_server_stands_still_the_run_ends_and_the_last_rows_stay(project: Path, tmp_path: Path) -> None:
    mlspec(project, "run", "--local", check=0)
    kept = ("valid.parquet", "quarantine.parquet", "profile.json", "dvc.lock")
    made = [(project / "pipelines/data/sales" / name).read_bytes() for name in kept]
    with spark_server(tmp_path) as spark:
        spark.send(signal.SIGSTOP)
        still = spark.mlspec(project, "run", "--force", seconds=300)
    assert still.code == 1 and "error[MLS0531]" in still.err, still.text
    assert spark.address not in still.text
    assert [(project / "pipelines/data/sales" / name).read_bytes() for name in kept] == made
