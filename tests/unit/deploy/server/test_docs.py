"""The OpenAPI description is sound, describes what is taken, and the page of documentation fetches nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support.server_client import Ask, app_of, client_of, opened
from support.serving import tensors


@pytest.fixture(scope="module")
def ask(regression_folder: Path, classes_folder: Path) -> Ask:
    return client_of(app_of([opened(regression_folder), opened(classes_folder, "rush", "v2.0.0")])[0])


def schema(found: dict[str, Any], name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}", "components": found["components"]}


def test_every_reference_leads_somewhere_and_every_schema_is_one(ask: Ask) -> None:
    found = ask("GET", "/openapi.json").json()
    assert found["openapi"] == "3.1.0" and {"/v2/models/demand/infer", "/v1/models/rush:predict"} <= set(found["paths"])
    schemas = found["components"]["schemas"]
    references = set(re.findall(r"'\$ref': '#/components/schemas/([^']+)'", str(found)))
    assert references and references <= set(schemas)
    for one in schemas.values():
        jsonschema.Draft202012Validator.check_schema(one)
    operations = [operation for methods in found["paths"].values() for operation in methods.values()]
    assert len({o["operationId"] for o in operations}) == len(operations)
    assert all(o["responses"] for o in operations)


def test_the_examples_fit_their_schemas_and_are_answered_as_they_stand(ask: Ask) -> None:
    found = ask("GET", "/openapi.json").json()
    for model in ("demand", "rush"):
        for path, body, answer in [
            (f"/v2/models/{model}/infer", "Tensors", "Answer"),
            (f"/v1/models/{model}:predict", "Rows", "Predictions"),
        ]:
            content = found["paths"][path]["post"]["requestBody"]["content"]["application/json"]
            assert content["schema"]["$ref"].endswith(f"{model}.{body}")
            jsonschema.validate(content["example"], schema(found, f"{model}.{body}"), jsonschema.Draft202012Validator)
            answered = ask("POST", path, json=content["example"])
            assert answered.status_code == 200, answered.text
            jsonschema.validate(answered.json(), schema(found, f"{model}.{answer}"), jsonschema.Draft202012Validator)


def test_the_schemas_refuse_what_the_server_refuses(ask: Ask) -> None:
    found = ask("GET", "/openapi.json").json()
    for change in ({"hour": {"datatype": "BYTES"}}, {"warm": {"data": [1]}}, {"hour": {"data": ["x"]}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"inputs": tensors(1, **change)}, schema(found, "demand.Tensors"), jsonschema.Draft202012Validator)


def test_categories_that_training_saw_are_told(ask: Ask) -> None:
    weather = ask("GET", "/openapi.json").json()["components"]["schemas"]["demand.Row"]["properties"]["weather"]
    assert weather["examples"] == ["clear", "mist", "rain"] and "enum" not in weather


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_page_needs_nothing_from_anywhere_and_lets_nothing_run(ask: Ask) -> None:
    import base64
    import hashlib

    page = ask("GET", "/docs")
    parser = Links()
    parser.feed(page.text)
    assert not [tag for tag, _ in parser.found if tag in ("script", "img", "link", "iframe", "object", "form")]
    assert not [attrs for _, attrs in parser.found if "src" in attrs or any(name.startswith("on") or name == "style" for name in attrs)]
    assert [attrs["href"] for tag, attrs in parser.found if tag == "a"] == ["openapi.json"]
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert style and base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode() in policy
    for word in ("temperature", "clear, mist, rain", "POST /v1/models/rush:predict", "v2.0.0"):
        assert word in page.text


def test_names_of_users_are_no_markup(tmp_path: Path) -> None:
    import joblib
    from sklearn.linear_model import Ridge

    from mlspec.diagnostics.atomic import write_json
    from mlspec.runtime.signature import Feature, Signature, libraries

    joblib.dump(Ridge().fit([[1.0], [2.0]], [1.0, 2.0]), tmp_path / "model.joblib")
    name = "<script>alert('1')</script>&amp;"
    write_json(
        tmp_path / "signature.json", Signature("regression", name, (Feature(name, "numeric", "number"),), None, libraries()).to_json()
    )
    write_json(tmp_path / "smoke.json", {"inputs": [], "outputs": []})
    page = client_of(app_of([opened(tmp_path)])[0])("GET", "/docs").text
    assert "<script" not in page and "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;&amp;amp;" in page
