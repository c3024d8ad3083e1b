"""Addresses: read from the environment, tried in bounded time, and never told."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest
from support.projects import MODEL, PROJECT, SPECS, compile_texts, workspace_at

from mlspec.diagnostics import Problems, Span
from mlspec.pipelines.engines.clusters import Unreachable, address_of, connect, knock, reach, span_of, without_address

ADDRESS = "tcp://scheduler.internal.example:8786"
SPECS_OF_BOTH = SPECS | {
    "mlspec.yaml": PROJECT + "  engine: {dask: DASK_ADDRESS}\n",
    "specs/demand.yaml": MODEL + "  engine: {ray: RAY_ADDRESS}\n",
    "specs/here.yaml": MODEL.replace("name: demand", "name: here") + "  engine: {local: true}\n",
    "specs/other.yaml": MODEL.replace("name: demand", "name: other"),
}


@pytest.mark.parametrize("found", [None, "", "   ", "hidden-host", "AKIA/secret+key=", "http://host:80/path", "tcp://u:p@host:1", "a b:1"])
def test_what_is_no_address_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch, found: str | None) -> None:
    monkeypatch.delenv("DASK_ADDRESS", raising=False)
    if found is not None:
        monkeypatch.setenv("DASK_ADDRESS", found)
    with pytest.raises(Problems) as caught:
        address_of("DASK_ADDRESS", Span("mlspec.yaml", 9, 11))
    [told] = caught.value.diagnostics
    assert told.code == "MLS0530" and told.span == Span("mlspec.yaml", 9, 11) and "DASK_ADDRESS" in told.message
    assert not (found or "").strip() or (found or "") not in str(told)


@pytest.mark.parametrize("found", [ADDRESS, "tls://10.0.0.1:8786", "head:6379", "ray://head:10001", "tcp://[::1]:8786"])
def test_addresses_of_both_kinds_are_taken(monkeypatch: pytest.MonkeyPatch, found: str) -> None:
    monkeypatch.setenv("X", f" {found}\n")
    assert address_of("X", None) == found


def test_where_nothing_listens_it_is_told_at_once_with_its_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setenv("DASK_ADDRESS", f"tcp://{address}")
    began = time.monotonic()
    project = workspace_at(tmp_path, SPECS_OF_BOTH).project
    with pytest.raises(Problems) as caught:
        reach(project, "source/sales", "dask", "DASK_ADDRESS", connect)
    [told] = caught.value.diagnostics
    assert time.monotonic() - began < 5
    assert told.code == "MLS0531" and "nothing listens there" in told.message and told.span and told.span.path == "mlspec.yaml"
    assert address not in str(told) and "DASK_ADDRESS" in told.message
    with pytest.raises(Unreachable):
        knock("no-such-host.invalid:1")


@pytest.mark.parametrize(
    "text",
    [
        f"Timed out trying to connect to {ADDRESS} after 20 s\nmore",
        "no route to scheduler.internal.example",
        "worker tcp://10.1.2.3:4567 and 10.1.2.3 died",
    ],
)
def test_the_words_of_a_client_are_told_without_addresses(text: str) -> None:
    told = without_address(text, ADDRESS)
    assert "…" in told and "more" not in told
    assert not any(part in told for part in ("internal.example", "8786", "10.1.2.3"))


def test_each_object_goes_where_its_engine_says(tmp_path: Path) -> None:
    project = workspace_at(tmp_path, SPECS_OF_BOTH).project
    where = {ref: engine.cluster if (engine := project.engine_of(ref)) else None for ref in ("source/sales", *_models(project.models))}
    dask, ray = ("dask", "DASK_ADDRESS"), ("ray", "RAY_ADDRESS")
    assert where == {"source/sales": dask, "model/other": dask, "model/demand": ray, "model/here": None}
    spans = [span_of(project, ref, kind) for ref, kind in (("model/demand", "ray"), ("model/other", "dask"))]
    assert [span.path for span in spans if span] == ["specs/demand.yaml", "mlspec.yaml"]


def _models(names: object) -> list[str]:
    return [f"model/{name}" for name in names]  # type: ignore[attr-defined]


def test_the_engine_is_in_no_digest_and_no_generated_file(tmp_path: Path) -> None:
    with_engine = SPECS | {"mlspec.yaml": PROJECT + "  engine: {dask: A}\n", "specs/demand.yaml": MODEL + "  engine: {ray: B}\n"}
    here, there = workspace_at(tmp_path, SPECS), workspace_at(tmp_path, with_engine)
    assert here.graph == there.graph and here.generated == there.generated
    assert here.project.spec_digest("demand") == there.project.spec_digest("demand")
    assert here.project.settings.canonical() == there.project.settings.canonical()


@pytest.mark.parametrize("engine", ["{dask: A, ray: B}", "{}", "{dask: 'tcp://host:1'}", "{local: false}", "dask"])
def test_an_engine_that_is_none_is_refused(engine: str) -> None:
    found = compile_texts(SPECS | {"mlspec.yaml": PROJECT + f"  engine: {engine}\n"}).diagnostics
    assert [d.span.path for d in found if d.is_error and d.span] == ["mlspec.yaml"]
