"""Versions, their promotion, and what is deployed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlspec.api.opened import Opened, ignore, warm
from mlspec.diagnostics import extras

if TYPE_CHECKING:
    from mlspec.deploy.outcome import Outcome
    from mlspec.gates.evidence import Judgement
    from mlspec.promotion.promote import Promoted, PromoteRequest
    from mlspec.promotion.register.register import Registered, RegisterRequest
    from mlspec.promotion.rollback import RollbackRequest, RolledBack
    from mlspec.promotion.verify.agreed import Agreement, ApprovalsRequest
    from mlspec.promotion.verify.all_deployed import Verified
    from mlspec.promotion.verify.change import Checked


@extras.diagnosed
class Delivery(Opened):
    """Methods that propose, check and deploy."""

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
        warm()
        from mlspec.promotion.register.register import register

        return register(self.read(), request, self._say)

    def promote(self, request: PromoteRequest, *, show: Callable[[Judgement], object] = ignore, proposal: Path | None = None) -> Promoted:
        """Judge a model and propose it: a branch with a registry record, a claim and one edited file; its pull request on GitHub.

        `show` gets the judgement as soon as there is one, also one that refuses. `proposal`: write the proposal to that folder, for `mlspec
        ci propose`, instead of pushing it. Raises MLS0003, MLS070x for what may be promoted where, MLS0706 when the gates did not pass,
        MLS0709 for a checkout that is not what the base branch has, MLS0760 for a test set that decided too often, MLS095x for Git's state.
        """
        warm()
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
            warm()
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
