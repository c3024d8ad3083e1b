"""Real server processes, brought up, replaced, healed and stopped by reconcile."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import httpx2
import pytest
from support.ports import free_port
from support.serving import World, tensors

from mlspec.deploy.process import wait_gone
from mlspec.deploy.reconcile import stop_all
from mlspec.deploy.targets import rest_observed as observe
from mlspec.diagnostics import Diagnostic, Problems


def ask(world: World) -> dict:
    answer = httpx2.post(f"{world.url()}/v2/models/demand/infer", json={"inputs": tensors()})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_life_of_a_deployment(world: World) -> None:
    world.declared["demand"] = None
    assert world.one(dry_run=True).action.kind == "noop" and not (world.root / ".mlspec").exists()
    assert world.one().action.kind == "noop"
    world.add_version("v1.0.0")
    world.add_version("v1.1.0", shift=1000)

    world.declared["demand"] = "v1.0.0"
    assert world.one(dry_run=True).action.kind == "start"
    assert world.server_pids() == []
    started = world.one()
    assert (started.action.kind, started.diagnostics, started.version) == ("start", (), "v1.0.0")
    assert started.where == world.url()
    first = ask(world)
    assert first["model_version"] == "v1.0.0"

    before = world.state()
    again = world.one()
    assert again.action.kind == "noop" and "in sync" in again.action.reason
    assert world.state() == before and world.fetched == 1

    world.declared["demand"] = "v1.1.0"
    replaced = world.one()
    assert replaced.observed == f"v1.0.0 at {world.url()}"
    assert (replaced.action.kind, replaced.action.reason) == ("replace", "v1.0.0 -> v1.1.0")
    second = ask(world)
    assert second["model_version"] == "v1.1.0" and second["outputs"][0]["data"][0] > first["outputs"][0]["data"][0] + 500
    assert world.state()["port"] == before["port"] and world.state()["pid"] != before["pid"]
    assert wait_gone(before["pid"], 5)

    os.kill(world.state()["pid"], signal.SIGKILL)
    assert wait_gone(world.state()["pid"], 5)
    assert str(observe.observe(world.root, "staging", "demand")).startswith("down (process")
    healed = world.one()
    assert healed.action.kind == "heal" and healed.diagnostics == ()
    assert world.state()["port"] == before["port"] and ask(world)["model_version"] == "v1.1.0"

    world.declared["demand"] = None
    pid = world.state()["pid"]
    assert world.one().action.kind == "stop"
    assert wait_gone(pid, 1) and str(observe.observe(world.root, "staging", "demand")) == "not running"
    assert world.one().action.kind == "noop"


def test_a_removed_deployment_is_stopped_and_stop_all_stops_the_rest(world: World) -> None:
    world.add_version("v1.0.0")
    world.declared.update({"demand": "v1.0.0", "other": "v1.0.0"})
    assert [o.action.kind for o in world.reconcile()] == ["start", "start"]
    gone = world.state("other")["pid"]
    del world.declared["other"]
    kinds = {o.ref: (o.action.kind, o.action.reason) for o in world.reconcile()}
    assert kinds["deployment/staging/other"] == ("stop", "its Deployment is gone")
    assert kinds["deployment/staging/demand"][0] == "noop"
    assert wait_gone(gone, 1)
    (stopped,) = stop_all(world.root, "staging")
    assert stopped.action.kind == "stop" and world.server_pids() == []
    assert stop_all(world.root, "staging") == []


def test_a_refused_approval_starts_nothing_and_stops_nothing(world: World) -> None:
    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    world.refusals = [Diagnostic("MLS0702", "the claim is not the one that was approved")]
    refused = world.one()
    assert refused.action.kind == "refuse" and refused.failed and world.server_pids() == []
    world.refusals = []
    world.one()
    world.refusals = [Diagnostic("MLS0702", "the claim is not the one that was approved")]
    assert world.one().action.kind == "refuse"
    assert ask(world)["model_version"] == "v1.0.0"


def test_altered_cache_is_fetched_again_and_an_altered_remote_is_refused(world: World) -> None:
    digest = world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    world.one()
    stop_all(world.root, "staging")
    cached = world.root / ".mlspec/cache/models" / digest.removeprefix("sha256:")
    (cached / "model.joblib").write_bytes(b"altered")
    assert not world.one().failed and world.fetched == 2

    world.add_version("v1.1.0", shift=5)
    (world.store / "v1.1.0" / "model.joblib").write_bytes(b"altered")
    world.declared["demand"] = "v1.1.0"
    failed = world.one()
    assert failed.action.kind == "fail" and [d.code for d in failed.diagnostics] == ["MLS0802"]
    assert ask(world)["model_version"] == "v1.0.0"
    assert not list((world.root / ".mlspec/cache/models").glob(".fetch-*"))


def test_a_model_that_fails_its_golden_rows_never_serves_and_the_old_one_goes_on(world: World) -> None:
    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    world.one()
    world.add_version("v2.0.0")
    smoke = world.store / "v2.0.0" / "smoke.json"
    smoke.write_text(smoke.read_text().replace('"outputs": [\n    2', '"outputs": [\n    9'))
    world.register("v2.0.0")
    world.declared["demand"] = "v2.0.0"
    failed = world.one()
    assert [d.code for d in failed.diagnostics] == ["MLS0804", "MLS0803"]
    assert "v1.0.0 goes on serving" in failed.diagnostics[1].message and not failed.diagnostics[1].is_error
    assert ask(world)["model_version"] == "v1.0.0"
    assert world.one().action.kind == "fail"
    world.declared["demand"] = "v1.0.0"
    assert world.one().action.kind == "noop"


def test_a_taken_port_is_explained(world: World) -> None:
    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        world.target = f"{{rest: {{port: {other.getsockname()[1]}}}}}"
        failed = world.one()
    assert [d.code for d in failed.diagnostics] == ["MLS0805"]
    assert f"process {os.getpid()}" in failed.diagnostics[0].message
    assert not failed.failed or world.one().action.kind == "start"


def test_a_kept_free_port_that_somebody_took_is_replaced_by_another(world: World) -> None:
    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    world.one()
    port, pid = world.state()["port"], world.state()["pid"]
    os.kill(pid, signal.SIGKILL)
    wait_gone(pid, 5)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        assert world.one().action.kind == "heal"
    assert world.state()["port"] != port and ask(world)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_changed_target_moves_the_server(world: World, host: str) -> None:
    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    first = free_port()
    world.target = f"{{rest: {{host: 127.0.0.1, port: {first}}}}}"
    world.one()
    pid = world.state()["pid"]
    world.target = f"{{rest: {{host: {host}, port: {first if host == '0.0.0.0' else free_port()}}}}}"
    moved = world.one()
    assert (moved.action.kind, moved.action.reason, moved.diagnostics) == ("replace", "the deployment target changed", ())
    assert ask(world) and wait_gone(pid, 5)
    assert world.state()["host"] == host


def test_a_server_without_its_control_socket_is_replaced_with_a_short_pause(world: World) -> None:
    world.add_version("v1.0.0")
    world.add_version("v1.1.0", shift=5)
    world.declared["demand"] = "v1.0.0"
    world.one()
    Path(world.state()["control"]).unlink()
    world.declared["demand"] = "v1.1.0"
    assert world.one().action.kind == "replace"
    assert ask(world)["model_version"] == "v1.1.0"


def test_a_lost_or_damaged_state_file_leaves_no_second_server(world: World) -> None:
    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    world.one()
    (world.root / ".mlspec/state/staging/demand.json").write_text('{"pid": "x"')
    assert world.one().action.kind == "start"
    assert world.server_pids() == [world.state()["pid"]]


def test_a_hung_server_is_healed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observe, "PATIENCE", (0.3, 0.6))
    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    world.one()
    os.kill(world.state()["pid"], signal.SIGSTOP)
    healed = world.one()
    assert healed.diagnostics == ()
    assert healed.action.kind == "heal" and "does not answer" in healed.action.reason
    assert ask(world)["model_version"] == "v1.0.0"


def test_a_process_that_took_the_number_of_a_dead_server_is_left_alone(world: World) -> None:
    import json

    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    world.one()
    state = world.state()
    os.kill(state["pid"], signal.SIGKILL)
    wait_gone(state["pid"], 5)
    (world.root / ".mlspec/state/staging/demand.json").write_text(json.dumps(state | {"pid": os.getpid()}))
    assert world.one().action.kind == "heal"
    assert ask(world)


def test_two_reconciles_at_once_one_is_told_to_wait(world: World) -> None:
    from mlspec.deploy.lock import environment_lock

    world.declared["demand"] = None
    with environment_lock(world.root, "staging"), pytest.raises(Problems) as refused:
        world.one()
    assert refused.value.diagnostics[0].code == "MLS0806"
    assert world.one().action.kind == "noop"


def test_a_missing_or_other_registry_record_is_refused(world: World) -> None:
    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    record = world.root / "registry/demand/v1.0.0.yaml"
    text = record.read_text()
    for broken in ("digest: sha256:1\n", "[]", "a: [", text.replace("md5", "md6")):
        record.write_text(broken)
        assert [d.code for d in world.one().diagnostics] == ["MLS0807"]
    record.unlink()
    assert [d.code for d in world.one().diagnostics] == ["MLS0807"]


def test_a_cache_that_leads_out_of_the_repository_is_refused(world: World) -> None:
    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    (world.root / ".mlspec/cache").mkdir(parents=True)
    (world.root / ".mlspec/cache/models").symlink_to(world.store)
    assert [d.code for d in world.one().diagnostics] == ["MLS0813"]


def test_targets_without_a_runtime_say_so(world: World) -> None:
    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    world.target = "{kserve: {namespace: forecasting}}"
    assert [d.code for d in world.one().diagnostics] == ["MLS0801"]


def test_an_unknown_environment_is_named_with_a_near_one(world: World) -> None:
    from mlspec.deploy.reconcile import reconcile

    with pytest.raises(Problems) as refused:
        reconcile(world.workspace(), "stagin", fetch=world.fetch, verify=lambda *_: [])
    assert refused.value.diagnostics[0].help == "did you mean `staging`?"


def test_a_server_that_is_not_what_it_said_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ready is what the server says of itself; the smoke test asks it once more, as whoever uses it would."""
    from mlspec.deploy.targets import rest

    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    real = rest._retire

    def retire_and_die(seen: observe.Observed) -> None:
        real(seen)
        os.kill(world.state()["pid"], signal.SIGKILL)

    monkeypatch.setattr(rest, "_retire", retire_and_die)
    failed = world.one()
    assert [d.code for d in failed.diagnostics] == ["MLS0803"]
    assert "ready with v1.0.0, and is down" in failed.diagnostics[0].message
    monkeypatch.undo()
    assert [(o.action.kind, o.failed) for o in world.reconcile()] == [("heal", False)]


def test_batching_and_a_cache_reach_the_server_and_are_counted_over_workers(world: World) -> None:
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.ensemble import RandomForestRegressor

    slow = TransformedTargetRegressor(RandomForestRegressor(60))  # quick ones are not gathered
    world.target = "{rest: {port: 0, workers: 2, batching: {rows: 8, wait: 5ms}, cache: {answers: 10}}}"
    world.add_version("v1.0.0", estimator=slow)
    world.declared["demand"] = "v1.0.0"
    assert world.one().diagnostics == ()
    with httpx2.Client(base_url=world.url(), timeout=30) as client:
        found = [client.post("/v2/models/demand/infer", json={"inputs": tensors()}) for _ in range(3)]
        assert [f.status_code for f in found] == [200, 200, 200] and len({f.content for f in found}) == 1
        assert client.get("/v2/models/demand").json()["properties"]["batching"] == "yes"
        page = client.get("/metrics").text
    assert 'mlspec_cache_total{model="demand",version="v1.0.0",result="hit"} 2' in page
    assert 'mlspec_batch_requests_total{model="demand",version="v1.0.0"} 1' in page


@pytest.mark.usefixtures("real_pythons")
def test_a_server_imports_scikit_learn_when_a_row_needs_it(world: World) -> None:
    """Told by what the process has mapped: its answers are the same before and after, and so is what it says of itself."""
    import psutil
    from sklearn.tree import DecisionTreeRegressor

    world.add_version("v1.0.0", estimator=DecisionTreeRegressor(random_state=0))
    world.declared["demand"] = "v1.0.0"
    assert world.one().diagnostics == ()
    server = psutil.Process(world.state()["pid"])

    def heavy() -> set[str]:
        found = " ".join(part.path for part in server.memory_maps())
        return {name for name in ("sklearn", "scipy", "pandas") if f"/{name}/" in found}

    with httpx2.Client(base_url=world.url(), timeout=60) as client:
        before = client.post("/v2/models/demand/infer", json={"inputs": tensors()}).content
        said = client.get("/v2/models/demand").json(), client.get("/openapi.json").json()
        assert heavy() == set()
        refused = client.post("/v2/models/demand/infer", json={"inputs": tensors(temperature={"data": [1e308]})})
        assert refused.status_code == 500 and heavy() == {"sklearn", "scipy", "pandas"}
        assert client.post("/v2/models/demand/infer", json={"inputs": tensors()}).content == before
        told = client.get("/v2/models/demand").json()
        assert told["properties"].pop("fallback_rows").startswith("1: predict")
        assert (told, client.get("/openapi.json").json()) == said
