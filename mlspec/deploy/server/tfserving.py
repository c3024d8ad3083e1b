"""TensorFlow Serving's REST protocol, its row format: `{"instances": [{"hour": 8}, …]}` -> `{"predictions": [212.4, …]}`.

https://www.tensorflow.org/tfx/serving/api_rest
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mlspec.deploy.server.answering import QUICK_BYTES
from mlspec.deploy.server.by_key import Lookup
from mlspec.deploy.server.errors import RequestError
from mlspec.deploy.server.explain import explained
from mlspec.deploy.server.http import Answer, as_json
from mlspec.deploy.server.json_body import decode
from mlspec.deploy.server.model import PREDICT, PROBABILITIES, ServedModel
from mlspec.deploy.server.tensors import DATATYPES, column
from mlspec.diagnostics import Problems, did_you_mean
from mlspec.runtime.predict import Predictions
from mlspec.runtime.signature import Feature, Signature

ONLY_SIGNATURE = "serving_default"


def status(model: ServedModel) -> Answer:
    """The answer to GET /v1/models/NAME."""
    fine = {"error_code": "OK", "error_message": ""}
    return as_json({"model_version_status": [{"version": model.version, "state": "AVAILABLE", "status": fine}]})


class RowsAnswering:
    """Answers requests for one model. Raises RequestError for what can't be answered."""

    def __init__(self, model: ServedModel) -> None:
        self.model = model

    def asks_store(self, body: bytes) -> bool:
        """Whether features are read by key for a request that is small enough for its answer to be kept, else."""
        lookup = self.model.lookup
        if lookup is None or len(body) > QUICK_BYTES:
            return False
        raw = decode(body)
        rows = raw.get("instances") if isinstance(raw, dict) else None
        return isinstance(rows, list) and any(isinstance(row, dict) and lookup.lacks(row, self.model.signature.names) for row in rows)

    def __call__(self, body: bytes) -> bytes:
        columns = parse_rows(body, self.model.signature, self.model.lookup)
        try:
            return encode_rows(self.model.predict(columns), self.model)
        except Problems as problems:
            raise explained(problems, columns) from problems


def parse_rows(body: bytes, signature: Signature, lookup: Lookup | None = None) -> dict[str, list[Any]]:
    """The columns of a request: a list of rows, each an object by feature (a bare value where there is but one). Raises RequestError.

    `lookup`: by which a row's features are found that it leaves out, where it has the key.
    """
    raw = decode(body)
    if not isinstance(raw, dict):
        raise RequestError("the body must be a JSON object")
    _check_keys(raw)
    rows = raw.get("instances")
    if not isinstance(rows, list) or not rows:
        raise RequestError('`instances` must be a list of rows, as in {"instances": [{"hour": 8}]}')
    found = [_row(row, number, signature, lookup) for number, row in enumerate(rows)]
    asked = [n for n, row in enumerate(found) if lookup and lookup.lacks(row, signature.names)]
    columns = _columns(found, signature)
    return _looked_up(found, columns, asked, lookup) if lookup and asked else columns


def _looked_up(rows: list[Mapping[str, Any]], columns: dict[str, list[Any]], asked: list[int], lookup: Lookup) -> dict[str, list[Any]]:
    """The columns with what some rows leave out; what a row has itself counts, also a null."""
    keys = {f.name: _column([rows[n][f.name] for n in asked], f, is_key=True) for f in lookup.features()}
    names = [name for name in columns if any(name not in rows[n] for n in asked)]
    found = lookup.find(keys, names, asked)
    for name in names:
        for place, n in enumerate(asked):
            if name not in rows[n]:
                columns[name][n] = found.columns[name][place]
    return columns


def _check_keys(raw: Mapping[str, Any]) -> None:
    if raw.get("signature_name") not in (None, ONLY_SIGNATURE):
        raise RequestError(f"there is no `signature_name` to choose: leave it out, or send {ONLY_SIGNATURE!r}")
    if "inputs" in raw:
        raise RequestError(
            "the column format (`inputs`) is not taken: send `instances`, one object a row; columns go to /v2/models/<model>/infer"
        )
    if unknown := [key for key in raw if key not in ("instances", "signature_name")]:
        raise RequestError(f"`{unknown[0][:80]}` is no part of a request: send `instances`")


def _row(row: Any, number: int, signature: Signature, lookup: Lookup | None) -> Mapping[str, Any]:
    if not isinstance(row, dict) and len(signature.names) == 1 and not isinstance(row, list):
        return {signature.names[0]: row}
    if not isinstance(row, dict):
        raise RequestError(f"instances[{number}] must be an object with a value for every feature")
    missing = [n for n in signature.names if n not in row]
    known = {f.name for f in signature.taken}
    unknown = [n for n in row if n not in known and (lookup is None or n not in lookup.key)]
    if unknown:
        name = unknown[0][:80]
        raise RequestError(f"instances[{number}]: `{name}` is no feature of this model; {did_you_mean(name, missing or signature.names)}")
    if missing and (lookup is None or not lookup.lacks(row, signature.names)):
        names = ", ".join(f"`{n}`" for n in missing)
        instead = f", or {lookup.hint}" if lookup else ""
        raise RequestError(f"instances[{number}] lacks {names}: send null for a missing value{instead}")
    return row


def _columns(rows: list[Mapping[str, Any]], signature: Signature) -> dict[str, list[Any]]:
    """The rows as columns, each checked as a tensor of the Open Inference Protocol is."""
    beside = [f for f in signature.taken if f.name not in signature.names and any(f.name in row for row in rows)]
    return {f.name: _column([row.get(f.name) for row in rows], f) for f in (*signature.features, *beside)}


def _column(values: list[Any], feature: Feature, *, is_key: bool = False) -> list[Any]:
    """The protocol has no datatypes: what JSON calls a number is taken where the feature is one. A list of one value is that value."""
    if [] in values or any(type(v) is list and (len(v) != 1 or type(v[0]) is list) for v in values):
        raise RequestError(f"input `{feature.name}`: one value a row is needed, not a list")
    plain = [v[0] if type(v) is list else v for v in values]
    datatype = DATATYPES[feature.type]
    if feature.type == "integer" and any(type(v) is float for v in plain):
        datatype = "FP64"  # 8.0 is a whole number, as far as JSON goes
    return column({"name": feature.name, "datatype": datatype, "shape": [len(plain)], "data": plain}, feature, is_key=is_key)


def encode_rows(found: Predictions, model: ServedModel) -> bytes:
    """The body of an answer: a value a row; of classes, an object with the label and the probability of each."""
    predicted = found.said.tolist()
    if PROBABILITIES not in model.outputs or found.proba is None:
        rows: list[Any] = predicted
    else:
        rows = [{PREDICT: label, PROBABILITIES: proba} for label, proba in zip(predicted, found.proba.tolist(), strict=True)]
    return json.dumps({"predictions": rows}, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()
