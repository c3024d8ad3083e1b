"""What GitHub offers to this repository: by who may see it, and by what its owner pays for.

docs.github.com, "Who can use this feature?" of rulesets, protected branches, code owners, environments and merge queues.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mlspec.adapters.github.settings import Settings
from mlspec.setup.doctor.finding import Verdict, limited
from mlspec.setup.doctor.github.server import host

RULES = frozenset({"pro", "team", "enterprise"})
"""Plans with rulesets, protected branches, code owners, environments and their secrets in a private repository."""
REVIEWERS = frozenset({"enterprise"})
"""Plans with reviewers of an environment, and wait timers, in a private repository."""
_NAMES = {"free": "free", "pro": "pro", "team": "team", "enterprise": "enterprise", "business": "enterprise", "business_plus": "enterprise"}
"""As the API calls them. Other names (of plans that are no longer sold) tell nothing."""
_OF_PEOPLE, _OF_ORGANIZATIONS = frozenset({"free", "pro"}), frozenset({"free", "team", "enterprise"})


@dataclass(frozen=True)
class Plan:
    """The plans that the owner may have, as far as this token is told. No slots: each is read once."""

    settings: Settings
    are_rules_refused: Callable[[], bool]
    """Who is not told the plan may still be told that it has no rules: of those that are sold, only Free has none."""

    @cached_property
    def repository(self) -> dict[str, Any]:
        return self.settings.repository()[0]

    @cached_property
    def possible(self) -> frozenset[str]:
        """Only a private repository depends on the plan. `*.ghe.com` and enterprise servers are sold with Enterprise alone."""
        if self.repository.get("visibility") == "internal" or host() != "github.com":
            return frozenset({"enterprise"})
        name = _NAMES.get((self.settings.owner_plan() or "").lower())
        if name is not None:
            return frozenset({name})
        if not self.is_public and self.are_rules_refused():
            return frozenset({"free"})
        return _OF_PEOPLE if (self.repository.get("owner") or {}).get("type") == "User" else _OF_ORGANIZATIONS

    @property
    def is_public(self) -> bool:
        return self.repository.get("private") is False

    def offers(self, plans: frozenset[str]) -> bool | None:
        """Whether one of these plans is the owner's; None where that can't be told."""
        if self.is_public or self.possible <= plans:
            return True
        return None if self.possible & plans else False

    def told(self) -> str:
        """The plan in words."""
        return f"GitHub {' or '.join(p.title() for p in sorted(self.possible))}, private repository"

    def without(self, what: str, instead: str) -> Verdict:
        """`what` is not offered, and `instead` protects."""
        return limited(f"{what}: not offered by your plan ({self.told()})", instead)


def needs_enterprise(plan: Plan) -> str:
    """What is said where nobody tells this token the plan."""
    return f"GitHub does not tell this token the plan of {plan.settings.owner}: a private repository has reviewers with Enterprise alone"
