"""What the Open Inference Protocol v2 (inference_rest.md of kserve/open-inference-protocol) requires of answers, as JSON Schemas of our own."""

from __future__ import annotations

from typing import Any

STRING: dict[str, Any] = {"type": "string"}
DATATYPE = {"enum": ["BOOL", *(f"{s}INT{b}" for s in ("", "U") for b in (8, 16, 32, 64)), "FP16", "FP32", "FP64", "BYTES"]}
PARAMETERS = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}


def _object(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {"type": "object", "properties": required | optional, "required": list(required)}


def _shape(least: int) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "integer", "minimum": least}}


DESCRIBED = _object({"name": STRING, "datatype": DATATYPE, "shape": _shape(-1)})
TENSOR = _object(
    {
        "name": STRING,
        "shape": _shape(0),
        "datatype": DATATYPE,
        "data": {"type": "array", "items": {"type": ["number", "string", "boolean"]}},
    },
    parameters=PARAMETERS,
)
SERVER_METADATA = _object({"name": STRING, "version": STRING, "extensions": {"type": "array", "items": STRING}})
MODEL_METADATA = _object(
    {"name": STRING, "platform": STRING, "inputs": {"type": "array", "items": DESCRIBED}, "outputs": {"type": "array", "items": DESCRIBED}},
    versions={"type": "array", "items": STRING},
    properties={"type": "object", "additionalProperties": STRING},
)
LIVE = _object({"live": {"const": True}})
MODEL_READY = _object({"name": STRING, "ready": {"type": "boolean"}})
INFERENCE = _object(
    {"model_name": STRING, "outputs": {"type": "array", "items": TENSOR}}, model_version=STRING, id=STRING, parameters=PARAMETERS
)
ERROR = _object({"error": STRING}) | {"additionalProperties": False}
