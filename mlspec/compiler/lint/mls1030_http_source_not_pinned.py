"""An HTTP source is not pinned.

What stands at the address may change without notice, and the next run trains on something else. With `sha256` a changed file is
refused, until somebody looks at it and changes the digest in a pull request.

Bad:

    http: {url: https://data.example.org/sales.csv}

Good:

    http: {url: https://data.example.org/sales.csv, sha256: 9f86d081…}

Where the file is meant to change, ignore the rule with that as the reason, and let ValidationRules say what must stay true.
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    for source in view.sources:
        spec = source.envelope.spec
        if spec.http and spec.http.sha256 is None and spec.refresh is None:
            message = f"nothing pins what `{source.ref}` downloads: it may change without notice"
            yield Finding(source, ("spec", "http", "url"), message, "add `sha256`, the digest of the file")
