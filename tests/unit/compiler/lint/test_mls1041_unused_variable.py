"""MLS1041: A variable is used nowhere."""

from __future__ import annotations

from support.lint import MODEL, PROJECT, edited, told


def test_it_tells() -> None:
    specs = edited((PROJECT, "", "  variables:\n    alpha: {type: number, default: 1.0}\n"))
    assert told("MLS1041", specs) == [(PROJECT, "alpha", "no spec uses the variable `alpha`")]


def test_it_is_silent_on_the_twin() -> None:
    assert (
        told(
            "MLS1041",
            edited(
                (PROJECT, "", "  variables:\n    alpha: {type: number, default: 1.0}\n"), (MODEL, "alpha: 1.0", 'alpha: "${var.alpha}"')
            ),
        )
        == []
    )
