"""No workflow is longer than GitHub reads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.workflow_projects import chain, rendered

from mlspec.diagnostics import Problems
from mlspec.pipelines.generate.github_actions.render import MOST_BYTES
from mlspec.registry.claims import VALID_FOR


def test_a_chain_of_sources_that_makes_a_workflow_too_long_is_refused_with_its_reason() -> None:
    with pytest.raises(Problems) as told:
        rendered(chain(220))
    [diagnostic] = told.value.diagnostics
    assert diagnostic.code == "MLS0516"
    assert "mlspec-ci.yml would have" in diagnostic.message
    assert "221 layers" in (diagnostic.help or "")
    assert max(len(text.encode()) for text in rendered(chain(60)).values()) < MOST_BYTES


def test_a_claim_ends_before_github_ends_a_deployment_that_waits() -> None:
    """GitHub fails a job that waits for its environment's reviewers for 30 days (docs: deployments and environments)."""
    assert timedelta(days=30) > VALID_FOR
