"""Data comes over plain HTTP.

Anybody on the way can change the rows that a model learns from. Use https, or pin the content by `sha256`.

Bad:

    http: {url: http://data.example.org/sales.csv}

Good:

    http: {url: https://data.example.org/sales.csv}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


_LOCAL = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])([:/?#]|$)")


def check(view: View) -> Iterator[Finding]:
    for source in view.sources:
        http = source.envelope.spec.http
        if http and http.url.startswith("http://") and http.sha256 is None and not _LOCAL.match(http.url):
            yield Finding(source, ("spec", "http", "url"), "the data comes over plain HTTP: anybody on the way can change it", "use https")
