"""What a server is told of reading a model's features by key: whose rows, where they stand, and what their columns are."""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.project import Bound
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
