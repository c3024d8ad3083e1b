"""What is told of a server that asks less: a weakening, and its clean twin."""

from __future__ import annotations

import pytest
from support.projects import SPECS, compile_texts

from mlspec.compiler.project.project import Project
from mlspec.promotion.loosening import loosened

TARGET = "specs/local-rest.yaml"
HEAD = "apiVersion: mlspec/v1\nkind: DeploymentTarget\nmetadata: {{name: {name}, owner: '@acme/ops'}}\nspec: {{rest: {{{rest}}}}}\n"
STRICT = "port: 8443, auth: {tokens: SERVING_TOKENS}, tls: {certificate: CERT, key: KEY}, accessLog: true"


def project(rest: str, **more: str) -> Project:
    result = compile_texts({**SPECS, TARGET: HEAD.format(name="local-rest", rest=rest), **more})
    assert result.project, result.diagnostics
    assert not [d for d in result.diagnostics if d.is_error], result.diagnostics
    return result.project


@pytest.mark.parametrize(
    ("after", "what", "moved"),
    [
        (STRICT.replace(", auth: {tokens: SERVING_TOKENS}", ""), "no longer asks for a token", "auth: {tokens: SERVING_TOKENS} -> nothing"),
        (STRICT.replace("SERVING_TOKENS", "MY_TOKENS"), "other tokens let in", "tokens: SERVING_TOKENS -> tokens: MY_TOKENS"),
        (STRICT.replace(", tls: {certificate: CERT, key: KEY}", ""), "no longer encrypted", "tls -> nothing"),
        (STRICT.replace(", accessLog: true", ""), "no longer written down", "accessLog: true -> nothing"),
        (STRICT.replace("accessLog: true", "accessLog: false"), "no longer written down", "accessLog: true -> nothing"),
        (STRICT + ", host: 10.0.0.5", "others than this machine", "host: 127.0.0.1 -> host: 10.0.0.5"),
    ],
)
def test_what_asks_less_is_told_once_with_whom_to_ask(after: str, what: str, moved: str) -> None:
    (found,) = loosened(project(STRICT), project(after))
    assert what in found.what and found.moved == moved
    assert (found.ref, found.owner, found.span.path) == ("target/local-rest", "@acme/ops", TARGET)


@pytest.mark.parametrize(
    "after",
    [STRICT + ", workers: 4", STRICT.replace("8443", "9443"), STRICT + ", host: 127.0.0.2", STRICT.replace("CERT", "NEW_CERT")],
)
def test_what_asks_as_much_is_not(after: str) -> None:
    assert loosened(project(STRICT), project(after)) == ()
    assert loosened(project("port: 8080"), project(STRICT)) == ()


def test_an_overlay_and_another_target_are_seen_where_they_weaken() -> None:
    overlay = "apiVersion: mlspec/v1\nkind: DeploymentTarget\nmetadata: {name: local-rest}\nspec: {rest: {host: 0.0.0.0}}\n"
    laid = project(STRICT, **{"environments/production/overlays/rest.yaml": overlay})
    assert [one.moved for one in loosened(project(STRICT), laid)] == ["host: 127.0.0.1 -> host: 0.0.0.0"]
    other = {"specs/open.yaml": HEAD.format(name="open", rest="port: 8081")}
    moved = {**other, "environments/staging/demand.yaml": SPECS["environments/staging/demand.yaml"].replace("local-rest", "open")}
    found = loosened(project(STRICT, **other), project(STRICT, **moved))
    assert {one.ref for one in found} == {"deployment/staging/demand"} and len(found) == 3
    assert all("at its new target" in one.what for one in found)
