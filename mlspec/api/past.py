"""Looking back: by Git alone, whatever the specs are like now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlspec.api.opened import Opened
from mlspec.diagnostics import extras

if TYPE_CHECKING:
    from mlspec.registry.branch import Line
    from mlspec.registry.documents.pack import EvidencePack
    from mlspec.registry.history.at import Then
    from mlspec.registry.history.diff import Difference
    from mlspec.registry.history.lineage import Lineage
    from mlspec.registry.history.tell import History
    from mlspec.registry.tags.mark import Marked, TagRequest


@extras.diagnosed
class Past(Opened):
    """Methods that read the branch."""

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
