"""The root's `dvc.yaml` where a person wrote one: it stays as it is, and they are told what DVC needs there to find the models."""

from __future__ import annotations

import json
from typing import Any

from mlspec.diagnostics.words import and_more
from mlspec.language.yaml.load import load_documents

_SHOWN = 3


def lacking_artifacts(text: str, current: bytes) -> str | None:
    """What to add to `current` so that it names the models as `text`, which would be generated, does; None where it names all of them."""
    wanted, found = _artifacts(text.encode()), _artifacts(current)
    lacking = {n: a for n, a in wanted.items() if not isinstance(found.get(n), dict) or found[n].get("path") != a["path"]}
    if not lacking:
        return None
    shown = {name: {"path": lacking[name]["path"], "type": "model"} for name in sorted(lacking)[:_SHOWN]}
    more = and_more(len(lacking), _SHOWN)
    lines = json.dumps(shown, ensure_ascii=False).replace('"', "")
    return f"hand-written; left alone. For `dvc artifacts get` add to it: artifacts: {lines}{more}"


def _artifacts(content: bytes) -> dict[str, Any]:
    documents, _ = load_documents("dvc.yaml", content)
    form = documents[0].value if documents else None
    found = form.get("artifacts") if isinstance(form, dict) else None
    return found if isinstance(found, dict) else {}
