"""/openapi.json (OpenAPI 3.1) and /docs, made of the signatures of the models that serve. The page needs nothing from anywhere else."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Iterable, Mapping
from typing import Any

from mlspec.deploy.server.http import HTML, Answer
from mlspec.deploy.server.model import PREDICT, PROBABILITIES, ServedModel
from mlspec.deploy.server.response import class_datatype
from mlspec.deploy.server.tensors import ACCEPTED, DATATYPES
from mlspec.diagnostics.words import some
from mlspec.metrics.tasks import TASKS

_JSON_TYPES = {"integer": "integer", "number": "number", "boolean": "boolean"}
_FORMATS = {"date": "date", "timestamp": "date-time"}
_OUTPUTS = {"FP64": "number", "INT64": "integer", "BOOL": "boolean", "BYTES": "string"}
_SHOWN = 12
"""Categories that the page names of each feature."""


def describe(models: Iterable[ServedModel]) -> dict[str, Any]:
    """The OpenAPI description of a server."""
    from mlspec import __version__

    paths: dict[str, Any] = {
        "/v2/health/live": {"get": _operation("live", "Whether the server lives", {"type": "object"})},
        "/v2/health/ready": {"get": _operation("ready", "Whether the server answers", {"type": "object"})},
    }
    schemas: dict[str, Any] = {"Error": {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}}
    for model in models:
        paths |= _paths(model)
        schemas |= _schemas(model)
    info = {"title": "mlspec", "version": __version__, "description": "Open Inference Protocol v2, and TensorFlow Serving's row format."}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}


def _paths(model: ServedModel) -> dict[str, Any]:
    name = model.name
    infer = _operation(f"infer-{name}", f"Predictions of {name} {model.version}, by columns", _ref(name, "Answer"))
    predict = _operation(f"predict-{name}", f"Predictions of {name} {model.version}, by rows", _ref(name, "Predictions"))
    return {
        f"/v2/models/{name}": {"get": _operation(f"metadata-{name}", f"Inputs, outputs, version and digest of {name}", {"type": "object"})},
        f"/v2/models/{name}/infer": {"post": {**infer, "requestBody": _body(_ref(name, "Tensors"), _tensors_example(model))}},
        f"/v1/models/{name}:predict": {"post": {**predict, "requestBody": _body(_ref(name, "Rows"), {"instances": _examples(model)})}},
    }


def _operation(identity: str, summary: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    wrong = {"description": "What is wrong, and what to send instead", "content": _content({"$ref": "#/components/schemas/Error"})}
    answers = {"200": {"description": "The answer", "content": _content(schema)}, "4XX": wrong, "5XX": wrong}
    return {"operationId": identity, "summary": summary, "responses": answers}


def _content(schema: Mapping[str, Any], example: Any = None) -> dict[str, Any]:
    return {"application/json": {"schema": schema, **({} if example is None else {"example": example})}}


def _body(schema: Mapping[str, Any], example: Any) -> dict[str, Any]:
    return {"required": True, "content": _content(schema, example)}


def _ref(name: str, what: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}.{what}"}


def _schemas(model: ServedModel) -> dict[str, Any]:
    """`NAME.Row`, what it is sent in, and what comes back."""
    name, categories = model.name, model.categories
    values = {f.name: _value(f.type, categories.get(f.name, ())) for f in model.signature.features}
    key = [f for f in model.lookup.features() if f.name not in values] if model.lookup else []
    sent = values | {f.name: _value(f.type, ()) | {"description": f"Of {_by_key(model)}"} for f in key}
    tensors = [_tensor(f.name, list(ACCEPTED[f.type]), sent[f.name]) for f in (*model.signature.features, *key)]
    row = {"type": "object", "properties": sent, "additionalProperties": False, **_required(model, list(values))}
    least = min(len(values), len(model.lookup.key)) if model.lookup else len(values)
    return {
        f"{name}.Row": row,
        f"{name}.Rows": _object({"instances": {"type": "array", "items": _ref(name, "Row"), "minItems": 1}}),
        f"{name}.Tensors": _object({"inputs": {"type": "array", "items": {"anyOf": tensors}, "minItems": least}}),
        f"{name}.Answer": _object({"model_name": {"const": name}, "outputs": {"type": "array", "items": {"type": "object"}}}),
        f"{name}.Predictions": _object({"predictions": {"type": "array", "items": _prediction(model)}}),
    }


def _required(model: ServedModel, features: list[str]) -> dict[str, Any]:
    """All features, or the key by which those are read that are left out."""
    return {"anyOf": [{"required": features}, {"required": list(model.lookup.key)}]} if model.lookup else {"required": features}


def _by_key(model: ServedModel) -> str:
    """What stands for features that a request leaves out; empty where nothing does."""
    return model.lookup.hint if model.lookup else ""


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _value(kind: str, categories: tuple[Any, ...]) -> dict[str, Any]:
    """Null stands for missing. Categories are told, and no `enum`: a value that training had not seen is answered, too."""
    found: dict[str, Any] = {"type": [_JSON_TYPES.get(kind, "string"), "null"]}
    if kind in _FORMATS:
        found["format"] = _FORMATS[kind]
    if categories:
        found["description"], found["examples"] = f"Seen in training: {_listed(categories)}", list(categories[:_SHOWN])
    return found


def _tensor(name: str, datatypes: list[str], value: Mapping[str, Any]) -> dict[str, Any]:
    shape = {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 1, "maxItems": 2}
    data = {"type": "array", "items": value}
    return _object({"name": {"const": name}, "datatype": {"enum": datatypes}, "shape": shape, "data": data})


def _prediction(model: ServedModel) -> dict[str, Any]:
    value: dict[str, Any] = {"type": _OUTPUTS[class_datatype(model.signature)]}
    if model.signature.classes is not None:
        value["enum"] = list(model.signature.classes)
    if TASKS[model.signature.task].is_labels:
        value = {"type": "array", "items": value, "uniqueItems": True}
    if levels := model.signature.levels:
        value = {
            "type": "array",
            "items": value,
            "minItems": len(levels),
            "maxItems": len(levels),
            "description": f"Quantiles: {some(levels, 9)}",
        }
    if PROBABILITIES not in model.outputs:
        return value
    return _object({PREDICT: value, PROBABILITIES: {"type": "array", "items": {"type": "number"}}})


def _examples(model: ServedModel) -> list[Any]:
    """A row as it stands in the model's own smoke rows; none of values where there are none."""
    rows = model.loaded.smoke.get("inputs") or [{}]
    return [{name: rows[0].get(name) for name in model.signature.names}]


def _tensors_example(model: ServedModel) -> dict[str, Any]:
    (row,) = _examples(model)
    found = [{"name": f.name, "datatype": DATATYPES[f.type], "shape": [1], "data": [row[f.name]]} for f in model.signature.features]
    return {"inputs": found}


def _listed(categories: tuple[Any, ...]) -> str:
    return some(categories, _SHOWN)


_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ccc }
pre { background: #f4f4f4; padding: .8rem; overflow-x: auto } code { font-family: ui-monospace, monospace }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #161616 } pre { background: #262626 } a { color: #8cf } }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def docs_page(models: Iterable[ServedModel]) -> Answer:
    """A page for people: no script, no asset, nothing fetched."""
    body = "".join(_section(model) for model in models) or "<p>No model serves yet.</p>"
    title = "<title>Models</title><meta name='viewport' content='width=device-width'>"
    head = f"<!doctype html><html lang='en'><meta charset='utf-8'>{title}<style>{_STYLE}</style>"
    intro = "<h1>Models</h1><p>For programs: <a href='openapi.json'>openapi.json</a> (OpenAPI 3.1).</p>"
    return Answer(f"{head}{intro}{body}</html>".encode(errors="replace"), media_type=HTML, headers=_HEADERS)


def _section(model: ServedModel) -> str:
    categories = model.categories
    rows = "".join(_feature(f.name, f.type, categories.get(f.name, ())) for f in model.signature.features)
    target = model.signature.predicted
    of = f" of <code>{_safe(target)}</code>" if target else ""
    facts = f"{model.version}, {model.signature.task}{of}, <code>{model.digest}</code>"
    table = f"<table><tr><th>feature<th>type<th>datatypes<th>seen in training</tr>{rows}</table>"
    columns = _call(f"/v2/models/{model.name}/infer", _tensors_example(model))
    by_rows = _call(f"/v1/models/{model.name}:predict", {"instances": _examples(model)})
    return f"<h2 id='{model.name}'>{model.name}</h2><p>{facts}</p>{table}{_key_section(model)}{columns}{by_rows}"


def _key_section(model: ServedModel) -> str:
    if not model.lookup:
        return ""
    key = ", ".join(f"<code>{_safe(name)}</code> ({type_})" for name, type_ in model.lookup.key.items())
    name = _safe(model.lookup.settings.name)
    return f"<p>Features that a request leaves out are read from <code>features/{name}</code> by its key: {key}.</p>"


def _feature(name: str, kind: str, categories: tuple[Any, ...]) -> str:
    datatypes = ", ".join(ACCEPTED[kind])
    return f"<tr><td><code>{_safe(name)}</code><td>{kind}<td>{datatypes}<td>{_safe(_listed(categories))}</tr>"


def _call(path: str, body: Any) -> str:
    return f"<h3>POST {path}</h3><pre><code>{_safe(json.dumps(body, indent=1, ensure_ascii=False))}</code></pre>"


def _safe(text: str) -> str:
    return html.escape(text)
