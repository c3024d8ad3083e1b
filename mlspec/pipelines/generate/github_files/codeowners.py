"""`.github/CODEOWNERS`: who must approve a change of what is deployed, of the rules, and of each object."""

from __future__ import annotations

from mlspec.compiler.project.ownership import hand_written, owned, owners_named
from mlspec.compiler.project.project import Project
from mlspec.language.yaml.write import HEADER

_NOTE = "# Who must approve what. GitHub takes the last line that matches, so folders come first. Owners are those of the specs.\n"


def render(project: Project) -> str | None:
    """Return the file; None where a person wrote one, where no owner is one that GitHub knows, and on Forgejo, which has another form."""
    if project.settings.envelope.spec.ci.provider == "forgejo" or hand_written(project) or not owners_named(project.settings):
        return None
    return HEADER + _NOTE + "".join(f"{entry.line}\n" for entry in owned(project))
