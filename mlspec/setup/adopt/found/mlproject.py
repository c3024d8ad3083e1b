"""An MLproject of MLflow: its entry points as stages, their parameters with their defaults put in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Problems, Span, has_errors, problem
from mlspec.language.yaml.load import load_documents
from mlspec.setup.adopt.code.source import read_text
from mlspec.setup.adopt.facts import Fact, Place
from mlspec.setup.adopt.found.stages import Stage, split

_FIELD = re.compile(r"\{(\w+)\}")


def load_entries(root: Path, path: str) -> tuple[list[Stage], list[Fact]]:
    """Raises MLS0550, MLS01xx, MLS0553 for what is no MLproject."""
    documents, found = load_documents(path, read_text(root, path))
    if has_errors(found):
        raise Problems(found)
    form: Any = documents[0].value if documents else None
    form = form if isinstance(form, dict) else {}
    entries = form.get("entry_points")
    if not isinstance(entries, dict) or not entries:
        raise problem("MLS0553", f"`{path}` has no entry points", span=Span(path), help="they stand under `entry_points`")
    stages = []
    for name, body in entries.items():
        span = documents[0].span(("entry_points", name), key=True)
        if not isinstance(body, dict) or not isinstance(body.get("command"), str):
            raise problem("MLS0553", f"the entry point `{name}` has no command", span=span, help='write `command: "python train.py"`')
        place = Place(path, documents[0].span(("entry_points", name, "command")).line)
        text, lacking = _filled(body["command"], body.get("parameters") or {})
        words, why = split(text) if not lacking else (None, f"the parameter `{lacking}`, which has no default")
        stages.append(Stage(str(name), place, text, words, why))
    facts = []
    for key in ("conda_env", "python_env", "docker_env"):
        if key in form:
            line = documents[0].span((key,)).line
            facts.append(
                Fact(
                    "project",
                    "requirements",
                    str(form[key]),
                    Place(path, line),
                    "guess",
                    f"its `{key}`: write the versions into requirements.lock",
                )
            )
    return stages, facts


def _filled(command: str, parameters: Any) -> tuple[str, str]:
    """The command with the defaults put in, and the first parameter that has none."""
    lacking = ""

    def value(match: re.Match[str]) -> str:
        nonlocal lacking
        given = parameters.get(match[1]) if isinstance(parameters, dict) else None
        default = given.get("default") if isinstance(given, dict) else None
        if default is None:
            lacking = lacking or match[1]
        return str(default)

    return _FIELD.sub(value, command), lacking
