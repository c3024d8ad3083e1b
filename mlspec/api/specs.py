"""What specs say, and whether they are right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mlspec.api.opened import Opened
from mlspec.diagnostics import extras

if TYPE_CHECKING:
    from mlspec.compiler.explain import Explanation
    from mlspec.compiler.pipeline import Compiled
    from mlspec.setup.adopt.imported import Imported
    from mlspec.setup.adopt.parity import Compared
    from mlspec.setup.fixing import Fixes


@extras.diagnosed
class Specs(Opened):
    """Methods that look at specs."""

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

    def import_specs(self, path: str, *, observe: str | None = None, out: str | None = None, write: bool = True) -> Imported:
        """Propose specs of what is there, and write them. `path`, from the root: a dvc.yaml, script, notebook, MLproject or Kedro catalog.

        Nothing is overwritten, and code is run only by `observe`, a command. `document` and `form` are the report, `files` the texts.
        Raises MLS0501 where a file is in the way, MLS0550 to MLS0556 for what can't be read.
        """
        from mlspec.language.yaml.spec_files import SPECS
        from mlspec.setup.adopt.imported import import_specs

        return import_specs(self.root, path, observe=observe, out=out or SPECS, write=write)

    def compare_import(self, path: str, *, tolerance: float = 0.05) -> list[Compared]:
        """Compare what the old pipeline of `path` measured with what the models that were imported from it do.

        `tolerance`: by which share of its value a metric may be worse. Raises MLS0550 to MLS0555, MLS0557 where it measured nothing.
        """
        from mlspec.setup.adopt.parity import compare

        return compare(self.root, path, tolerance)
