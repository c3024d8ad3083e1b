"""Which models may not be trained yet: `ci.retrain.cooldown` and `maxPerMonth`, judged by the history of Git alone.

A model was trained when its `dvc.lock` came to say something new on the main branch, or on the branch of the standing retrain proposal:
what waits for a review was paid for, too. The same content counts once, from when it first stood there, however it was merged.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from mlspec.adapters.git.log import walk
from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.layout import MODELS
from mlspec.diagnostics import problem
from mlspec.diagnostics.words import DAY, ago, duration, often
from mlspec.language.kinds.project import Retraining
from mlspec.pipelines.workspace import Workspace

RETRAIN_BRANCH = "mlspec/retrain"
MONTH_DAYS = 30


def held(workspace: Workspace, refs: Iterable[str], *, force: bool = False, now: datetime | None = None) -> dict[str, str]:
    """{ref: why it may not be trained yet} of the models among `refs`; nothing else is ever held. `force` sets the cooldown aside.

    The monthly budget holds also then: it is raised in mlspec.yaml, where a reviewer sees it. Raises MLS0520 for a shallow clone, and
    MLS0951 where there is no Git, in both cases only if the project has a cooldown or a budget.
    """
    rules = workspace.settings.ci.retrain
    cooldown = 0.0 if force else rules.cooldown
    models = {ref: ref.removeprefix("model/") for ref in refs if ref.startswith("model/")}
    if not models or (not cooldown and rules.max_per_month is None):
        return {}
    moment = (now or datetime.now(UTC)).timestamp()
    trained = _trainings(workspace, moment - max(cooldown, MONTH_DAYS * DAY))
    found = {ref: _why(trained.get(model, []), moment, cooldown, rules) for ref, model in models.items()}
    return {ref: why for ref, why in found.items() if why}


def _why(times: list[float], now: float, cooldown: float, rules: Retraining) -> str:
    age = now - max(times, default=float("-inf"))
    if age < cooldown:
        return f"trained {ago(age)}; cooldown {duration(cooldown)}"
    recent = sum(now - t < MONTH_DAYS * DAY for t in times)
    if rules.max_per_month is not None and recent >= rules.max_per_month:
        return f"trained {often(recent)} in the last {MONTH_DAYS} days; maxPerMonth {rules.max_per_month}"
    return ""


def _trainings(workspace: Workspace, since: float) -> dict[str, list[float]]:
    """{model: seconds since 1970 of each change of its lock}, from one walk over the history for all models."""
    repository = workspace.repository
    if repository.is_shallow():
        message = "this is a shallow clone: it does not show when models were trained, and `ci.retrain` sets a cooldown or a budget"
        raise problem("MLS0520", message, help="`git fetch --unshallow`; in GitHub Actions, `fetch-depth: 0` at the checkout")
    tips = _tips(repository, workspace.settings.ci.branch)
    if not tips:
        return {}
    first: dict[tuple[str, str], float] = {}
    for change in walk(repository, tips, [MODELS], since=int(since)):
        folder, _, name = change.path.rpartition("/")
        if name == "dvc.lock" and change.new:
            key = (folder.removeprefix(f"{MODELS}/"), change.new)
            first[key] = min(first.get(key, float("inf")), float(change.step.when))
    found: dict[str, list[float]] = {}
    for (model, _), when in first.items():
        found.setdefault(model, []).append(when)
    return found


def _tips(repository: Repository, branch: str) -> list[str]:
    """The main branch as the remote has it (else here, else HEAD), and the retrain proposal's branch."""
    main = (f"refs/remotes/origin/{branch}", f"refs/heads/{branch}", "HEAD")
    proposed = (f"refs/remotes/origin/{RETRAIN_BRANCH}",)
    return [found for names in (main, proposed) if (found := next((c for c in map(repository.find, names) if c), None))]
