"""Whether Git hands out the bytes that it took in: digests of generated files, of code and of data are made of bytes."""

from __future__ import annotations

from collections.abc import Sequence

from mlspec.adapters.git.run import git, run_git
from mlspec.setup.doctor.finding import Verdict, bad, ok, some
from mlspec.setup.doctor.workspace import Workspace

_ATTRIBUTES = ("text", "eol", "ident", "filter", "working-tree-encoding")


def line_endings(workspace: Workspace) -> Verdict:
    """Nothing of what is hashed may be rewritten at a checkout, here or on a runner."""
    paths = _hashed(workspace)
    differing = _differing(workspace, paths)
    if differing:
        fix = f"write `{differing[0]} -text` into .gitattributes, then `git add --renormalize .` and commit"
        return bad(f"Git holds other line endings than stand here: {some(differing)}", fix)
    rewritten = _rewritten(workspace, paths)
    if rewritten:
        path, why = next(iter(rewritten.items()))
        fix = f"write `{path} -text -ident !filter` into .gitattributes (for all: `* -text`), or `git config core.autocrlf false`"
        return bad(f"a checkout would rewrite {some(rewritten)} ({why})", fix)
    return ok("a checkout changes no byte")


def _hashed(workspace: Workspace) -> list[str]:
    """Generated files, the requirements lock, and the data files that specs name."""
    files = [s.envelope.spec.file.path for s in workspace.project.sources.values() if s.envelope.spec.file is not None]
    return sorted({*workspace.generated, *workspace.settings.locks, *(f for f in files if (workspace.root / f).is_file())})


def _differing(workspace: Workspace, paths: Sequence[str]) -> list[str]:
    """Tracked paths whose line endings in the index are others than in the working tree."""
    found = []
    for row in git(workspace.root, "ls-files", "--eol", "-z", "--", *paths).text.split("\0"):
        state, _, path = row.partition("\t")
        index, tree = [*state.split(), "", ""][:2]
        if path and tree not in ("w/", "w/none") and index.removeprefix("i/") != tree.removeprefix("w/"):
            found.append(path)
    return sorted(found)


def _rewritten(workspace: Workspace, paths: Sequence[str]) -> dict[str, str]:
    """Path -> what rewrites it at a checkout: an attribute, or Git's configuration."""
    out = git(workspace.root, "check-attr", "-z", "--stdin", *_ATTRIBUTES, stdin="\0".join(paths).encode()).text.split("\0")
    given: dict[str, dict[str, str]] = {}
    for path, name, value in zip(out[0::3], out[1::3], out[2::3], strict=False):
        given.setdefault(path, {})[name] = value
    converts = _converts(workspace)
    why = {path: _why(attributes, converts) for path, attributes in given.items()}
    return {path: reason for path, reason in why.items() if reason}


def _converts(workspace: Workspace) -> str:
    """The setting that makes CRLF of every text at a checkout; empty where none does."""
    settings = {key: run_git(workspace.root, ["config", "--get", key]).text.lower() for key in ("core.autocrlf", "core.eol")}
    if settings["core.autocrlf"] == "true":
        return "core.autocrlf"
    return "core.eol" if settings["core.eol"] == "crlf" else ""


def _why(attributes: dict[str, str], converts: str) -> str:
    text, eol = attributes.get("text", "unspecified"), attributes.get("eol", "unspecified")
    for name in ("filter", "working-tree-encoding", "ident"):
        if attributes.get(name, "unspecified") not in ("unspecified", "unset"):
            return f"the attribute {name}"
    if text == "unset" or eol == "lf":
        return ""
    if eol == "crlf":
        return "the attribute eol=crlf"
    is_text = text in ("set", "auto") or (text == "unspecified" and converts == "core.autocrlf")
    return converts if is_text else ""
