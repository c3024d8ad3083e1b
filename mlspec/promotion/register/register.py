"""`mlspec register`: give a trained model a version and a registry record, without putting it anywhere.

The record is proposed like a promotion: a branch with one new file, and a pull request. The working tree is not touched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from mlspec.diagnostics import problem
from mlspec.gates.candidate import from_workspace
from mlspec.gates.measured import metrics_of
from mlspec.gates.overview import MetricRow
from mlspec.pipelines.workspace import Workspace
from mlspec.promotion.artifacts import push_artifacts
from mlspec.promotion.ground import Ground, stand_on
from mlspec.promotion.new_record import new_entry
from mlspec.promotion.place import check_version, model_name, require_own_version
from mlspec.promotion.preflight import require_trained
from mlspec.promotion.proposals.proposal import Proposal
from mlspec.promotion.proposals.publish import Published, publish
from mlspec.promotion.proposals.standing import Terms
from mlspec.promotion.register.body import record_body
from mlspec.promotion.register.from_tag import require_same_model
from mlspec.registry import entries as registry
from mlspec.registry.entries import Bump, Entry
from mlspec.registry.tags.versions import tagged_versions


@dataclass(frozen=True, slots=True)
class RegisterRequest:
    """What the user asked for. `version` None: the next free one. `tag`: a GTO tag such as `demand@v1.0.0`, that names the version."""

    model: str
    version: str | None = None
    bump: Bump = "minor"
    tag: str | None = None
    remote: str = "origin"
    base: str | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Registered:
    """The outcome. `proposal` is None where these bytes have a record already; `published` too for a dry run."""

    model: str
    version: str
    metrics: tuple[MetricRow, ...] = ()
    proposal: Proposal | None = None
    published: Published | None = None

    def __repr__(self) -> str:
        done = "it has that version already" if self.proposal is None else self.published.where if self.published else "not pushed"
        return f"<Registered model/{self.model} as {self.version}: {done}>"


def register(workspace: Workspace, request: RegisterRequest, say: Callable[[str], None], now: datetime | None = None) -> Registered:
    """Propose the record of the model trained here. Needs no KPIs: no gate judges it; `mlspec promote --version` does that later.

    Raises `Problems`: MLS095x (Git), MLS0503 and MLS0707 (not current), MLS0714 (never trained), MLS0708 (the version is taken),
    MLS0723 and MLS0724 (the tag), MLS0765 (no version).
    """
    model = model_name(workspace.project, request.model)  # what was typed is looked at before what Git has
    check_version(request.version)
    ground = stand_on(workspace, request.remote, request.base, offline=request.dry_run)
    require_trained(workspace, model)
    candidate = from_workspace(workspace, model)
    wanted = require_same_model(ground.repository, request.tag, candidate) if request.tag else request.version
    known = registry.find_digest(ground.files, model, candidate.digest)
    if known is not None:
        return _known(known, model, wanted)
    version = _free_version(ground, model, wanted, request)
    say(f"measuring model/{model} {version} on its test rows …")
    metrics, moment = metrics_of(workspace.root, workspace.graph, workspace.project, candidate), now or datetime.now(UTC)
    entry = new_entry(ground, candidate, version, metrics, moment)
    proposal = _proposal(ground, entry, record_body(entry, metrics, ground.branch, request.tag))
    if request.dry_run:
        return Registered(model, version, metrics, proposal)
    push_artifacts(workspace, candidate, say)
    published = publish(ground.upstream(), proposal, Terms(workspace.graph.results, moment))
    return Registered(model, version, metrics, proposal, published)


def _proposal(ground: Ground, entry: Entry, body: str) -> Proposal:
    """One record, on a branch of its own."""
    model, version = entry.record.model, entry.record.version
    branch, title, said = f"mlspec/register/{model}/{version}", f"Register {model} {version}", f"Model: {entry.record.digest}\n"
    on, files = (ground.branch, ground.commit), {entry.path: entry.content}
    return Proposal.make("registration", f"model/{model}", branch, on, title, body, files, said)


def _known(entry: Entry, model: str, wanted: str | None) -> Registered:
    require_own_version(entry, wanted)
    return Registered(model, entry.record.version)


def _free_version(ground: Ground, model: str, wanted: str | None, request: RegisterRequest) -> str:
    """The version asked for, if it is free; else the next one that neither a record nor a tag has."""
    tags = tagged_versions(ground.repository, model)
    if wanted is None:
        return registry.next_version(ground.files, model, request.bump, tags)
    if registry.record_path(model, wanted) in ground.files:
        raise problem(
            "MLS0708", f"{wanted} of model/{model} is another model's bytes already", help="leave --version out for the next free one"
        )
    if wanted in tags and request.tag is None:
        help_text = f"`mlspec register model/{model} --from-tag {model}@{wanted}`, or another version"
        raise problem("MLS0708", f"the tag {model}@{wanted} names this version already", help=help_text)
    return wanted
