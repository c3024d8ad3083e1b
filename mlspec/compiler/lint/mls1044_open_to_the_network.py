"""A server listens to the whole network.

The host `0.0.0.0` (or `::`) means every interface: whoever reaches the machine can ask the model, and the server asks nobody who they
are. Listen on 127.0.0.1 behind a proxy that does, or on one inner address.

Bad:

    rest: {host: 0.0.0.0, port: 8080}

Good:

    rest: {host: 127.0.0.1, port: 8080}
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    for target in view.project.targets.values():
        rest = target.envelope.spec.rest
        if rest and rest.host in ("0.0.0.0", "::", "0"):  # noqa: S104 - looked for, not bound
            message = f"the host `{rest.host}` is every interface, and the server asks nobody who they are"
            yield Finding(target, ("spec", "rest", "host"), message, "listen on 127.0.0.1, behind a proxy that asks")
