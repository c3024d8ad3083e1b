"""What a server is told of reading a model's features by key: whose rows, where they stand, and what their columns are."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from mlspec.compiler.project.project import Bound
from mlspec.deploy.server.fingerprint import is_address, of_address
from mlspec.language.kinds.deployment import Deployment
from mlspec.pipelines.materialize.places import place_of
from mlspec.pipelines.workspace import Workspace
from mlspec.registry.trained_features import UntoldError, trained_definition


def lookups(workspace: Workspace, deployment: Bound[Deployment]) -> dict[str, Any] | None:
    """For `server.by_key.Settings`; None for a model whose data is no set that is online. `why`: there can be no lookups, and why not.

    The rows are those of the definition that this version was trained on, whatever the set is by now: its key and columns are, too. How
    old they may be, and where they are kept, is as declared now.
    """
    spec, project = deployment.envelope.spec, workspace.project
    model = project.models.get(spec.model)
    data = project.data_of(model.envelope.spec.data) if model else None
    if data is None or data.envelope.kind != "FeatureSet" or data.envelope.spec.online is None:
        return None
    try:
        found = trained_definition(workspace, spec.model, str(spec.version), data.name)
    except UntoldError as error:
        return {"set": data.name, "why": str(error)}
    return {
        "set": data.name,
        "definition": found.digest,
        "key": {name: found.types[name] for name in found.entity},
        "types": dict(found.types),
        "maxAge": data.envelope.spec.online.max_age,
        "place": place_of(workspace.root, project, data, found.digest).to_json(),
    }


def marked(form: dict[str, Any] | None, before: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """With a fingerprint of the store's address, where a variable names it: `before`'s own, where that is of the same address.

    Who has not got the address here can't tell, and believes it.
    """
    address = _address(form)
    if form is None or address is None:
        return form
    known = _mark(before)
    if address and not (known and is_address(known, address)):
        known = of_address(address)
    return form | {"mark": known} if known else form


def knows_address(served: Iterable[Mapping[str, Any] | None], form: Mapping[str, Any] | None) -> bool:
    """Whether a process that serves these reads the store at the address of now: the one of its start is all that it knows."""
    address = _address(form)
    if not address or form is None:
        return True
    variable = form["place"]["variable"]
    return any(_address(one) is not None and one["place"]["variable"] == variable and _is_at(one, address) for one in served if one)


def _is_at(form: Mapping[str, Any], address: str) -> bool:
    known = _mark(form)
    return known is not None and is_address(known, address)


def _mark(form: Mapping[str, Any] | None) -> str | None:
    found = (form or {}).get("mark")
    return found if isinstance(found, str) else None


def _address(form: Mapping[str, Any] | None) -> str | None:
    """What the environment says here of the store's address, empty for nothing; None for a store without one."""
    variable = (form or {}).get("place", {}).get("variable")
    return None if variable is None else os.environ.get(variable, "").strip()
