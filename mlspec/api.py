"""What `import mlspec` offers beside values: `open` a project, and one method a verb. The command line is built on it.

Nothing here prints or exits: a user's mistake is raised as `Problems`, whose diagnostics have a code, a place and a way on. Nothing is kept
either: each method reads the project as it stands on the disk then, so that several threads, and several projects, can be at work at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.diagnostics import Diagnostic, extras, problem

if TYPE_CHECKING:  # each verb loads what it needs, and no more
    from mlspec.compiler.explain import Explanation
    from mlspec.compiler.lint import Wish
    from mlspec.compiler.pipeline import Compiled
    from mlspec.deploy.outcome import Outcome
    from mlspec.deploy.status.collect import Status
    from mlspec.gates.evidence import Judgement
    from mlspec.gates.workspace import Verdicts
    from mlspec.pipelines.plan.actions import Change, Plan
    from mlspec.pipelines.run.options import Executor, Standing
    from mlspec.pipelines.run.report import RunReport
    from mlspec.pipelines.verbs import Agree
    from mlspec.pipelines.workspace import Workspace
    from mlspec.promotion.promote import Promoted, PromoteRequest
    from mlspec.promotion.register.register import Registered, RegisterRequest
    from mlspec.promotion.rollback import RollbackRequest, RolledBack
    from mlspec.promotion.verify.agreed import Agreement, ApprovalsRequest
    from mlspec.promotion.verify.all_deployed import Verified
    from mlspec.promotion.verify.change import Checked
    from mlspec.registry.branch import Line
    from mlspec.registry.documents.pack import EvidencePack
    from mlspec.registry.history.at import Then
    from mlspec.registry.history.diff import Difference
    from mlspec.registry.history.lineage import Lineage
    from mlspec.registry.history.tell import History
    from mlspec.registry.tags.mark import Marked, TagRequest
    from mlspec.runtime.artifact import LoadedModel
    from mlspec.setup.doctor.finding import Finding
    from mlspec.setup.fixing import Fixes
    from mlspec.setup.gc.gc import Collected, GcRequest


def _ignore(told: object) -> None:
    """Nobody listens."""
    del told


def _warm() -> None:
    from mlspec.gates.scoring.helper import warm

    warm()


def open(  # noqa: A001 - as `mlspec.open`, beside `gzip.open` and `webbrowser.open`
    path: str | PathLike[str] = ".",
    *,
    progress: Callable[[str], object] = _ignore,
    on_warnings: Callable[[Sequence[Diagnostic]], object] = _ignore,
) -> OpenProject:
    """Find the project that `path` lies in: the nearest folder, from there upwards, with an `mlspec.yaml`. Nothing is compiled yet.

    `progress` gets a line now and then of what is being done (`print` will do); `on_warnings` what the compiler has to say of specs that
    are sound. Raises `Problems`: MLS0002 where there is no project.
    """
    from mlspec.language.yaml.spec_files import find_root

    start = Path(path).resolve()
    root = find_root(start)
    if root is None:
        where = "in this folder" if Path(path) == Path() else f"in {start}"
        raise problem("MLS0002", f"there is no mlspec.yaml {where} or above it", help="`mlspec init` starts a project here")
    return OpenProject(root, progress, on_warnings)


def init(
    path: str | PathLike[str] = ".",
    *,
    name: str | None = None,
    data: str | None = None,
    target: str | None = None,
    task: str | None = None,
    progress: Callable[[str], object] = _ignore,
) -> OpenProject:
    """Start a project in a folder (made where it is not there), and open it: its name is the folder's where none is given.

    With `data` (a file of rows in it, like csv or xlsx) and `target` (the column to predict), specs that run at once; `task`: regression,
    binary or multiclass, else told from the target. `progress` gets what was written, and what was decided of the data with the reason.
    Raises `Problems`: MLS0107 for what is no name, MLS0506 where a project is already, MLS06xx for data that can't be read.
    """
    from mlspec.setup.init.start import start_project

    root = Path(path).resolve()
    root.mkdir(parents=True, exist_ok=True)
    started = start_project(root, name, data, target, task)
    for line in started.told():
        progress(line)
    return OpenProject(root, progress)


@extras.diagnosed
@dataclass(frozen=True)
class OpenProject:
    """A project in its folder. `root` is absolute: the working directory plays no part, and may change.

    Methods that read the specs raise `Problems` with everything that is wrong with them; `validate` returns it instead. What the base
    installation has no libraries for raises MLS0008. An object is named as on the command line: `model/demand`,
    `deployment/staging/demand`.
    """

    root: Path
    progress: Callable[[str], object] = _ignore
    on_warnings: Callable[[Sequence[Diagnostic]], object] = _ignore

    def __repr__(self) -> str:
        return f"<mlspec project at {self.root}>"

    # --- specs

    def read(self) -> Workspace:
        """Compile the project as it stands now: `project` (its objects), `graph` (the stages), `plan`, `repository`.

        Raises `Problems` with every error of every spec.
        """
        workspace = self._again()
        self.on_warnings(workspace.warnings)
        return workspace

    def _again(self) -> Workspace:
        """The same, where the warnings were told already."""
        return self._opened(self._compiled())

    def _opened(self, compiled: Compiled) -> Workspace:
        from mlspec.pipelines.sign_in import sign_in_as
        from mlspec.pipelines.workspace import workspace_of

        workspace = workspace_of(compiled)
        sign_in_as(workspace.project)
        return workspace

    def _compiled(self, wish: Wish | None = None) -> Compiled:
        """Compile what is on the disk; with a wish, lint it. The command line, which does so once in its life, adds to it."""
        from mlspec.compiler.pipeline import compile_root

        return compile_root(self.root, wish=wish)

    def validate(self, *, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> Compiled:
        """Check every spec, and lint what is sound. `diagnostics` holds all problems, raised is none; `project` is None with errors.

        `select`, `ignore`: codes of lint rules (`MLS1001`; also `all`, `default`), in place of the project's and left out. Raises MLS0480
        for a rule that does not exist.
        """
        from mlspec.compiler.lint.choose import wish

        compiled = self._compiled(wish(select, ignore))
        if not compiled.diagnostics:
            return compiled
        from mlspec.language.format.propose import with_fixes
        from mlspec.language.yaml.spec_files import find_specs

        return replace(compiled, diagnostics=tuple(with_fixes(compiled.diagnostics, find_specs(self.root)[0])))

    def fix(self, *, write: bool = True, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> Fixes:
        """Write what is clearly meant where a mistake leaves no doubt; tell what remains. Without `write` nothing is changed.

        Raises MLS0480 as `validate` does, MLS0151 for a file that can't be written.
        """
        from mlspec.compiler.lint.choose import wish
        from mlspec.setup.fixing import fix_project

        return fix_project(self.root, wish(select, ignore), write=write)

    def explain(self, ref: str, environment: str | None = None) -> Explanation:
        """The object of that name (`model/demand`, `project`), as it is in an environment, with where each value comes from.

        Raises MLS0003, MLS0407.
        """
        from mlspec.compiler.explain import Explanation, find_object

        return Explanation(find_object(self.read().project, ref, environment))

    # --- training

    def plan(self) -> Plan:
        """Which files would change and which stages would run, and why. Changes nothing and needs no data.

        Raises MLS0507 when a ModelSet lost more of its models than its guard allows, MLS0540 for a project that was ejected.
        """
        return self.read().plan

    def check(self) -> None:
        """Raise MLS0503 when generated files are out of date (for CI), and what `plan` raises."""
        from mlspec.pipelines.plan.refusals import require_current_files

        require_current_files(self._again().files)

    def apply(self, *, prune: bool = False, agree: Agree | None = None) -> Plan:
        """Write the DVC pipelines and workflows that the specs declare; rewrite nothing that did not change. Returns what was done.

        Before more than a handful of files are deleted that nothing declares any more, `agree` is asked with their paths; without it, and
        without `prune`, MLS0510 is raised. Raises what `plan` raises, MLS0501 for a file in the way, MLS0502 while another mlspec writes,
        MLS0512 for an ignore rule that hides a pipeline. When it raises, nothing was written.
        """
        from mlspec.pipelines.verbs import apply_specs, nobody_agrees

        answer: Agree = (lambda _: True) if prune else agree or nobody_agrees
        return apply_specs(self.root, self.read, self._again, self.on_warnings, answer)

    def run(
        self,
        *objects: str,
        force: bool = False,
        pull: bool = False,
        keep_going: bool = False,
        local: bool = False,
        jobs: int | None = None,
        executor: Executor = "warm",
        on_standing: Callable[[Standing], None] | None = None,
    ) -> RunReport:
        """Run what is stale, with DVC: the objects named and what they need, else all. It waits for another run of the project to end.

        `force`: also what is up to date; `pull`: fetch missing data from the remote instead of recomputing it; `keep_going`: after a
        failure go on with what does not need it, and raise at the end; `jobs`: so many stages side by side (None: as many as processors);
        `executor`: `dvc` runs `dvc repro`, an object after the other; `on_standing` is told how the run stands;
        `local`: here, whatever `engine` says. Raises MLS0003, MLS0503
        where `apply` comes first, MLS0504 for an input that is not there, MLS0505 for a stage that failed, MLS0511 without Git, MLS0517 for
        an input that changed meanwhile.
        """
        from mlspec.pipelines.run.options import RunOptions
        from mlspec.pipelines.verbs import run_objects

        options = RunOptions(force, pull, keep_going=keep_going, jobs=jobs, executor=executor, on_standing=on_standing)
        return run_objects(self.read(), objects, options, self._say, local=local)

    def evaluation(self, model: str) -> dict[str, Any] | None:
        """What was measured of a model when it was last trained: its `evaluation.json`; None before. Raises MLS0003."""
        from mlspec.pipelines.run.summary import read_evaluation
        from mlspec.promotion.place import model_name

        return read_evaluation(self.root, model_name(self.read().project, model))

    def load_model(self, model: str, version: str | None = None) -> LoadedModel:
        """Load a model into this process: a `version` of the registry, else as it was trained here. No byte is unpickled unverified.

        The bytes come by content, from DVC's cache or remote, and are compared with the registry record or with `dvc.lock`. To unpickle is
        to run the model's code; the project's root is put on `sys.path` for it. Raises MLS0003, MLS0714 for a model that was never trained
        here, MLS0715 for a version without a record, MLS0660 for other bytes, MLS0662 when it won't load, MLS0971 when nobody has it.
        """
        from mlspec.gates.load import load_trained, load_version
        from mlspec.promotion.place import model_name

        workspace = self.read()
        name = model_name(workspace.project, model)
        return load_trained(workspace, name) if version is None else load_version(workspace, name, version)

    def gate(self, *models: str, environment: str | None = None, closer: bool = False) -> Verdicts:
        """Judge the KPIs of models as they were trained here (of all that have some when none is named) against baseline and champion.

        `environment`: as a promotion to it would, by its overlays, champion and waivers. A verdict is a value, also one that refuses.
        `closer`: look at the answers and the features too, for the charts of `Verdicts.document`; up to a minute more a model.
        Raises MLS0003, MLS0407, MLS0705 without KPIs, MLS0714 for a model that was never trained here, MLS0716 to MLS0719 where a model
        gives no answer.
        """
        _warm()
        from mlspec.gates.workspace import judge_models, models_with_kpis
        from mlspec.promotion.place import model_name

        workspace = self.read()
        project = workspace.project
        names = [model_name(project, m) for m in models] if models else models_with_kpis(project)
        return judge_models(workspace, names, environment, closer=closer)

    def status(self, *objects: str, environment: str | None = None) -> Status:
        """Desired and observed state of the objects named, else of all; of an environment's deployments when one is named.

        Raises MLS0003 for an object of which there is nothing to tell, MLS0701 for an environment that is not declared.
        """
        from mlspec.deploy.status.collect import tell_status

        return tell_status(self.read(), objects, environment)

    # --- promotion and deployment

    def add_deployment(self, model: str, environment: str, *, target: str | None = None, name: str | None = None) -> list[str]:
        """Write the Deployment that a first promotion of the model needs, and a target where there is none; return the paths.

        Raises MLS0003, MLS0701, MLS0702 where no target can be told, MLS0501 for a file in the way.
        """
        from mlspec.setup.init.deployment import add_deployment

        workspace = self.read()
        return add_deployment(workspace, model.removeprefix("model/"), environment, target=target, name=name)

    def register(self, request: RegisterRequest) -> Registered:
        """Propose a registry record for the trained model: a version, put nowhere. Pushes a branch, and opens its pull request on GitHub.

        Raises MLS0003, MLS0707 for a model that is not current, MLS0708 for a version that is taken, MLS095x for Git's state.
        """
        _warm()
        from mlspec.promotion.register.register import register

        return register(self.read(), request, self._say)

    def promote(self, request: PromoteRequest, *, show: Callable[[Judgement], object] = _ignore, proposal: Path | None = None) -> Promoted:
        """Judge a model and propose it: a branch with a registry record, a claim and one edited file; its pull request on GitHub.

        `show` gets the judgement as soon as there is one, also one that refuses. `proposal`: write the proposal to that folder, for `mlspec
        ci propose`, instead of pushing it. Raises MLS0003, MLS070x for what may be promoted where, MLS0706 when the gates did not pass,
        MLS0709 for a checkout that is not what the base branch has, MLS0760 for a test set that decided too often, MLS095x for Git's state.
        """
        _warm()
        from mlspec.adapters.dvc.store import kept_open
        from mlspec.ci.propose import folder
        from mlspec.promotion.promote import promote

        asked = replace(request, leave=request.leave or proposal is not None)
        with kept_open():
            done = promote(self.read(), asked, show, self._say)
        folder.leave(done.proposal, None if asked.dry_run else proposal)
        return done

    def rollback(self, request: RollbackRequest, *, proposal: Path | None = None) -> RolledBack:
        """Propose the way back for a deployment, with a hold. `proposal`: as for `promote`.

        Raises MLS0003, MLS0712 when there is nothing to go back to, MLS0703 on hold, MLS095x for Git's state.
        """
        from mlspec.ci.propose import folder
        from mlspec.diagnostics import extras
        from mlspec.promotion.rollback import rollback

        extras.require()
        asked = replace(request, leave=request.leave or proposal is not None)
        done = rollback(self.read(), asked, self._say)
        folder.leave(done.proposal, None if asked.dry_run else proposal)
        return done

    def verify(self, *deployments: str, tags: bool = False) -> Verified:
        """Check that what is deployed (all, when none is named) is what was approved, down to the bytes. Refusals are values.

        `tags`: tell also which of Git's tags were moved. Where a Policy asks for approvals, GitHub is asked for them. Raises MLS0003.
        """
        from mlspec.promotion.verify.all_deployed import verify_all

        return verify_all(self.read(), deployments, tags=tags)

    def verify_change(self, base: str) -> Checked:
        """Check that what the checkout changes since `base` (a branch or commit) may be merged: all is recomputed, by the base's KPIs.

        Raises MLS095x where Git's state allows no answer: uncommitted work, a shallow clone, no such base.
        """
        from mlspec.promotion.verify.early import may_promote

        if may_promote(self.root, base):
            _warm()
        from mlspec.promotion.verify.change import check_change

        return check_change(self.read(), base)

    def approvals(self, request: ApprovalsRequest, *, set_status: bool = False) -> Agreement:
        """Check that the approvals are there which a change needs. Reviews are read from GitHub, and nothing of the change is believed.

        `set_status`: set the commit's status `mlspec/approvals`, too. Raises MLS0756 without GitHub or a token, MLS0980 to MLS0989 for its
        refusals, MLS095x.
        """
        if not set_status:
            from mlspec.promotion.verify.agreed import check_agreement

            return check_agreement(self.root, request)
        from mlspec.ci.record.approval_status import agreement_with_status

        return agreement_with_status(self.root, request, self.on_warnings)

    def reconcile(self, environment: str, *deployments: str, pull: bool = False, dry_run: bool = False) -> list[Outcome]:
        """Bring what is deployed on this machine to what Git declares; nothing is done that is done already. Failures are outcomes.

        `pull`: `git pull --ff-only` first. Raises MLS0809 for an environment that is not declared, MLS0003 and MLS0702 for a deployment
        that is not in it, MLS0806 while another reconcile is at work, MLS0812 when the pull fails.
        """
        from mlspec.deploy.ahead import started_ahead

        if pull:
            from mlspec.deploy.watch import pull as git_pull

            git_pull(self.root)
        with started_ahead(self.root, environment, dry_run=dry_run):
            from mlspec.deploy.here import reconcile_here

            return reconcile_here(self.read(), environment, deployments, dry_run=dry_run)

    def stop(self, environment: str, *, dry_run: bool = False) -> list[Outcome]:
        """Stop every server of an environment on this machine; what Git declares is not asked. Raises MLS0806."""
        from mlspec.deploy.reconcile import stop_all

        return stop_all(self.root, environment, dry_run=dry_run)

    # --- looking back: by Git alone, whatever the specs are like now

    def line(self, base: str | None = None) -> Line:
        """The history that is told: the first-parent line of `base`, else of the project's branch as `origin` has it. Raises MLS095x."""
        from mlspec.registry.branch import open_line

        return open_line(self.root, base)

    def history(self, name: str, *, limit: int | None = None, base: str | None = None) -> History:
        """Versions, and what stood where from when to when, newest first.

        Of a model, a version (`demand@v1.0.0`), a deployment or an environment.

        Raises MLS0003, MLS0720 for what the branch never had, MLS095x.
        """
        from mlspec.registry.history.objects import parse_object
        from mlspec.registry.history.tell import tell

        line = self.line(base)
        return tell(line, parse_object(line, name), limit)

    def at(self, moment: str, environment: str, *, base: str | None = None) -> Then:
        """What stood in an environment at a moment: a day as `2026-05-01` (its end, UTC), or `2026-05-01T12:00Z`.

        Raises MLS0721 for what is no date, MLS0722 before the first commit, MLS0701, MLS095x.
        """
        from datetime import UTC, datetime

        from mlspec.registry.history.at import tell_at
        from mlspec.registry.history.moment import parse_moment

        asked = parse_moment(moment, datetime.now(UTC))
        return tell_at(self.line(base), asked, environment)

    def diff(self, before: str, after: str, *, base: str | None = None) -> Difference:
        """Two versions of a model (`demand@v1.0.0`), side by side: data, code, specs, environment, metrics. Raises MLS0720, MLS095x."""
        from mlspec.registry.history.diff import compare
        from mlspec.registry.history.objects import parse_object

        line = self.line(base)
        return compare(line, parse_object(line, before), parse_object(line, after))

    def lineage(self, name: str, *, base: str | None = None) -> Lineage:
        """What an object (or a digest) was made from, and what came of it, now and before. Raises MLS0003, MLS0720, MLS095x."""
        from mlspec.registry.history.lineage import lineage
        from mlspec.registry.history.objects import parse_object

        line = self.line(base)
        return lineage(line, parse_object(line, name))

    def tag(self, request: TagRequest) -> Marked:
        """Write the Git tags of what was merged that are missing, and push them where asked. Raises MLS0787, MLS095x."""
        from mlspec.registry.tags.mark import mark

        return mark(self.root, self.read().settings.ci.branch, request)

    def evidence(self, model: str, version: str | None = None, *, environment: str | None = None) -> EvidencePack:
        """The documents of a version (what is deployed last, or the newest): card, datasheet, bill of materials, and more.

        They are in memory; `write` puts them into a folder. `environment`: whose claims to use. Raises MLS0003, MLS0715, MLS0790, MLS095x.
        """
        from mlspec.registry.documents.pack import make_pack

        return make_pack(self.root, model, version, environment)

    # --- what surrounds it

    def doctor(self, *, github: bool = False) -> list[Finding]:
        """Check tools, Git, storage, and with `github` the repository's settings there.

        Nothing is changed, but that a small object is written to the DVC remote, and deleted.
        """
        from mlspec.pipelines.sign_in import sign_in_as
        from mlspec.setup.doctor.examine import examine, open_project

        examined = open_project(self.root)
        if examined.compiled.project is not None:
            sign_in_as(examined.compiled.project)
        return examine(examined, github=github)

    def gc(self, request: GcRequest) -> Collected:
        """Find what no version, claim, open branch, pull request, worktree or workspace needs in DVC's cache, and on its remote.

        It is deleted with `request.delete` only. Raises MLS0953, MLS0960 and MLS0975 where this clone can't know what is needed, MLS0974,
        MLS0976 and MLS0977 where others may be at work, MLS0978 for an age that is too short, MLS0970 to MLS0973 of the store.
        """
        from mlspec.setup.gc.gc import collect

        return collect(self.read().root, request, self._say)

    def eject(self, *, dry_run: bool = False) -> tuple[Change, ...]:
        """Leave plain DVC pipelines and a plain workflow behind, all files or none; return what was done (or would be).

        Raises MLS0540 to MLS0545 for what stands in the way, MLS0502 while another mlspec writes.
        """
        from mlspec.setup.eject.eject import eject, preview, take_back

        if take_back(self.root):
            self.progress("An eject was killed here before it ended: its files are as they were.")
        return (preview if dry_run else eject)(self.read())

    def _say(self, line: str) -> None:
        self.progress(line)
