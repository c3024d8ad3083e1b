"""A server listens to the whole network.

The host `0.0.0.0` (or `::`) means every interface: whoever reaches the machine can ask the model. Without `auth` the server asks nobody
who they are, and without `tls` the tokens cross the network in the clear. Give it both, or listen on 127.0.0.1 behind a proxy
that has them.

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
        (host, _), amiss = spec.settings.address() or ("", 0), spec.settings.exposed()
        route = ("spec", spec.kind.name, "host")
        span = target.document.span(route)
        if host in ("0.0.0.0", "::", "0") and amiss and span not in told:  # noqa: S104 - looked for, not bound
            told.add(span)
            message = f"the host `{host}` is every interface, and {amiss}"
            yield Finding(target, route, message, "give it `auth` and `tls`, or listen on 127.0.0.1, behind a proxy that has them")
