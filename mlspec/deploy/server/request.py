"""The body of an inference request -> columns of the model's features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mlspec.deploy.server.by_key import Lookup
from mlspec.deploy.server.errors import RequestError
from mlspec.deploy.server.json_body import check_echo
from mlspec.deploy.server.tensors import column
from mlspec.diagnostics import did_you_mean
from mlspec.runtime.signature import Signature


@dataclass(frozen=True, slots=True)
class Frame:
    """What a request says beside its rows: the outputs asked for, and what is echoed."""

    outputs: tuple[str, ...]
    id: str | None
    parameters: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Inference:
    """A checked request: equally long columns in the signature's order, and its frame."""

    columns: Mapping[str, list[Any]]
    frame: Frame

    @property
    def rows(self) -> int:
        return len(next(iter(self.columns.values())))


def check_request(value: Any, signature: Signature, outputs: tuple[str, ...], lookup: Lookup | None = None) -> Inference:
    """Check a request's decoded body. `outputs`: the names the model can answer, all of them the default. Raises RequestError.

    `lookup`: by which features are found that are left out, where the key is given. What is given counts, also a null.
    """
    raw = _object(value, "the body")
    tensors = _tensors(raw.get("inputs"), signature, lookup)
    columns = {f.name: column(tensors[f.name], f) for f in signature.taken if f.name in tensors}
    if lookup is None or columns.keys() >= set(signature.names):
        _check_lengths(columns)
        return Inference(columns, read_frame(raw, outputs))
    keys = {f.name: column(tensors[f.name], f, is_key=True) for f in lookup.features()}
    _check_lengths({**columns, **keys})
    return _looked_up(Inference(columns, read_frame(raw, outputs)), keys, signature, lookup)


def _looked_up(given: Inference, keys: Mapping[str, list[Any]], signature: Signature, lookup: Lookup) -> Inference:
    rows = range(len(next(iter(keys.values()))))
    found = lookup.find(keys, [name for name in signature.names if name not in given.columns], rows)
    columns = {name: given.columns[name] if name in given.columns else found.columns[name] for name in signature.names}
    columns |= {f.name: given.columns[f.name] for f in signature.taken if f.name in given.columns}
    parameters = {**(given.frame.parameters or {}), **lookup.told(found, rows)}
    return Inference(columns, replace(given.frame, parameters=parameters))


def read_frame(raw: Mapping[str, Any], outputs: tuple[str, ...]) -> Frame:
    """Check all but the inputs. Raises RequestError."""
    return Frame(_outputs(raw.get("outputs"), outputs), _id(raw), _parameters(raw.get("parameters")))


def _object(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise RequestError(f"{what} must be a JSON object")
    return value


def _tensors(inputs: Any, signature: Signature, lookup: Lookup | None) -> dict[str, Mapping[str, Any]]:
    if not isinstance(inputs, list) or not inputs:
        raise RequestError("`inputs` must be a list with one tensor a feature: " + ", ".join(f"`{n}`" for n in signature.names))
    found: dict[str, Mapping[str, Any]] = {}
    for index, tensor in enumerate(inputs):
        name = _object(tensor, f"inputs[{index}]").get("name")
        if not isinstance(name, str):
            raise RequestError(f"inputs[{index}] needs a `name`")
        if name in found:
            raise RequestError(f"input `{name}` is given twice")
        found[name] = tensor
    _check_names(found, signature, lookup)
    return found


def _check_names(found: Mapping[str, Any], signature: Signature, lookup: Lookup | None) -> None:
    missing = [n for n in signature.names if n not in found]
    known = {f.name for f in signature.taken}
    unknown = [n for n in found if n not in known and (lookup is None or n not in lookup.key)]
    if unknown:
        name = unknown[0][:80]
        raise RequestError(f"input `{name}` is no feature of this model; {did_you_mean(name, missing or signature.names)}")
    if missing and (lookup is None or not lookup.lacks(found, signature.names)):
        names = ", ".join(f"`{n}`" for n in missing)
        instead = f", or {lookup.hint}" if lookup else ""
        raise RequestError(
            f"missing input{'s' if len(missing) > 1 else ''} {names}: send one tensor for every feature (null for a missing value){instead}"
        )


def _check_lengths(columns: Mapping[str, list[Any]]) -> None:
    first, *rest = columns
    for name in rest:
        if len(columns[name]) != len(columns[first]):
            raise RequestError(
                f"input `{name}` has {len(columns[name])} rows and `{first}` has {len(columns[first])}: all inputs need as many"
            )


def _outputs(asked: Any, known: tuple[str, ...]) -> tuple[str, ...]:
    if asked is None or asked == []:
        return known
    if not isinstance(asked, list):
        raise RequestError("`outputs` must be a list of objects with a `name`")
    names = []
    for index, item in enumerate(asked):
        name = _object(item, f"outputs[{index}]").get("name")
        if name not in known:
            raise RequestError(f"this model has no output {str(name)[:80]!r}; {did_you_mean(str(name), known)}")
        names.append(str(name))
    return tuple(dict.fromkeys(names))


def _id(raw: Mapping[str, Any]) -> str | None:
    found = raw.get("id")
    if found is not None and not isinstance(found, str):
        raise RequestError("`id` must be a string")
    return found


def _parameters(found: Any) -> Mapping[str, Any] | None:
    """They are echoed: what can't be written as JSON is refused here, and not found out when all is done."""
    if found is None:
        return None
    check_echo(found, "`parameters`")
    return _object(found, "`parameters`")
