"""The DVC remote, tried for real: a folder, and moto's S3."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.cli import git
from support.doctor_world import ask, told
from support.identity_tokens import ROLE, RoleStore, store_of_a_role, token_service
from support.moto_s3 import REGION

from mlspec.adapters.cloud import workload_identity
from mlspec.adapters.dvc import probe as dvc_probe
from mlspec.adapters.dvc.probe import Failed, probe
from mlspec.adapters.dvc.store import opened
from mlspec.diagnostics import Problems
from mlspec.pipelines.sign_in import sign_in_as
from mlspec.setup.doctor import storage
from mlspec.setup.doctor.examine import open_project


def rewrite(root: Path, form: str) -> None:
    """Another storage, in the specs and in DVC's configuration (which is what is tried)."""
    (root / "mlspec.yaml").write_text((root / "mlspec.yaml").read_text().replace("{url: ../storage}", form))
    (root / ".dvc/config").write_text(open_project(root).workspace.generated[".dvc/config"])


def seen(root: Path) -> Any:
    return told(root, storage.examine, "read and write")


def test_a_folder_is_written_read_and_left_as_it_was(root: Path) -> None:
    place = root.parent / "storage"
    assert not place.exists()
    assert seen(root).outcome == "ok"
    assert not place.exists()
    place.mkdir()
    (place / "file").write_text("x")
    assert seen(root).outcome == "ok"
    assert [p.name for p in place.iterdir()] == ["file"]


def test_a_folder_that_can_t_be(root: Path) -> None:
    (root.parent / "storage").write_text("a file")
    found = seen(root)
    assert found.outcome == "problem" and "../storage" in found.what and "ls -ld" in found.fix


@pytest.mark.parametrize(("method", "step"), [("pipe_file", "write"), ("cat_file", "read"), ("rm_file", "delete")])
def test_a_right_that_is_missing_is_named(root: Path, method: str, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from dvc_objects.fs.local import LocalFileSystem

    def refuse(*words: Any, **options: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(LocalFileSystem, method, refuse, raising=False)
    found = seen(root)
    assert f"the right to {step} is missing" in found.what and "ls -ld" in found.fix


def test_other_bytes_than_were_written(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dvc_objects.fs.local import LocalFileSystem

    monkeypatch.setattr(LocalFileSystem, "cat_file", lambda *words, **options: b"other", raising=False)
    assert "other bytes" in seen(root).what
    assert not (root.parent / "storage").exists(), "the object was left behind"


def test_a_bug_of_ours_is_no_problem_of_the_user_s(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dvc_probe, "_steps", lambda *words: dict[str, str]()["bug"])
    with pytest.raises(KeyError):
        seen(root)


def test_a_broken_configuration_of_dvc(root: Path) -> None:
    (root / ".dvc/config").write_text("[core\n")
    found = seen(root)
    assert found.outcome == "problem" and "`mlspec apply`" in found.fix


def test_before_the_first_apply_it_is_not_tried(root: Path) -> None:
    (root / ".dvc/config").unlink()
    assert (seen(root).outcome, told(root, storage.examine, "configuration").outcome) == ("skipped", "skipped")


@pytest.mark.parametrize(
    ("url", "outcome"), [("../../storage", "ok"), ("/srv/elsewhere", "problem"), ("../../storage-of-others", "problem")]
)
def test_a_configuration_of_one_s_own(root: Path, url: str, outcome: str) -> None:
    (root / ".dvc/config").write_text(f"[core]\n    remote = mine\n['remote \"mine\"']\n    url = {url}\n")
    found = told(root, storage.examine, "configuration")
    assert found.outcome == outcome and ("git rm .dvc/config" in found.fix) == (outcome == "problem")


@pytest.mark.parametrize(
    ("remote", "runs_on", "outcome"),
    [
        ("../remote.git", "ubuntu-latest", "ok"),
        ("https://github.com/ada/shop", "ubuntu-latest", "problem"),
        ("https://github.com/ada/shop", "[self-hosted, gpu]", "ok"),
        ("https://github.com/ada/shop", "big-machine", "ok"),
    ],
)
def test_a_folder_does_for_one_machine_only(root: Path, remote: str, runs_on: str, outcome: str) -> None:
    git(root, "remote", "set-url", "origin", remote)
    (root / "mlspec.yaml").write_text((root / "mlspec.yaml").read_text() + f"  ci: {{runsOn: {runs_on}}}\n")
    found = ask(root, storage.place)
    assert found.outcome == outcome and ("s3://" in found.fix) == (outcome == "problem")


def test_without_the_plugin_it_is_not_tried(root: Path) -> None:
    rewrite(root, "{url: gs://acme-ml/shop}")
    found = seen(root)
    assert found.outcome == "skipped" and "mlspec-gitops[gs]" in found.fix
    with pytest.raises(Problems) as caught, opened(root):
        pass
    assert caught.value.diagnostics[0].code == "MLS0970"


@pytest.fixture(scope="module")
def store() -> Iterator[RoleStore]:
    with store_of_a_role("acme-doctor") as running:
        yield running


@pytest.fixture
def bucket(root: Path, store: RoleStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The project with its storage in the bucket, and no credentials."""
    for name, value in {"HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1"}.items():
        monkeypatch.setenv(name, value)
    rewrite(root, f'{{url: s3://acme-doctor/{tmp_path.name}, endpoint: "{store.url}", region: {REGION}}}')
    return root


def keys(store: RoleStore) -> dict[str, str]:
    """Those of the role."""
    made = store.broker.assume_role(RoleArn=ROLE, RoleSessionName="test")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
        "AWS_SESSION_TOKEN": made["SessionToken"],
    }


def objects(store: RoleStore) -> list[str]:
    import boto3

    made = keys(store)
    names = {
        "aws_access_key_id": "AWS_ACCESS_KEY_ID",
        "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
        "aws_session_token": "AWS_SESSION_TOKEN",
    }
    client = boto3.client("s3", endpoint_url=store.url, region_name=REGION, **{n: made[v] for n, v in names.items()})
    return [o["Key"] for o in client.list_objects_v2(Bucket="acme-doctor").get("Contents", ())]


def test_a_bucket_is_written_read_and_left_as_it_was(bucket: Path, store: RoleStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in keys(store).items():
        monkeypatch.setenv(name, value)
    assert seen(bucket).outcome == "ok" and objects(store) == []


def test_a_bucket_without_credentials(bucket: Path) -> None:
    found = seen(bucket)
    assert "no credentials" in found.what and "AWS_ACCESS_KEY_ID" in found.fix


def test_a_bucket_that_is_not_there(bucket: Path, store: RoleStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in keys(store).items():
        monkeypatch.setenv(name, value)
    (bucket / ".dvc/config").write_text((bucket / ".dvc/config").read_text().replace("s3://acme-doctor", "s3://acme-nowhere"))
    found = seen(bucket)
    assert "does not exist" in found.what and "create the bucket" in found.fix


def test_a_key_that_may_not_write(bucket: Path, store: RoleStore, monkeypatch: pytest.MonkeyPatch) -> None:
    broker = store.broker._request_signer._credentials  # who may act as the role, and do nothing else
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", broker.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", broker.secret_key)
    found = seen(bucket)
    assert "the right to write is missing" in found.what and "s3:PutObject" in found.fix


def test_an_address_where_nobody_listens(bucket: Path, store: RoleStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in keys(store).items():
        monkeypatch.setenv(name, value)
    (bucket / ".dvc/config").write_text((bucket / ".dvc/config").read_text().replace(store.url, "http://127.0.0.1:9"))
    found = seen(bucket)
    assert "can't be reached" in found.what and "spec.storage.endpoint" in found.fix


def test_an_address_that_never_answers(bucket: Path, store: RoleStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in keys(store).items():
        monkeypatch.setenv(name, value)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        (bucket / ".dvc/config").write_text((bucket / ".dvc/config").read_text().replace(store.url, address))
        with pytest.raises(Failed) as caught:
            probe(bucket, timeout=3)
    assert (caught.value.step, caught.value.error) == ("write", None)


@pytest.mark.parametrize(("role", "outcome"), [("ci", "ok"), ("other", "problem")])
def test_a_job_signs_in_by_its_own_token(
    role: str, outcome: str, bucket: Path, store: RoleStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (bucket / "mlspec.yaml").read_text().replace(f"region: {REGION}}}", f'oidc: {{role: "{ROLE[:-2]}{role}", region: {REGION}}}}}')
    (bucket / "mlspec.yaml").write_text(text.replace(store.url, store.sts))  # the bucket stays where .dvc/config says
    monkeypatch.setenv("RUNNER_TEMP", str(tmp_path))
    with token_service() as tokens:
        store.admitted = tokens.issued
        for name, value in tokens.environment.items():
            monkeypatch.setenv(name, value)
        examined = open_project(bucket)
        try:
            sign_in_as(examined.workspace.project)
            found = storage.read_and_write(examined)
        finally:
            workload_identity.disarm()
    assert found.outcome == outcome
    assert outcome == "ok" or "trust policy" in found.fix
    assert "AWS_ROLE_ARN" not in os.environ


def test_a_job_that_may_not_ask_for_a_token(bucket: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bucket / "mlspec.yaml").write_text((bucket / "mlspec.yaml").read_text().replace(f"region: {REGION}}}", f'oidc: {{role: "{ROLE}"}}}}'))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    sign_in_as(open_project(bucket).workspace.project)
    try:
        found = seen(bucket)
    finally:
        workload_identity.disarm()
    assert found.outcome == "problem" and "MLS0990" in found.what and "id-token: write" in found.fix
