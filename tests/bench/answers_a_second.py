"""Answers a second: hello-world uvicorn, this build, the build before it predicted without pandas, and the model servers that are installed.

`python tests/bench/answers_a_second.py [seconds]`. All are asked in turn, by the same load generator, in rounds; the figures are medians of rounds,
and the ratios are taken within a round. One row of 20 features, 16 connections.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from model_servers import KSERVE, MLSERVER, kserve, mlserver
from running import process, wait_for
from support.ports import free_port
from timing import judge

ROOT = Path(__file__).resolve().parents[2]
BEFORE = "5e3fcd89"
"""The last commit whose server predicted through pandas."""
CONNECTIONS, ROUNDS, SECONDS, NUMBERS = 16, 5, 2.0, 16
HELLO = """
async def app(scope, receive, send):
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain"), (b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})
"""
LIMITS = {"linear": 0.45, "boosting": 0.45, "forest": 0.45, "scikit-learn": 0.12}
"""Of hello-world's answers a second."""
TIMES_P99, TIMES_BEFORE, TIMES_PEERS = 3.0, 8.0, 10.0
BATCHED = "scikit-learn, batching"
WAITS = {"rows": 64, "wait_seconds": 0.002}


def models(folder: Path, names: Iterable[str] | None = None) -> dict[str, Path]:
    """Trained model folders: three kinds that are compiled, and one that only scikit-learn answers; all, or those with these names."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
    from sklearn.linear_model import Ridge

    known = {
        "linear": Ridge(),
        "boosting": HistGradientBoostingRegressor(random_state=0),
        "forest": RandomForestRegressor(100, min_samples_leaf=5, random_state=0),
        "scikit-learn": TransformedTargetRegressor(HistGradientBoostingRegressor(random_state=0)),
    }
    from mlspec.runtime.threads import one_thread

    with one_thread():
        return {name: _trained(folder / name, known[name]) for name in names or known}


def _trained(folder: Path, estimator: Any) -> Path:
    import numpy as np
    from sklearn.pipeline import Pipeline

    from mlspec.runtime.inputs import prepare
    from mlspec.runtime.signature import Feature, Signature, libraries
    from mlspec.runtime.train.folder import write_model
    from mlspec.runtime.train.preprocess import transformer

    rows = table(4_000)
    features = (
        *(Feature(f"n{i}", "numeric", "number") for i in range(NUMBERS)),
        *(Feature(f"c{i}", "categorical", "string") for i in range(4)),
    )
    signature = Signature("regression", "y", features, None, libraries())
    steps = {"numeric": {"impute": "median", "scale": "standard"}, "categorical": {"impute": "most_frequent", "encode": "onehot"}}
    pipeline = Pipeline([("preprocess", transformer(signature, steps)), ("estimator", estimator)])
    pipeline.fit(prepare(signature, rows), 3 * rows["n0"] + rows["n1"] ** 2 + np.where(rows["c0"] == "a", 5, 0))
    folder.mkdir(parents=True)
    write_model(folder, pipeline, signature, rows)
    return folder


def table(count: int) -> Any:
    """So many rows, as a frame."""
    import numpy as np
    import pandas as pd

    dice = np.random.default_rng(0)
    numbers = {f"n{i}": dice.normal(size=count) for i in range(NUMBERS)}
    return pd.DataFrame(numbers | {f"c{i}": dice.choice(list("abcdef"), count) for i in range(4)})


def body(file: Path) -> Path:
    """One row, as the protocol has it."""
    row = table(1).iloc[0]
    kinds = {name: "FP64" if name.startswith("n") else "BYTES" for name in row.index}
    inputs = [{"name": n, "shape": [1], "datatype": kinds[n], "data": [row[n]]} for n in row.index]
    file.write_text(json.dumps({"inputs": inputs}))
    return file


@contextlib.contextmanager
def hello(folder: Path) -> Iterator[tuple[int, int]]:
    """uvicorn with the loop and the parser that it takes by itself."""
    (folder / "hello.py").write_text(HELLO)
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "hello:app", "--port", str(port), "--no-access-log", "--log-level", "warning"]
    with process(command, cwd=folder) as server:
        wait_for(port, server)
        yield port, server.pid


@contextlib.contextmanager
def ours(folder: Path, model: Path, code: Path = ROOT, **more: Any) -> Iterator[tuple[int, int]]:
    """A server of the package in `code`, set up by its own hands. `more`: settings of it, as JSON has them."""
    folder.mkdir(parents=True, exist_ok=True)
    port, environment = free_port(), os.environ | {"PYTHONPATH": str(code)}
    subprocess.run([sys.executable, "-c", _SETTINGS, str(folder), str(model), str(port)], env=environment, check=True, cwd=folder)
    command = [sys.executable, "-P", "-m", "mlspec.deploy.server", "--config", str(folder / "config.json")]
    if more:
        (folder / "config.json").write_text(json.dumps(json.loads((folder / "config.json").read_text()) | more))
    with process(command, cwd=folder, env=environment) as server:
        wait_for(port, server)
        yield port, server.pid


_SETTINGS = """
import sys
from pathlib import Path
from mlspec.deploy.server import config
from mlspec.runtime.artifact import digest_folder
folder, path, port = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
model = dict(folder=str(path), digest=digest_folder(path), model="demand", version="v1.0.0", ready_file=str(folder / "ready.json"))
server = dict(root=str(folder), host="127.0.0.1", port=port, control=str(folder / "control"))
made = config.ModelConfig(**model) if hasattr(config, "ModelConfig") else None
(config.ServerConfig(**server, models=[made]) if made else config.ServerConfig(**server, **model)).write(folder / "config.json")
"""


def before(folder: Path) -> Path | None:
    """The package as it was; None in a checkout without that history."""
    folder.mkdir(parents=True)
    found = subprocess.run(["git", "archive", BEFORE, "mlspec"], cwd=ROOT, capture_output=True, check=False)
    if found.returncode:
        print(f"{BEFORE} is not in this checkout's history: the build before is not compared", flush=True)
        return None
    subprocess.run(["tar", "-x"], input=found.stdout, cwd=folder, check=True)
    return folder


def measure(where: tuple[int, int], path: str, sent: Path, seconds: float) -> dict[str, float]:
    """What the load generator tells, and `busy`: the server's processor time for an answer, in ms, which a busy machine stretches least."""
    import psutil

    port, server = where[0], psutil.Process(where[1])
    began = server.cpu_times()
    command = [sys.executable, str(ROOT / "tests/bench/load.py"), str(port), path, str(sent), str(CONNECTIONS), str(seconds)]
    asked = subprocess.run(command, capture_output=True, check=False)
    if asked.returncode:
        raise SystemExit(f"asking port {port} for {path} failed: {asked.stderr.decode()[-1000:]}")
    found: dict[str, float] = json.loads(asked.stdout)
    ended = server.cpu_times()
    return found | {"busy": 1000 * (ended.user + ended.system - began.user - began.system) / found["total"]}


def answers(folder: Path, seconds: float = SECONDS, rounds: int = ROUNDS) -> list[bool]:
    """Measure all, print a table, and judge the limits."""
    folder.mkdir(parents=True, exist_ok=True)
    trained, sent, old = models(folder / "models"), body(folder / "body.json"), before(folder / "before")
    infer = "/v2/models/demand/infer"
    with contextlib.ExitStack() as servers:
        asked = {"hello-world uvicorn": (servers.enter_context(hello(folder)), "/")}
        for name, model in trained.items():
            asked[name] = servers.enter_context(ours(folder / f"run-{name}", model)), infer
        asked[BATCHED] = servers.enter_context(ours(folder / "run-batched", trained["scikit-learn"], batching=WAITS)), infer
        for name, peer in {KSERVE: kserve, MLSERVER: mlserver}.items():
            if where := servers.enter_context(peer(folder / name, trained["boosting"])):
                asked[name] = where, infer
        if old:
            asked["before (boosting)"] = servers.enter_context(ours(folder / "run-before", trained["boosting"], old)), infer
        found = [{name: measure(*where, sent, seconds) for name, where in asked.items()} for _ in range(rounds)]
    return _table(found) + _judged(found)


def _median(found: list[dict[str, dict[str, float]]], name: str, figure: str, of: str | None = None) -> float:
    return statistics.median(r[name][figure] / (r[of][figure] if of else 1) for r in found)


def _table(found: list[dict[str, dict[str, float]]]) -> list[bool]:
    for name in found[0]:
        rate, share = _median(found, name, "rate"), _median(found, name, "rate", "hello-world uvicorn")
        late = _median(found, name, "p99", "hello-world uvicorn")
        print(
            f"{name:<24} {rate:8.0f} a second  {share:6.3f} of hello-world  p50 {_median(found, name, 'p50'):7.2f} ms"
            f"  p99 {_median(found, name, 'p99'):7.2f} ms ({late:.1f}x)  {_median(found, name, 'busy'):.3f} ms busy",
            flush=True,
        )
    return []


def _judged(found: list[dict[str, dict[str, float]]]) -> list[bool]:
    hello = "hello-world uvicorn"
    results = []
    for name, limit in LIMITS.items():
        share = _median(found, name, "rate", hello)
        results.append(judge(f"hello-world against one row, {name}", 1 / share, 1 / limit, "x"))
        if name != "scikit-learn":
            results.append(judge(f"p99 of one row against hello-world's, {name}", _median(found, name, "p99", hello), TIMES_P99, "x"))
    for peer in (KSERVE, MLSERVER):
        if peer in found[0]:
            results.append(
                judge(f"{peer} against this build, boosting", 1 / _median(found, "boosting", "rate", peer), 1 / TIMES_PEERS, "x")
            )
    if "before (boosting)" in found[0]:
        gain = _median(found, "boosting", "rate", "before (boosting)")
        results.append(judge("the build before against this one, boosting", 1 / gain, 1 / TIMES_BEFORE, "x"))
    return results


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        results = answers(Path(name), float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
    sys.exit(0 if all(results) else 1)
