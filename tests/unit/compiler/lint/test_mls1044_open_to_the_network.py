"""MLS1044: A server listens to the whole network."""

from __future__ import annotations

from support.lint import CLEAN, TARGET, edited, told


def test_it_tells() -> None:
    specs = edited((TARGET, "127.0.0.1", "0.0.0.0"))
    assert told("MLS1044", specs) == [(TARGET, "0.0.0.0", "the host `0.0.0.0` is every interface, and the server asks nobody who they are")]


def test_an_overlay_that_opens_it_is_told_where_it_stands_and_once() -> None:
    overlay = "apiVersion: mlspec/v1\nkind: DeploymentTarget\nmetadata: {name: local-rest}\nspec: {rest: {EDIT}}\n"
    laid = "environments/production/overlays/rest.yaml"
    message = "the host `0.0.0.0` is every interface, and the server asks nobody who they are"
    assert told("MLS1044", edited((laid, "", overlay.replace("EDIT", "host: 0.0.0.0")))) == [(laid, "0.0.0.0", message)]
    both = edited((TARGET, "127.0.0.1", "0.0.0.0"), (laid, "", overlay.replace("EDIT", "port: 8080")))
    assert told("MLS1044", both) == [(TARGET, "0.0.0.0", message)]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1044", CLEAN) == []
