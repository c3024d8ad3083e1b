"""Codes that belong to no area."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0001": Code("a bug in mlspec", "Something happened that mlspec did not foresee. Please report it with the printed lines."),
    "MLS0002": Code(
        "no project here", "There is no `mlspec.yaml` in this folder or above it, or it is empty. `mlspec init` starts a project."
    ),
    "MLS0003": Code("no such object", "The command line names an object that no spec declares. `mlspec status` lists all."),
    "MLS0004": Code("no such code", "`mlspec explain` got a diagnostic code that does not exist. docs/reference/codes.md lists all."),
    "MLS0005": Code("the language server is not installed", "`mlspec lsp` needs the package `pygls`: `pip install 'mlspec-gitops[lsp]'`."),
    "MLS0006": Code(
        "a spec that is not read",
        "The file looks like a spec, and mlspec does not read it: specs stand in `mlspec.yaml`, below `specs/` and below `environments/`. "
        "Only editors show this.",
    ),
    "MLS0007": Code(
        "can't be renamed",
        "A rename would leave the project unsound: the name is not valid or taken, or a file that may refer to the object can't be read. "
        "Only editors show this.",
    ),
    "MLS0008": Code(
        "a part of mlspec is not installed",
        "mlspec comes in two sizes. The base (`pip install mlspec-gitops`) checks, formats, plans and applies specs. What trains, judges, "
        "promotes and serves needs DVC and libraries for data, which the extra brings:\n\n"
        "    pip install 'mlspec-gitops[local]'\n\n"
        "In CI they come from the requirements lock: name `mlspec-gitops[local]` in requirements.in, and compile the lock again. "
        "Exit code 1; nothing was done.",
    ),
    "MLS0009": Code(
        "checks that were left out",
        "The base installation has no DuckDB, no scikit-learn and no cryptography, so nobody read the SQL, the regular expressions that "
        "Python and RE2 may read differently, the params of estimators, or the public keys. All else was checked. "
        "`pip install 'mlspec-gitops[local]'` checks them as well; `mlspec validate --strict` makes it an error (exit code 1). "
        "They are not forgotten: in the generated workflows the jobs that train and judge check them, and stop at what they find.",
    ),
}
