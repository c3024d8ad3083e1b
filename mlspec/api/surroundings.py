"""What surrounds a project: tools, stores, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlspec.api.opened import Opened
from mlspec.diagnostics import extras

if TYPE_CHECKING:
    from mlspec.pipelines.plan.actions import Change
    from mlspec.setup.doctor.finding import Finding
    from mlspec.setup.gc.gc import Collected, GcRequest


@extras.diagnosed
class Surroundings(Opened):
    """Methods about the folder as a whole."""

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
