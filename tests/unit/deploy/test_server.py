"""The server's answers, good and bad, asked through the real application."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import httpx2
import jsonschema
import pytest
from support import oip_schemas as oip
from support import server_client
from support.server_client import Ask, app_of, opened
from support.serving import tensors
from support.work import nested_too_deep

from mlspec.deploy.server.body import Bodies
from mlspec.deploy.server.config import Limits
from mlspec.deploy.server.errors import RequestError
from mlspec.deploy.server.json_body import decode
from mlspec.deploy.server.metrics import page
from mlspec.runtime.artifact import digest_folder

INFER = "/v2/models/demand/infer"


def client_of(folder: Path, limit: int = 100_000) -> Ask:
    return server_client.client_of(app_of([opened(folder)], Limits(body_bytes=limit))[0])


@pytest.fixture(scope="module")
def ask(regression_folder: Path) -> Ask:
    return client_of(regression_folder)


@pytest.fixture(scope="module")
def ask_classes(classes_folder: Path) -> Ask:
    return client_of(classes_folder)


def sound(answer: httpx2.Response, schema: dict[str, Any], status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    jsonschema.validate(answer.json(), schema)
    return answer.json()


def refused(answer: httpx2.Response, status: int = 400) -> str:
    return str(sound(answer, oip.ERROR, status)["error"])


def test_metadata_and_health_follow_the_protocol(ask: Ask, regression_folder: Path) -> None:
    assert sound(ask("GET", "/v2"), oip.SERVER_METADATA)["name"] == "mlspec"
    sound(ask("GET", "/v2/"), oip.SERVER_METADATA)
    sound(ask("GET", "/v2/health/live"), oip.LIVE)
    sound(ask("GET", "/v2/health/ready"), oip.LIVE)
    for path in ("/v2/models/demand", "/v2/models/demand/versions/v1.0.0"):
        assert sound(ask("GET", f"{path}/ready"), oip.MODEL_READY) == {"name": "demand", "ready": True}
        found = sound(ask("GET", path), oip.MODEL_METADATA)
        assert found["versions"] == ["v1.0.0"]
        assert found["properties"]["digest"] == digest_folder(regression_folder)
        assert [(i["name"], i["datatype"]) for i in found["inputs"]] == [
            ("temperature", "FP64"),
            ("hour", "INT64"),
            ("warm", "BOOL"),
            ("weather", "BYTES"),
        ]


def test_golden_rows_are_answered_as_recorded(ask: Ask, regression_folder: Path) -> None:
    golden = json.loads((regression_folder / "smoke.json").read_text())
    columns = {name: {"shape": [5], "data": [row[name] for row in golden["inputs"]]} for name in golden["inputs"][0]}
    assert None in columns["temperature"]["data"] and None in columns["weather"]["data"]
    body = {"id": "abc", "parameters": {"trace": True}, "inputs": tensors(1, **columns)}
    found = sound(ask("POST", INFER, json=body), oip.INFERENCE)
    assert found["outputs"][0]["data"] == pytest.approx(golden["outputs"])
    assert (found["id"], found["parameters"], found["model_version"]) == ("abc", {"trace": True}, "v1.0.0")
    assert found["outputs"][0] | {"data": 0} == {"name": "predict", "shape": [5], "datatype": "FP64", "data": 0}


@pytest.mark.parametrize(
    "change",
    [
        {"hour": {"shape": [2, 1], "data": [[17], [17]]}},
        {"hour": {"shape": [2, 1]}},
        {"hour": {"datatype": "FP32", "data": [17.0, 17]}},
        {"hour": {"datatype": "UINT8"}},
        {"temperature": {"datatype": "FP32"}},
        {"temperature": {"datatype": "INT32", "data": [20, 21]}},
    ],
)
def test_shapes_and_datatypes_that_fit_are_taken(ask: Ask, change: dict[str, Any]) -> None:
    found = sound(ask("POST", INFER, json={"inputs": tensors(2, **change)}), oip.INFERENCE)
    assert found["outputs"][0]["shape"] == [2] and "id" not in found and "parameters" not in found


def test_a_version_in_the_path_and_order_of_inputs_change_nothing(ask: Ask) -> None:
    first = ask("POST", INFER, json={"inputs": tensors(2)})
    second = ask("POST", "/v2/models/demand/versions/v1.0.0/infer", json={"inputs": tensors(2)[::-1]})
    assert first.content == second.content


BAD: list[tuple[dict[str, Any], str]] = [
    ({"inputs": tensors(hour=None)}, "missing input `hour`"),
    ({"inputs": [*tensors(hour=None), {"name": "huor", "shape": [1], "datatype": "INT64", "data": [1]}]}, "did you mean `hour`?"),
    ({"inputs": [*tensors(), {"name": "extra", "shape": [1], "datatype": "FP64", "data": [1]}]}, "`extra` is no feature"),
    ({"inputs": [*tensors(), tensors()[0]]}, "`temperature` is given twice"),
    ({"inputs": tensors(hour={"datatype": "BYTES", "data": ["1"]})}, "input `hour`: the datatype is 'BYTES'; this integer takes INT64"),
    ({"inputs": tensors(hour={"datatype": None})}, "the datatype is missing"),
    ({"inputs": tensors(hour={"datatype": ["INT64"]})}, "input `hour`: the datatype is"),
    ({"inputs": tensors(hour={"data": ["1"]})}, "input `hour`, row 0: INT64 takes whole numbers or null, not a string"),
    ({"inputs": tensors(hour={"data": [True]})}, "not a boolean"),
    ({"inputs": tensors(hour={"datatype": "FP64", "data": [1.5]})}, "whole numbers"),
    ({"inputs": tensors(hour={"datatype": "UINT8", "data": [-1]})}, "outside UINT8"),
    ({"inputs": tensors(hour={"data": [2**70]})}, "outside INT64"),
    ({"inputs": tensors(hour={"data": [2**53 + 1]})}, "would lose digits"),
    ({"inputs": tensors(hour={"datatype": "FP64", "data": [2**53 + 1]})}, "input `hour`, row 0: the number would lose digits"),
    ({"inputs": tensors(temperature={"data": [10**400]})}, "not finite"),
    ({"inputs": tensors(warm={"data": [1]})}, "input `warm`, row 0: BOOL takes true, false or null, not a number"),
    ({"inputs": tensors(weather={"data": [{"a": 1}]})}, "not an object"),
    ({"inputs": tensors(2, hour={"shape": [3], "data": [1, 2, 3]})}, "`hour` has 3 rows and `temperature` has 2"),
    ({"inputs": tensors(2, hour={"data": [1]})}, "the shape says 2 values, and `data` holds 1"),
    ({"inputs": tensors(hour={"shape": [1, 2], "data": [1, 2]})}, "[n] or [n, 1]"),
    ({"inputs": tensors(hour={"shape": [0], "data": []})}, "at least one"),
    ({"inputs": tensors(hour={"shape": [-1]})}, "[n] or [n, 1]"),
    ({"inputs": tensors(hour={"shape": [True]})}, "[n] or [n, 1]"),
    ({"inputs": tensors(hour={"shape": [1, 1], "data": [[[1]]]})}, "one value a row"),
    ({"inputs": tensors(hour={"data": 17})}, "must be a list"),
    ({"inputs": tensors(), "outputs": [{"name": "predct"}]}, "did you mean `predict`?"),
    ({"inputs": tensors(), "outputs": "predict"}, "`outputs` must be a list"),
    ({"inputs": tensors(), "outputs": [7]}, "outputs[0] must be a JSON object"),
    ({"inputs": tensors(), "id": 7}, "`id` must be a string"),
    ({"inputs": tensors(), "parameters": []}, "`parameters` must be a JSON object"),
    ({"inputs": {}}, "`inputs` must be a list"),
    ({"inputs": ["x"]}, "inputs[0] must be a JSON object"),
    ({"inputs": [{}]}, "inputs[0] needs a `name`"),
    ({}, "`inputs` must be a list"),
]


@pytest.mark.parametrize(("body", "says"), BAD, ids=[says for _, says in BAD])
def test_bad_requests_name_the_input_and_the_fix(ask: Ask, body: dict[str, Any], says: str) -> None:
    assert says in refused(ask("POST", INFER, content=json.dumps(body)))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON (line 1"),
        (b"[1]", "must be a JSON object"),
        (b"\xff\xfe\xff", "UTF-8"),
        (b"[[[", "not JSON (line 1"),
        (b'{"inputs": [NaN]}', "NaN is not JSON"),
        (b'{"inputs": [-Infinity]}', "null stands for a missing value"),
        ("{}".encode("utf-16"), "UTF-8"),
        (b'{"id": "\xed\xa0\x80"}', "UTF-8"),
    ],
)
def test_what_is_not_json_is_said_so(ask: Ask, body: bytes, says: str) -> None:
    assert says in refused(ask("POST", INFER, content=body))


def test_a_number_of_more_digits_than_python_reads(ask: Ask) -> None:
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    try:
        assert "not JSON" in refused(ask("POST", INFER, content=b'{"inputs": [' + b"9" * 641 + b"]}"))
    finally:
        sys.set_int_max_str_digits(before)


def test_a_body_that_is_nested_deeper_than_json_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json, "loads", nested_too_deep)
    with pytest.raises(RequestError, match="nested too deeply"):
        decode(b"[NaN]")  # what orjson refuses is read by Python's own reader, which has the last word


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": "\ud800"}, "the body, `id`: the text holds half of a surrogate pair (\\ud800)"),
        ({"inputs": tensors(weather={"data": ["\udc00x"]})}, "the body, `inputs`[3], `data`[0]: the text holds half"),
        ({"inputs": [{"name": "\ud800"}]}, "the body, `inputs`[0], `name`: the text holds half"),
        ({"parameters": {"\ud800": 1}}, "a key of the body, `parameters`: the text holds half"),
        ({"\ud800": {"\ud801": {"\ud802": 1}}}, "the text holds half"),
        ({"parameters": {"a": {"b": [1, 1e999]}}}, "`parameters`, `a`, `b`[1]: the number is not finite in FP64"),
        ({"parameters": {"a": json.loads("[" * 40 + "]" * 40)}}, "`parameters` is nested more than 32 deep"),
    ],
)
def test_what_could_not_be_echoed_is_refused(ask: Ask, change: dict[str, Any], says: str) -> None:
    """An answer that can't be written as JSON would be found out only once the model had predicted."""
    body = json.dumps({"inputs": tensors(), **change}).replace("Infinity", "1e999")
    assert says in refused(ask("POST", INFER, content=body))


def test_pairs_of_surrogates_and_a_byte_order_mark_are_fine(ask: Ask) -> None:
    body = json.dumps({"inputs": tensors(), "id": "\U0001f600", "parameters": {"\\ud800": 10**400}})
    assert "\\ud83d" in body
    for text in (body, "\ufeff" + body):
        found = sound(ask("POST", INFER, content=text.encode()), oip.INFERENCE)
        assert found["id"] == "\U0001f600" and found["parameters"] == {"\\ud800": 10**400}


def test_a_client_that_goes_away_is_no_bug(regression_folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    app, metrics, _ = app_of([opened(regression_folder)], Limits())
    caplog.clear()  # which way the model answers
    scope = {"type": "http", "method": "POST", "path": INFER, "headers": [], "query_string": b"", "http_version": "1.1"}

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(_: Any) -> None: ...

    asyncio.run(app(scope, receive, send))
    assert caplog.records == [] and 'status="499"} 1' in page(metrics.snapshot())


def test_bodies_of_all_requests_together_are_bounded() -> None:
    """Slow bodies can't fill the memory: the next is asked to come again."""

    class Slow:
        parts = 0

        def header(self, _: bytes) -> None: ...

        async def part(self) -> tuple[bytes, bool]:
            self.parts += 1
            if self.parts == 1:
                return b"x" * 60, True
            await asyncio.sleep(0.2)
            return b"", False

    async def ask_twice() -> tuple[str, int, int]:
        bodies = Bodies(Limits(body_bytes=100, held_bytes=100))

        async def one() -> int:
            async with bodies.read(cast("Any", Slow())) as body:
                return len(body)

        first, second = await asyncio.gather(one(), one(), return_exceptions=True)
        assert isinstance(second, RequestError) and second.status == 503
        return second.message, cast("int", first), bodies.held

    assert asyncio.run(ask_twice()) == ("the server is busy with other requests: try again in a moment", 60, 0)


def test_a_body_that_does_not_come_in_time_is_408(regression_folder: Path) -> None:
    model = opened(regression_folder)
    app, _, endpoints = app_of([model], Limits(body_seconds=0.05))

    async def slowly() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(5)

    async def send() -> httpx2.Response:
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://server") as client:
            return await client.post(INFER, content=slowly())

    late = asyncio.run(send())
    assert "did not come within 0.05 seconds" in refused(late, 408) and late.headers["connection"] == "close"
    assert endpoints.bodies.held == 0


def test_paths_methods_and_encodings(ask: Ask) -> None:
    assert "did you mean `demand`?" in refused(ask("GET", "/v2/models/demnd"), 404)
    assert "`v1.0.0` is" in refused(ask("POST", "/v2/models/demand/versions/v9/infer", json={}), 404)
    assert "/v2/models/<model>" in refused(ask("GET", "/favicon.ico"), 404)
    wrong = ask("GET", INFER)
    assert "use POST" in refused(wrong, 405) and wrong.headers["allow"] == "POST"
    assert "encoding" in refused(ask("POST", INFER, content=b"x", headers={"content-encoding": "gzip"}), 415)
    assert "binary" in refused(ask("POST", INFER, content=b"x", headers={"inference-header-content-length": "1"}), 415)


def test_a_body_over_the_limit_is_413(ask: Ask) -> None:
    assert "larger than 100000 bytes" in refused(ask("POST", INFER, content=b" " * 100_001), 413)
    assert "larger than 100000 bytes" in refused(ask("POST", INFER, content=b" " * 300_000), 413)


def test_classes_and_their_probabilities(ask_classes: Ask) -> None:
    metadata = sound(ask_classes("GET", "/v2/models/demand"), oip.MODEL_METADATA)
    assert json.loads(metadata["properties"]["classes"]) == ["busy", "calm"]
    assert [(o["name"], o["datatype"], o["shape"]) for o in metadata["outputs"]] == [
        ("predict", "BYTES", [-1]),
        ("predict_proba", "FP64", [-1, 2]),
    ]
    body = {"inputs": tensors(2, temperature={"data": [40, -40]})}
    labels, proba = sound(ask_classes("POST", INFER, json=body), oip.INFERENCE)["outputs"]
    assert labels["data"] == ["busy", "calm"] and proba["shape"] == [2, 2]
    assert proba["data"][0] > 0.5 > proba["data"][2] and proba["data"][0] + proba["data"][1] == pytest.approx(1)
    body["outputs"] = [{"name": "predict_proba"}]
    assert [o["name"] for o in ask_classes("POST", INFER, json=body).json()["outputs"]] == ["predict_proba"]


def test_a_model_without_an_imputer_names_the_inputs_that_hold_null(tmp_path: Path) -> None:
    """And nothing of our inside is told: no traceback, no path."""
    import joblib
    from sklearn.linear_model import Ridge

    from mlspec.diagnostics.atomic import write_json
    from mlspec.runtime.signature import Feature, Signature, libraries

    folder = tmp_path / "model"
    folder.mkdir()
    joblib.dump(Ridge().fit([[1.0], [2.0]], [1.0, 2.0]), folder / "model.joblib")
    write_json(folder / "signature.json", Signature("regression", "y", (Feature("x", "numeric", "number"),), None, libraries()).to_json())
    write_json(folder / "smoke.json", {"inputs": [], "outputs": []})
    ask = client_of(folder)
    hole = {"inputs": [{"name": "x", "shape": [1], "datatype": "FP64", "data": [None]}]}
    assert refused(ask("POST", INFER, json=hole)) == "the model can't predict rows with null in `x`: send a value"
    huge = {"inputs": [{"name": "x", "shape": [2], "datatype": "FP64", "data": [1e308, -1e308]}]}
    ok = ask("POST", INFER, json=huge)
    assert ok.status_code in (200, 500) and "Traceback" not in ok.text


@pytest.fixture(scope="module")
def ask_days(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """y = days since 1970, of one date feature."""
    import joblib
    from sklearn.linear_model import LinearRegression

    from mlspec.diagnostics.atomic import write_json
    from mlspec.runtime.signature import Feature, Signature, libraries

    folder = tmp_path_factory.mktemp("days") / "model"
    folder.mkdir()
    joblib.dump(LinearRegression().fit([[0.0], [86400.0]], [0.0, 1.0]), folder / "model.joblib")
    signature = Signature("regression", "y", (Feature("day", "numeric", "date"),), None, libraries())
    write_json(folder / "signature.json", signature.to_json())
    write_json(folder / "smoke.json", {"inputs": [], "outputs": []})
    return client_of(folder)


def days(*values: Any) -> dict[str, Any]:
    return {"inputs": [{"name": "day", "datatype": "BYTES", "shape": [len(values)], "data": list(values)}]}


@pytest.mark.parametrize("value", ["now", "today", "2020", "2020-01", "20200131", "2020-01-31T08:00:00", "31.01.2020", ""])
def test_a_date_is_written_out_and_nothing_else_is_one(ask_days: Ask, value: str) -> None:
    said = refused(ask_days("POST", INFER, json=days("1970-01-03", value)))
    what = f"input `day` holds 1 value that is not of type date: {value!r} in row 2"
    assert said == f"{what}; send ISO 8601 dates, such as 2026-11-21; null for missing"


def test_dates_are_answered(ask_days: Ask) -> None:
    answer = sound(ask_days("POST", INFER, json=days("1970-01-03", "1970-01-11T00:00:00Z")), oip.INFERENCE)
    assert answer["outputs"][0]["data"] == pytest.approx([2.0, 10.0])


def test_metrics_count_by_status_and_latency(regression_folder: Path) -> None:
    ask = client_of(regression_folder)
    for body in ({"inputs": tensors()}, {"inputs": tensors()}, {}):
        ask("POST", INFER, json=body)
    page = ask("GET", "/metrics").text
    assert 'mlspec_requests_total{model="demand",version="v1.0.0",status="200"} 2' in page
    assert 'mlspec_requests_total{model="demand",version="v1.0.0",status="400"} 1' in page
    assert 'mlspec_request_seconds_bucket{model="demand",version="v1.0.0",le="+Inf"} 3' in page
    assert page.endswith("\n")
