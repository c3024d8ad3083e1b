"""Problems between the server's processes."""

from __future__ import annotations

import json

from mlspec.deploy.server.told import heard, told, told_of_a_bug
from mlspec.diagnostics import Diagnostic, Problems


def test_what_is_told_is_heard() -> None:
    found = Problems((Diagnostic("MLS0804", "the port is taken", None, "take another"), Diagnostic("MLS0803", "it ended")))
    again = heard(json.loads(json.dumps(told(found)))["problems"])
    assert [(d.code, d.message, d.help) for d in again.diagnostics] == [
        ("MLS0804", "the port is taken", "take another"),
        ("MLS0803", "it ended", None),
    ]


def test_a_bug_is_told_as_a_failure_of_the_server() -> None:
    (found,) = heard(told_of_a_bug("a worker failed: KeyError")["problems"]).diagnostics
    assert (found.code, found.message, found.help) == ("MLS0803", "a worker failed: KeyError", None)
