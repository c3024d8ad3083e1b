"""KServe's ModelServer and MLServer, each with a trained model folder of ours, in an environment of its own: their pins fit neither ours nor each other's."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

from peers import environment
from running import process, wait_for
from support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
KSERVE, MLSERVER = "KServe ModelServer", "MLServer"
FOLDERS = {KSERVE: ROOT / ".venv-kserve", MLSERVER: ROOT / ".venv-mlserver"}
LOCKS = {KSERVE: "kserve.lock", MLSERVER: "mlserver.lock"}
_ON_KSERVE = """
import sys
import joblib, pandas as pd
from kserve import InferOutput, InferResponse, Model, ModelServer

class Demand(Model):
    def load(self):
        self.model = joblib.load(sys.argv[1])
        self.ready = True

    def predict(self, payload, headers=None):
        frame = pd.DataFrame({i.name: [v.decode() if isinstance(v, bytes) else v for v in i.data] for i in payload.inputs})
        found = self.model.predict(frame[list(self.model.feature_names_in_)])
        output = InferOutput("predict", [len(found)], "FP64", data=found.tolist())
        return InferResponse(response_id=payload.id or "1", model_name=self.name, infer_outputs=[output])

model = Demand("demand")
model.load()
ModelServer(http_port=int(sys.argv[2]), enable_grpc=False, enable_latency_logging=False, access_log_format=None).start([model])
"""
_ON_MLSERVER = """
import joblib, pandas as pd
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceResponse

class Demand(MLModel):
    async def load(self):
        self.model = joblib.load(self.settings.parameters.uri)
        return True

    async def predict(self, payload):
        columns = {i.name: [v.decode() if isinstance(v, bytes) else v for v in i.data] for i in payload.inputs}
        found = self.model.predict(pd.DataFrame(columns)[list(self.model.feature_names_in_)])
        return InferenceResponse(model_name=self.name, outputs=[NumpyCodec.encode_output("predict", found.reshape(-1))])
"""


def installed(name: str) -> Path | None:
    """The Python of a peer's environment; None where it can't be made."""
    return environment(name, FOLDERS[name], LOCKS[name])


@contextlib.contextmanager
def kserve(folder: Path, model: Path) -> Iterator[tuple[int, int] | None]:
    """A ModelServer of one process, without gRPC and access log; None where it is not installed."""
    python, port = installed(KSERVE), free_port()
    if python is None:
        yield None
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "serve.py").write_text(_ON_KSERVE)
    with _served([str(python), "serve.py", str(model / "model.joblib"), str(port)], folder, port) as pid:
        yield port, pid


@contextlib.contextmanager
def mlserver(folder: Path, model: Path) -> Iterator[tuple[int, int] | None]:
    """An MLServer of one process (`parallel_workers` 0), without access log; None where it is not installed."""
    python, port, others = installed(MLSERVER), free_port(), [free_port(), free_port()]
    if python is None:
        yield None
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "demand.py").write_text(_ON_MLSERVER)
    settings = {
        "http_port": port,
        "grpc_port": others[0],
        "metrics_port": others[1],
        "parallel_workers": 0,
        "debug": False,
        "host": "127.0.0.1",
    }
    (folder / "settings.json").write_text(json.dumps(settings))
    named = {"name": "demand", "implementation": "demand.Demand", "parameters": {"uri": str(model / "model.joblib")}}
    (folder / "model-settings.json").write_text(json.dumps(named))
    with _served([str(python.with_name("mlserver")), "start", "."], folder, port) as pid:
        yield port, pid


@contextlib.contextmanager
def _served(command: list[str], folder: Path, port: int) -> Iterator[int]:
    """The process, once it answers. One thread for kernels, as ours has."""
    environment = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1") | {"PYTHONPATH": str(folder)}
    with (folder / "log").open("wb") as log, process(command, cwd=folder, env=environment, stdout=log, stderr=log) as server:
        wait_for(port, server)
        time.sleep(1)
        yield server.pid
