"""Signing in to the DVC remote by the job's own token: for real against moto's STS and S3, with a stand-in for GitHub's service."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.identity_tokens import REQUEST_TOKEN, ROLE, RoleStore, TokenService, store_of_a_role, token_service
from support.moto_s3 import REGION

from mlspec.adapters.cloud import identity_token, workload_identity
from mlspec.adapters.cloud.workload_identity import Aws, Azure, Google
from mlspec.adapters.dvc import store as dvc_store
from mlspec.diagnostics import Problems
from mlspec.pipelines.run.dvc_process import repro

IDENTITY = Aws(ROLE, REGION)
GOOGLE = Google("projects/1/locations/global/workloadIdentityPools/pool/providers/github", "ci@acme.iam.gserviceaccount.com")
AZURE = Azure("11111111-2222-3333-4444-555555555555", "66666666-2222-3333-4444-555555555555")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No credentials but those that a test gives, and no state of another test."""
    for name in [n for n in os.environ if n.startswith(("AWS_", "AZURE_", "GOOGLE_", "ACTIONS_", "GITHUB_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RUNNER_TEMP", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(identity_token, "sleep", lambda seconds: None)
    yield
    workload_identity.disarm()
    assert not {"AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_REGION", "AZURE_FEDERATED_TOKEN_FILE"} & set(os.environ)
    assert not list(tmp_path.glob(f"{workload_identity.PREFIX}*")), "a token was left behind"


@pytest.fixture
def tokens() -> Iterator[TokenService]:
    with token_service() as service:
        yield service


@pytest.fixture
def job(tokens: TokenService, monkeypatch: pytest.MonkeyPatch) -> TokenService:
    """A job with `id-token: write`."""
    for name, value in tokens.environment.items():
        monkeypatch.setenv(name, value)
    return tokens


def token_file() -> Path:
    return Path(os.environ["AWS_WEB_IDENTITY_TOKEN_FILE"])


def code_of(caught: pytest.ExceptionInfo[Problems]) -> str:
    return caught.value.diagnostics[0].code


def test_a_token_is_asked_for_at_the_first_use_and_only_then(job: TokenService) -> None:
    workload_identity.arm(IDENTITY)
    assert job.requests == [] and "AWS_ROLE_ARN" not in os.environ
    workload_identity.renew()
    assert job.requests == [{"api-version": "2.0", "audience": "sts.amazonaws.com"}]
    assert token_file().read_text() == job.issued[0]
    assert {k: os.environ[k] for k in ("AWS_ROLE_ARN", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ROLE_SESSION_NAME")} == {
        "AWS_ROLE_ARN": ROLE,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ROLE_SESSION_NAME": "mlspec-42",
    }


def test_the_token_is_for_nobody_elses_eyes(job: TokenService, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = os.umask(0)
    try:
        workload_identity.arm(IDENTITY)
        workload_identity.renew()
    finally:
        os.umask(before)
    assert token_file().is_relative_to(tmp_path.resolve())
    assert [stat.S_IMODE(p.stat().st_mode) for p in (token_file(), token_file().parent)] == [0o600, 0o700]
    assert not [name for name, value in os.environ.items() if job.issued[0] in value]
    assert capfd.readouterr() == ("", "")


def test_a_young_token_is_kept_and_an_old_one_is_replaced(job: TokenService, monkeypatch: pytest.MonkeyPatch) -> None:
    workload_identity.arm(IDENTITY)
    workload_identity.renew()
    workload_identity.arm(IDENTITY)
    workload_identity.renew()
    assert len(job.issued) == 1
    monkeypatch.setattr(workload_identity, "RENEW_AFTER", 0.0)
    workload_identity.renew()
    assert len(job.issued) == 2 and token_file().read_text() == job.issued[1]


def test_a_thread_keeps_the_token_young_for_children_that_run_for_hours(job: TokenService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workload_identity, "RENEW_AFTER", 0.02)
    monkeypatch.setattr(workload_identity, "TRY_AGAIN", 0.02)
    job.answers = [(200, b'{"value": "a.b.c"}'), *[(500, b"")] * identity_token.TRIES]
    workload_identity.arm(IDENTITY)
    workload_identity.renew()
    deadline = time.monotonic() + 60
    while len(job.issued) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(job.issued) >= 3, "the thread gave up"
    workload_identity.disarm()
    for thread in [t for t in threading.enumerate() if t.name == "mlspec-identity"]:
        thread.join(60)
        assert not thread.is_alive()


def test_the_file_goes_with_the_process(job: TokenService, tmp_path: Path) -> None:
    text = (
        "from mlspec.adapters.cloud import workload_identity as w\n"
        f"w.arm(w.Aws({ROLE!r}))\nw.renew()\nimport os\nprint(os.environ['AWS_WEB_IDENTITY_TOKEN_FILE'])"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True, timeout=120)
    assert done.stderr == "" and len(job.issued) == 1
    assert not Path(done.stdout.strip()).parent.exists()


@pytest.mark.parametrize("identity", [IDENTITY, GOOGLE, AZURE])
def test_credentials_that_somebody_gave_come_first(
    job: TokenService, identity: workload_identity.Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in identity.given:
        with monkeypatch.context() as only:
            only.setenv(name, "given")
            workload_identity.arm(identity)
            workload_identity.renew(needed=True)
    assert job.requests == []


def test_outside_of_github_nothing_happens() -> None:
    workload_identity.arm(IDENTITY)
    workload_identity.renew(needed=True)
    assert "AWS_ROLE_ARN" not in os.environ and workload_identity.lacking() is None and workload_identity.advice() is None


def test_a_job_without_the_permission_is_told_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    workload_identity.arm(IDENTITY)
    workload_identity.renew()  # the cache alone may do
    with pytest.raises(Problems) as caught:
        workload_identity.renew(needed=True)
    assert code_of(caught) == "MLS0990" and "id-token: write" in str(caught.value.diagnostics[0].help)


@pytest.mark.parametrize(
    ("answers", "tries"),
    [
        ([(500, b"")] * 9, 3),
        ([(429, b"")] * 9, 3),
        ([(403, b'{"message": "no"}')], 1),
        ([(302, b"")], 1),
        ([(200, b"<html>")], 1),
        ([(200, b'{"value": "a\\nb"}')], 1),
        ([(200, b"[]")], 1),
    ],
)
def test_no_token_is_a_problem_that_repeats_no_secret(job: TokenService, answers: list[tuple[int, bytes]], tries: int) -> None:
    job.answers = answers
    workload_identity.arm(IDENTITY)
    with pytest.raises(Problems) as caught:
        workload_identity.renew()
    assert code_of(caught) == "MLS0991" and len(job.requests) == tries
    assert REQUEST_TOKEN not in str(caught.value.diagnostics)
    assert "AWS_ROLE_ARN" not in os.environ


def test_a_passing_fault_is_sat_out(job: TokenService) -> None:
    job.answers = [(500, b""), (503, b"")]
    workload_identity.arm(IDENTITY)
    workload_identity.renew()
    assert len(job.issued) == 1


@pytest.mark.parametrize("url", ["http://192.0.2.7/token", "ftp://127.0.0.1/token", "http://", "https://[", "nonsense"])
def test_the_job_s_token_is_never_sent_in_the_clear(url: str, job: TokenService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", url)
    workload_identity.arm(IDENTITY)
    with pytest.raises(Problems) as caught:
        workload_identity.renew()
    assert code_of(caught) == "MLS0991"


ROWS = "1dc6538a9f3d64f7205c27395523635d"


def project(root: Path, lines: str) -> Path:
    """A DVC repository with one file in its cache, tracked by data.dvc."""
    (root / ".git").mkdir(parents=True)
    (root / ".dvc").mkdir()
    (root / ".dvc/config").write_text(f"[core]\n    remote = storage\n    no_scm = true\n    analytics = false\n{lines}")
    cached = root / f".dvc/cache/files/md5/{ROWS[:2]}/{ROWS[2:]}"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"rows of data")
    (root / "data.dvc").write_text(f"outs:\n- md5: {ROWS}\n  size: 12\n  hash: md5\n  path: data\n")
    return root


@pytest.fixture(scope="module")
def store() -> Iterator[RoleStore]:
    with store_of_a_role("acme-ml") as running:
        yield running


@pytest.fixture
def work(store: RoleStore, tmp_path: Path) -> Path:
    return project(tmp_path / "work", f"['remote \"storage\"']\n    url = s3://acme-ml/{tmp_path.name}\n    endpointurl = {store.url}\n")


def test_dvc_reads_and_writes_the_bucket_with_no_stored_key(job: TokenService, store: RoleStore, work: Path) -> None:
    store.admitted = job.issued
    workload_identity.arm(Aws(ROLE, REGION, store.sts))
    assert dvc_store.remote_has(work, [ROWS]) == {ROWS: False}
    assert dvc_store.push(work, [ROWS]) == 1
    assert dvc_store.remote_has(work, [ROWS]) == {ROWS: True}
    (work / f".dvc/cache/files/md5/{ROWS[:2]}/{ROWS[2:]}").unlink()
    assert dvc_store.fetch(work, {"path": "data", "md5": ROWS}, work / "data").read_bytes() == b"rows of data"
    assert len(job.issued) == 1


def test_the_dvc_program_does_too_and_signs_in_anew_by_the_file(
    job: TokenService, store: RoleStore, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workload_identity.arm(Aws(ROLE, REGION, store.sts))
    workload_identity.renew()
    for verb in (["push"], ["status", "--cloud"]):
        with monkeypatch.context() as later:
            later.setattr(workload_identity, "RENEW_AFTER", 0.0)
            workload_identity.renew()
        store.admitted = job.issued[-1:]  # the one before has expired
        done = subprocess.run([sys.executable, "-m", "dvc", *verb], cwd=work, capture_output=True, text=True, check=False, timeout=240)
        assert done.returncode == 0, done.stderr
    assert "in sync" in done.stdout and len(job.issued) == 3


@pytest.mark.parametrize("github", [True, False])
def test_a_bucket_that_nobody_can_open_says_why(github: bool, store: RoleStore, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true" if github else "")
    workload_identity.arm(Aws(ROLE, REGION, store.sts))
    with pytest.raises(Problems) as caught:
        dvc_store.push(work, [ROWS])
    assert code_of(caught) == ("MLS0990" if github else "MLS0973")
    assert ("id-token" in str(caught.value.diagnostics)) == github


def test_a_role_that_refuses_us_is_no_bug_of_ours(job: TokenService, store: RoleStore, work: Path) -> None:
    workload_identity.arm(Aws(ROLE.replace("ci", "nobody"), REGION, store.sts))
    with pytest.raises(Problems) as caught:
        dvc_store.push(work, [ROWS])
    assert code_of(caught) == "MLS0973" and "trust policy" in str(caught.value.diagnostics[0].help)


def test_a_run_that_pulls_is_refused_before_it_starts(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    workload_identity.arm(IDENTITY)
    with pytest.raises(Problems) as caught:
        repro(work, ["train"], ["--pull", "--allow-missing"], lambda event: None)
    assert code_of(caught) == "MLS0990"


def test_only_a_foreign_store_signs_in_at_its_own_address() -> None:
    amazon = Aws(ROLE, REGION, "https://bucket.vpce-1.s3.eu-west-1.vpce.amazonaws.com")
    assert "AWS_ENDPOINT_URL_STS" not in amazon.environment(Path("/t")) and "AWS_REGION" not in Aws(ROLE).environment(Path("/t"))
    assert Aws(ROLE, None, "https://minio.example.org").environment(Path("/t"))["AWS_ENDPOINT_URL_STS"] == "https://minio.example.org"


def test_google_s_file_says_where_the_token_is(job: TokenService) -> None:
    workload_identity.arm(GOOGLE)
    workload_identity.renew()
    file = Path(os.environ["GOOGLE_APPLICATION_CREDENTIALS"])
    form = json.loads(file.read_text())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert job.requests[0]["audience"] == f"https://iam.googleapis.com/{GOOGLE.provider}"
    assert form["type"] == "external_account" and form["audience"] == f"//iam.googleapis.com/{GOOGLE.provider}"
    assert Path(form["credential_source"]["file"]).read_text() == job.issued[0] and job.issued[0] not in file.read_text()
    assert form["service_account_impersonation_url"].endswith("/ci@acme.iam.gserviceaccount.com:generateAccessToken")
    workload_identity.renew()  # our own file is no foreign credential
    assert len(job.issued) == 1


def test_google_s_pool_may_act_for_itself() -> None:
    (text,) = Google("projects/1/locations/global/workloadIdentityPools/pool/providers/github").files(Path("/tmp/token")).values()
    assert "service_account_impersonation_url" not in json.loads(text)


def test_google_s_own_library_takes_the_file(job: TokenService) -> None:
    pool = pytest.importorskip("google.auth.identity_pool", reason="google-auth comes with mlspec-gitops[gs]")
    workload_identity.arm(GOOGLE)
    workload_identity.renew()
    credentials = pool.Credentials.from_file(os.environ["GOOGLE_APPLICATION_CREDENTIALS"])
    assert credentials.retrieve_subject_token(None) == job.issued[0]
    assert credentials.service_account_email == GOOGLE.service_account


def test_azure_s_variables(job: TokenService) -> None:
    workload_identity.arm(AZURE)
    workload_identity.renew()
    assert job.requests[0]["audience"] == "api://AzureADTokenExchange"
    assert (os.environ["AZURE_CLIENT_ID"], os.environ["AZURE_TENANT_ID"]) == (AZURE.client_id, AZURE.tenant_id)
    assert Path(os.environ["AZURE_FEDERATED_TOKEN_FILE"]).read_text() == job.issued[0]


def test_azure_s_own_library_takes_them(job: TokenService) -> None:
    identity = pytest.importorskip("azure.identity", reason="azure-identity comes with mlspec-gitops[azure]")
    workload_identity.arm(AZURE)
    workload_identity.renew()
    chain = identity.DefaultAzureCredential().credentials
    assert any(type(c).__name__ == "WorkloadIdentityCredential" for c in chain)
