"""Features by key through the command line: materialized, promoted, served; a stale set, a new definition, and a kill half-way."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from support.cli import commit, git, mlspec
from support.feature_specs import SQL
from support.online_world import online_of
from support.redis_server import redis_server
from support.shared import Shared, copy_into

from mlspec.deploy.process import wait_gone

pytestmark = pytest.mark.e2e


@pytest.fixture
def root(shared: Shared, tmp_path: Path) -> Iterator[Path]:
    """A project whose v1.0.0 is promoted to staging; what serves ends with the test."""
    copy_into(online_of(shared), tmp_path)
    found = tmp_path / "project"
    try:
        yield found
    finally:
        mlspec(found, "reconcile", "--env", "staging", "--stop")


def state(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / ".mlspec/state/staging/demand.json").read_text())
    return found


def ask(root: Path, **key: Any) -> httpx2.Response:
    tensors = [{"name": name, "datatype": "BYTES", "shape": [1], "data": [value]} for name, value in key.items()]
    return httpx2.post(f"http://127.0.0.1:{state(root)['port']}/v2/models/demand/infer", json={"inputs": tensors}, timeout=20)


def newest(root: Path, shop: str) -> dict[str, Any]:
    import pyarrow.parquet as pq

    rows = pq.read_table(root / "pipelines/features/daily/features.parquet").to_pylist()
    return max((row for row in rows if row["shop"] == shop), key=lambda row: row["day"])


def test_materialized_and_served(root: Path) -> None:
    assert "not materialized yet as it is now" in mlspec(root, "status", "features/daily", check=0).out
    mlspec(root, "reconcile", "--env", "staging", check=0)
    nothing = ask(root, shop="north")
    assert nothing.status_code == 503 and "mlspec materialize features/daily" in nothing.json()["error"]

    filled = mlspec(root, "materialize", check=0)
    done = filled.out
    assert "goes on with" not in filled.err
    assert done.startswith("features/daily: 2 rows, newest 2024-05-08T00:00:00Z, definition ") and "materialized to SQLite" in done
    (file,) = (root / ".mlspec/state/online/daily").iterdir()
    before = file.stat()
    assert "up to date in SQLite" in mlspec(root, "materialize", "features/daily", check=0).out
    assert file.stat().st_mtime_ns == before.st_mtime_ns
    assert git(root, "status", "--short") == ""
    assert "2 rows materialized 20" in mlspec(root, "status", "features/daily", check=0).out

    by_key = ask(root, shop="north")
    assert by_key.status_code == 200, by_key.text
    row = newest(root, "north")
    features = [{"name": n, "datatype": "FP64", "shape": [1], "data": [row[n]]} for n in ("price", "rebate", "demand_7d")]
    plain = httpx2.post(f"http://127.0.0.1:{state(root)['port']}/v2/models/demand/infer", json={"inputs": features})
    assert by_key.json()["outputs"] == plain.json()["outputs"]
    assert by_key.json()["parameters"]["features_as_of"] == '["2024-05-08T00:00:00Z"]'
    assert ask(root, shop="west").status_code == 404

    set_file = root / "specs/daily.yaml"
    set_file.write_text(set_file.read_text().replace("{store: {sqlite: true}}", "{store: {sqlite: true}, maxAge: 6h}"))
    assert "is stale" not in mlspec(root, "materialize", check=0).text, "how old rows may be makes no set stale"
    assert "how its features are read by key changed" in mlspec(root, "reconcile", "--env", "staging", check=0).out
    old = ask(root, shop="north")
    assert old.status_code == 409 and "older than its maxAge of 21600 s" in old.json()["error"]
    assert "in sync" in mlspec(root, "reconcile", "--env", "staging", check=0).out


def test_a_stale_set_is_refused_and_another_definition_never_serves_an_older_version(root: Path) -> None:
    mlspec(root, "materialize", check=0)
    mlspec(root, "reconcile", "--env", "staging", check=0)
    before = ask(root, shop="south").json()["outputs"]
    query = root / "features/daily.sql"
    query.write_text(SQL.replace("7 PRECEDING AND", "6 PRECEDING AND"))
    refused = mlspec(root, "materialize", check=1)
    assert "MLS0818" in refused.err and "features/daily.sql changed" in refused.err
    mlspec(root, "run", "features/daily", check=0)
    told = mlspec(root, "materialize", check=0).err
    assert "deployment/staging/demand goes on with rows of definition " in told and ", on which v1.0.0 was trained" in told
    assert len(list((root / ".mlspec/state/online/daily").iterdir())) == 2
    commit(root, "Six days")
    assert "in sync" in mlspec(root, "reconcile", "--env", "staging", check=0).out, "v1.0.0 was trained on the older one"
    assert ask(root, shop="south").json()["outputs"] == before

    rows = root / "pipelines/features/daily/features.parquet"
    rows.chmod(0o644)
    content = rows.read_bytes()
    rows.unlink()
    assert "the rows of features/daily are not here" in mlspec(root, "materialize", check=1).err
    rows.write_bytes(content[:-1] + b"x")
    assert "MLS0818" in mlspec(root, "materialize", "--force", check=1).err


def test_a_query_that_is_only_written_otherwise_serves_the_version_of_before(root: Path) -> None:
    mlspec(root, "materialize", check=0)
    mlspec(root, "reconcile", "--env", "staging", check=0)
    query, spec = root / "features/daily.sql", root / "specs/daily.yaml"
    query.write_text(SQL.replace("7 PRECEDING AND", "6 PRECEDING AND"))
    mlspec(root, "run", "features/daily", check=0)
    told = mlspec(root, "materialize", check=0).err
    (older,) = re.findall(r"sameAs: \['(sha256:[0-9a-f]{64})'\]", told)
    spec.write_text(spec.read_text().replace("{store: {sqlite: true}}", f"{{store: {{sqlite: true}}, sameAs: ['{older}']}}"))
    refused = mlspec(root, "materialize", check=1).err
    assert "MLS0820" in refused and "of the same inputs they made other rows" in refused and "specs/daily.yaml:" in refused

    query.write_text(SQL.replace("AS p USING", "AS promos USING").replace("p.rebate", "promos.rebate"))
    mlspec(root, "run", "features/daily", check=0)
    commit(root, "The same by another name")
    first = mlspec(root, "materialize", check=0)
    assert first.out.count("materialized to SQLite") + first.out.count("up to date in SQLite") == 2 and "goes on with" not in first.err

    data = root / "data/sales.csv"
    data.write_text(data.read_text() + "2024-05-09,north,9.0,50\n")
    mlspec(root, "run", "features/daily", check=0)
    assert mlspec(root, "materialize", check=0).out.count("newest 2024-05-09") == 2, "compared as the commit before has them"
    assert ask(root, shop="north").json()["parameters"]["features_as_of"] == '["2024-05-09T00:00:00Z"]'


def test_killed_at_any_point_the_old_rows_serve(root: Path) -> None:
    """The process is killed when it has written the new file, and before it takes the old one's place."""
    import subprocess
    import sys

    mlspec(root, "materialize", check=0)
    (file,) = (root / ".mlspec/state/online/daily").iterdir()
    before = file.read_bytes()
    program = "import os, signal, pathlib, mlspec.cli.main as m\nfrom mlspec.diagnostics import atomic\n"
    program += "atomic._flush = lambda path: os.kill(os.getpid(), signal.SIGKILL)\nm.main()"
    killed = subprocess.run([sys.executable, "-c", program, "materialize", "--force"], cwd=root, check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    assert file.read_bytes() == before and len(list(file.parent.iterdir())) == 2
    assert "materialized to SQLite" in mlspec(root, "materialize", "--force", check=0).out
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_redis_is_named_by_a_variable_alone(root: Path) -> None:
    set_file = root / "specs/daily.yaml"
    set_file.write_text(set_file.read_text().replace("{sqlite: true}", "{redis: FEATURES_REDIS}"))
    lacking = mlspec(root, "materialize", check=1)
    assert "MLS0819" in lacking.err and "FEATURES_REDIS is not set" in lacking.err
    with redis_server() as server:
        extra = {"FEATURES_REDIS": server.url}
        done = mlspec(root, "materialize", check=0, extra=extra)
        assert "materialized to the Redis server of FEATURES_REDIS" in done.out
        assert "2 rows materialized" in mlspec(root, "status", "features/daily", check=0, extra=extra).out
        started = mlspec(root, "reconcile", "--env", "staging", check=0, extra=extra)
        answer = ask(root, shop="north")
        assert answer.status_code == 200, answer.text
        assert "in sync" in mlspec(root, "reconcile", "--env", "staging", check=0, extra=extra).out
        assert "in sync" in mlspec(root, "reconcile", "--env", "staging", check=0).out, "who has no address can't tell"
        before = state(root)["pid"]
        other = {"FEATURES_REDIS": server.url.removesuffix("/0")}
        renewed = mlspec(root, "reconcile", "--env", "staging", check=0, extra=other)
        assert "how its features are read by key changed" in renewed.out and state(root)["pid"] != before
        assert ask(root, shop="north").json()["outputs"] == answer.json()["outputs"]
        server.stop()
        away = ask(root, shop="north")
        assert away.status_code == 503 and "the Redis server does not answer" in away.json()["error"]
        assert "MLS0819" in mlspec(root, "materialize", check=1, extra=extra).err
        texts = [done.text, started.text, away.text, *(p.read_text() for p in (root / ".mlspec/state/staging").rglob("*") if p.is_file())]
        assert not any(str(server.port) in text or "s3cr" in text for text in texts)
    pid = state(root)["pid"]
    os.kill(pid, signal.SIGTERM)
    assert wait_gone(pid, 10)


def test_what_is_not_online_is_told(root: Path) -> None:
    elsewhere = root.parent / "elsewhere"
    elsewhere.mkdir()
    (root / ".mlspec/state/online").symlink_to(elsewhere)
    assert "MLS0813" in mlspec(root, "materialize", check=1).err and not list(elsewhere.iterdir())
    assert "there is no feature set `features/dialy`" in mlspec(root, "materialize", "features/dialy", check=1).err
    set_file = root / "specs/daily.yaml"
    set_file.write_text(set_file.read_text().replace("  online: {store: {sqlite: true}}\n", ""))
    assert "MLS0817" in mlspec(root, "materialize", check=1).err
    assert "features/daily is not `online`" in mlspec(root, "materialize", "features/daily", check=1).err
