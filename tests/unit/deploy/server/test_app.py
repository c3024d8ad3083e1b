"""What stands around predicting: several models, tokens, request ids, the access log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.server_client import app_of, client_of, opened
from support.serving import tensors

from mlspec.deploy.server.access import AccessLog
from mlspec.deploy.server.metrics import page
from mlspec.deploy.server.tokens import Tokens

BODY = {"inputs": tensors()}
TOKEN = "a-token-of-16-or-more"


def test_each_model_answers_by_its_name_and_is_counted_by_it(regression_folder: Path, classes_folder: Path) -> None:
    app, metrics, endpoints = app_of([opened(regression_folder), opened(classes_folder, "rush", "v2.0.0")])
    ask = client_of(app)
    assert ask("POST", "/v2/models/demand/infer", json=BODY).json()["model_version"] == "v1.0.0"
    assert ask("POST", "/v2/models/rush/infer", json=BODY).json()["outputs"][0]["data"][0] in ("busy", "calm")
    assert "did you mean `rush`?" in ask("POST", "/v2/models/rus/infer", json=BODY).json()["error"]
    endpoints.models.put(opened(classes_folder, "rush", "v2.1.0"))
    assert ask("GET", "/v2/models/rush").json()["versions"] == ["v2.1.0"]
    assert "`v2.1.0` is" in ask("POST", "/v2/models/rush/versions/v2.0.0/infer", json=BODY).json()["error"]
    endpoints.models.remove("rush")
    assert ask("GET", "/v1/models/rush").status_code == 404
    text = page(metrics.snapshot())
    for labels, count in [('model="demand",version="v1.0.0",status="200"', 1), ('model="rush",version="v2.0.0",status="200"', 1)]:
        assert f"mlspec_requests_total{{{labels}}} {count}" in text
    assert 'mlspec_requests_total{model="",version="",status="404"} 2' in text and 'rus"' not in text


def test_a_path_may_end_in_a_slash_and_head_is_get(regression_folder: Path) -> None:
    ask = client_of(app_of([opened(regression_folder)])[0])
    for path in ("/v2/", "/v2/models/demand/", "/v2/health/live/", "/docs/"):
        assert ask("GET", path).status_code == 200
        assert ask("HEAD", path).status_code == 200
    wrong = ask("DELETE", "/v2/models/demand")
    assert wrong.status_code == 405 and wrong.headers["allow"] == "GET, HEAD"
    for path in (
        "/",
        "/v2/models",
        "/v2/models/",
        "/v2/models/demand/x",
        "/v2/models/demand/versions",
        "/v2/models/demand/versions/v1/x/y",
        "//v2",
    ):
        assert ask("GET", path).status_code == 404, path


def test_without_a_token_no_body_is_read_and_no_model_is_told(regression_folder: Path) -> None:
    ask = client_of(app_of([opened(regression_folder)], tokens=Tokens((TOKEN,)))[0])
    for path in ("/v2", "/v2/models/demand", "/v1/models/demand", "/metrics", "/docs", "/openapi.json", "/nothing/here"):
        refused = ask("GET", path)
        assert refused.status_code == 401 and refused.headers["www-authenticate"] == 'Bearer realm="mlspec"'
        assert "demand" not in refused.text and "demand" not in str(dict(refused.headers))
    assert ask("POST", "/v2/models/demand/infer", content=b"0" * 200_000).status_code == 401
    assert ask("GET", "/v2/health/live").status_code == ask("GET", "/v2/health/ready").status_code == 200
    right = {"Authorization": f"Bearer {TOKEN}"}
    assert ask("POST", "/v2/models/demand/infer", json=BODY, headers=right).status_code == 200
    assert ask("GET", "/metrics", headers=right).status_code == 200


@pytest.mark.parametrize("given", ["abc-123", "01HX.Z_9:/+=", "a" * 128])
def test_a_sane_request_id_is_kept(regression_folder: Path, given: str) -> None:
    ask = client_of(app_of([opened(regression_folder)])[0])
    for path in ("/v2", "/nothing"):
        assert ask("GET", path, headers={"X-Request-ID": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", " ", "a" * 129, "a b", 'a"b', "<b>", "a\tb"])
def test_any_other_is_made_anew(regression_folder: Path, given: str) -> None:
    ask = client_of(app_of([opened(regression_folder)])[0])
    found = {ask("GET", "/v2", headers={"X-Request-ID": given}).headers["x-request-id"] for _ in range(2)}
    assert len(found) == 2 and all(len(one) == 16 for one in found)


def test_the_access_log_has_a_line_for_each_request_and_no_secret(regression_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "access.jsonl"
    ask = client_of(app_of([opened(regression_folder)], tokens=Tokens((TOKEN,)), access=AccessLog(path))[0])
    right = {"Authorization": f"Bearer {TOKEN}", "X-Request-ID": "r-1"}
    ask("POST", "/v2/models/demand/infer?key=hidden", json={**BODY, "id": "body-text"}, headers=right)
    ask("POST", "/v2/models/demand/infer", json=BODY, headers={"Authorization": "Bearer a-wrong-token-of-theirs"})
    ask("GET", "/v2/health/live")
    text = path.read_text()
    first, second, third = (json.loads(line) for line in text.splitlines())
    assert (first["id"], first["method"], first["path"], first["status"]) == ("r-1", "POST", "/v2/models/demand/infer", 200)
    assert (first["model"], first["version"]) == ("demand", "v1.0.0") and first["seconds"] > 0
    assert (second["status"], third["path"], third["status"]) == (401, "/v2/health/live", 200) and "model" not in second
    for secret in (TOKEN, "a-wrong-token-of-theirs", "hidden", "body-text"):
        assert secret not in text


def test_a_bug_names_the_request_by_which_the_log_finds_it(regression_folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    app, _, endpoints = app_of([opened(regression_folder)])
    endpoints.models.find("demand").answering = None  # type: ignore[assignment]
    answer = client_of(app)("POST", "/v2/models/demand/infer", json=BODY, headers={"X-Request-ID": "find-me"})
    assert answer.status_code == 500 and "request find-me" in answer.json()["error"] and "Traceback" not in answer.text
    assert "request find-me failed" in caplog.text
