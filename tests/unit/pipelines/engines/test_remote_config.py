"""What workers are told of the remote: where it is, and nothing that opens it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlspec.diagnostics import Problems
from mlspec.pipelines.engines.remote_config import config_for_workers

SECRETS = (
    *("access_key_id", "secret_access_key", "session_token", "password", "sas_token", "account_key", "connection_string", "client_secret"),
    *("credentialpath", "token", "custom_auth_header", "keyfile", "gdrive_client_secret", "what_a_new_plugin_calls_it"),
)


def config(root: Path, text: str) -> tuple[str, Path | None]:
    (root / ".dvc").mkdir(exist_ok=True)
    (root / ".dvc/config").write_text(text)
    return config_for_workers(root)


def test_no_secret_travels(tmp_path: Path) -> None:
    secrets = "".join(f"    {name} = hush-{name}\n" for name in SECRETS)
    kept = "    url = s3://acme/ml\n    region = eu-west-1\n    endpointurl = https://minio.example.org\n"
    text, folder = config(
        tmp_path, f"[core]\n    remote = store\n['remote \"store\"']\n{kept}{secrets}['remote \"other\"']\n    url = s3://b\n"
    )
    assert folder is None and "hush" not in text and "other" not in text
    assert text == (
        "[core]\n    remote = store\n    analytics = false\n    no_scm = true\n['remote \"store\"']\n"
        "    endpointurl = https://minio.example.org\n    region = eu-west-1\n    url = s3://acme/ml\n"
    )


def test_a_password_in_an_address_stays_here(tmp_path: Path) -> None:
    text, _ = config(tmp_path, "[core]\nremote = s\n['remote \"s\"']\nurl = ssh://anna:hush@host:22/srv/ml\n")
    assert "url = ssh://anna@host:22/srv/ml\n" in text


def test_a_folder_is_named_from_the_root_of_the_machine(tmp_path: Path) -> None:
    text, folder = config(tmp_path, "[core]\nremote = s\n['remote \"s\"']\nurl = ../../storage\n")
    assert folder == tmp_path.parent / "storage" and f"url = {folder}\n" in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no config",
        "[core]\nremote = s\n",
        "[core]\nremote = s\n['remote \"s\"']\nregion = x\n",
        "[core]\nremote = s\n['remote \"s\"']\nurl = remote://t/x\n",
    ],
)
def test_without_a_remote_there_is_no_way_back(tmp_path: Path, text: str) -> None:
    with pytest.raises(Problems, match="MLS0535: what a cluster makes comes back through the DVC remote"):
        config(tmp_path, text)
