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
from mlspec.diagnostics import Severity, Span

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    told = set[Span]()
    for target, _ in view.project.target_forms():
        spec = target.envelope.spec
        host, _ = spec.settings.address() or ("", 0)
        route = ("spec", spec.kind.name, "host")
        span = target.document.span(route)
        if host in ("0.0.0.0", "::", "0") and span not in told:  # noqa: S104 - looked for, not bound
            told.add(span)
            message = f"the host `{host}` is every interface, and the server asks nobody who they are"
            yield Finding(target, route, message, "listen on 127.0.0.1, behind a proxy that asks")
