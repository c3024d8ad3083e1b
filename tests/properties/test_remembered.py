"""With a memory, `validate`, `plan` and an idle `run` say what they say without one, whatever was edited, added, removed, applied or run in between."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import remembered
from support.remembered import VARIANTS

from mlspec.compiler.memory import versions

EDITS = st.sampled_from([(path, text) for path in sorted(VARIANTS) for text in (None, *VARIANTS[path])])
SPEC_EDITS = st.sampled_from([(path, text) for path in sorted(VARIANTS) if path.startswith("specs/") for text in VARIANTS[path]])
STEPS = st.one_of(SPEC_EDITS, SPEC_EDITS, EDITS, st.sampled_from([("apply", None), ("run", None)]))


@pytest.fixture(autouse=True)
def one_program(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """mlspec's code stays as it is meanwhile: it need not be hashed at each step."""
    with monkeypatch.context() as patch:
        patch.setattr(versions, "program", lambda: "this one")
        yield


def _take(root: Path, step: tuple[str, str | None]) -> None:
    if step[0] == "apply":
        remembered.applied(root)
    elif step[0] == "run":
        remembered.ran(root, whole=True)
    else:
        remembered.put(root, *step)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=3, max_size=8))
def test_what_is_remembered_is_what_is_found_cold(steps: list[tuple[str, str | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = remembered.start(Path(folder).resolve())
        for step in [("apply", None), *steps]:
            _take(root, step)
            for ask in (remembered.checks, remembered.plans):
                known, cold = ask(root)
                assert known == cold, step
                again, _ = ask(root)
                assert again == cold, f"again after {step}"
            idle, cold_idle = remembered.idle(root)
            assert idle in (None, cold_idle), f"run after {step}"
