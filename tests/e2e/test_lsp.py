"""The language server with a real client over its pipes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.lsp_client import LspClient, RequestRefused
from support.projects import KPIS, MODEL, PROJECT, SOURCE, write_project

pytestmark = pytest.mark.e2e


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_project(tmp_path / "shop")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LspClient]:
    """One server for the module, as an editor has one for many projects; it must not have printed or crashed by the end."""
    home = tmp_path_factory.mktemp("home")
    with LspClient("--stdio", cwd=home) as started:
        started.initialize(
            home,
            general={"positionEncodings": ["utf-16"]},
            textDocument={"rename": {"prepareSupport": True}},
            workspace={"workspaceEdit": {"documentChanges": True}},
        )
        yield started
        assert started.leave() == 0
        assert started.noise == b""
        assert b"Traceback" not in b"".join(started.stderr), b"".join(started.stderr).decode()


def codes(found: list[dict[str, Any]]) -> set[str]:
    return {d["code"] for d in found if d["severity"] == 1}


def has(code: str) -> Any:
    return lambda found: code in codes(found)


def at(text: str, word: str, inside: int = 1) -> tuple[int, int]:
    """Line and character of a word's first occurrence, `inside` characters into it."""
    offset = text.index(word) + inside
    return text.count("\n", 0, offset), offset - (text.rfind("\n", 0, offset) + 1)


def clean(found: list[dict[str, Any]]) -> bool:
    return not codes(found)


def apply(texts: dict[str, str], edit: dict[str, Any]) -> dict[str, str]:
    """Apply a workspace edit to {uri: text}, as an editor does (positions in ASCII text)."""
    done = dict(texts)
    for change in edit["documentChanges"]:
        uri = change["textDocument"]["uri"]
        lines = done[uri].split("\n")
        for e in sorted(change["edits"], key=lambda e: (-e["range"]["start"]["line"], -e["range"]["start"]["character"])):
            start, end = e["range"]["start"], e["range"]["end"]
            assert start["line"] == end["line"]
            line = lines[start["line"]]
            lines[start["line"]] = line[: start["character"]] + e["newText"] + line[end["character"] :]
        done[uri] = "\n".join(lines)
    return done


def test_it_tells_what_it_can_and_leaves_in_peace(root: Path) -> None:
    with LspClient(cwd=root) as client:
        found = client.initialize(root)["capabilities"]
        assert found["positionEncoding"] == "utf-16" and found["hoverProvider"]
        uri = client.open(root / "specs/demand.yaml")
        assert clean(client.wait_for(uri, clean))
        assert client.leave() == 0
        assert client.noise == b""


def test_mistakes_show_as_they_are_typed_and_go_once_mended(client: LspClient, root: Path) -> None:
    uri = client.open(root / "specs/demand.yaml")
    client.change(uri, MODEL.replace("data: sales", "data: salse"))
    found = client.wait_for(uri, has("MLS0302"))
    told = next(d for d in found if d["code"] == "MLS0302")
    assert told["range"] == {"start": {"line": 5, "character": 8}, "end": {"line": 5, "character": 13}}
    assert told["source"] == "mlspec" and "did you mean `sales`?" in told["message"]
    client.change(uri, MODEL, 3)
    assert clean(client.wait_for(uri, clean))
    assert (root / "specs/demand.yaml").read_text() == MODEL


def test_a_mistake_in_one_file_shows_in_another(client: LspClient, root: Path) -> None:
    source, kpis = client.open(root / "specs/sales.yaml"), (root / "specs/demand.yaml").as_uri()
    client.change(source, SOURCE.replace("{name: count, type: integer}", "{name: sold, type: integer}"))
    assert "MLS0410" in codes(client.wait_for(kpis, has("MLS0410")))
    client.notify("textDocument/didClose", {"textDocument": {"uri": source}})
    client.wait_for(kpis, clean)


def test_two_places_are_told_of_a_duplicate(client: LspClient, root: Path) -> None:
    uri = client.open(root / "specs/twin.yaml", SOURCE)
    found = client.wait_for(uri, has("MLS0301"))
    related = next(d for d in found if d["code"] == "MLS0301")["relatedInformation"]
    assert related[0]["location"]["uri"] == (root / "specs/sales.yaml").as_uri()


def test_quick_fix_and_fix_all(client: LspClient, root: Path) -> None:
    uri = client.open(root / "specs/demand.yaml")
    text = MODEL.replace("data: sales", "data: salse")
    client.change(uri, text)
    found = client.wait_for(uri, has("MLS0302"))
    place = next(d for d in found if d["code"] == "MLS0302")["range"]
    wanted = {"textDocument": {"uri": uri}, "range": place, "context": {"diagnostics": found}}
    quick = client.request("textDocument/codeAction", wanted)
    assert [a["kind"] for a in quick] == ["quickfix", "source.fixAll"]
    for action in quick:
        assert apply({uri: text}, action["edit"]) == {uri: MODEL}
    only = {**wanted, "context": {"diagnostics": found, "only": ["source"]}}
    assert [a["kind"] for a in client.request("textDocument/codeAction", only)] == ["source.fixAll"]
    client.change(uri, "# newer\n" + text, 9)
    assert client.request("textDocument/codeAction", wanted) == []


@pytest.mark.parametrize(
    ("path", "text", "line", "character", "some", "not_some"),
    [
        ("specs/demand.yaml", MODEL + "  feat\n", 9, 6, ["features", "preprocess"], ["split", "task", "metric"]),
        ("specs/demand.yaml", MODEL + "  features:\n    ", 10, 4, ["include", "exclude", "numeric"], ["features"]),
        ("specs/demand.yaml", MODEL + "  features: {inc", 9, 16, ["include", "exclude"], []),
        ("specs/demand.yaml", MODEL + "  features:\n    include: [", 10, 14, ["day", "shop", "price", "count"], ["sales"]),
        ("specs/demand.yaml", MODEL + "  features:\n    categorical:\n      - ", 11, 8, ["shop"], []),
        ("specs/demand.yaml", MODEL.replace("task: regression", "task: "), 4, 8, ["binary", "multiclass", "regression"], []),
        ("specs/demand.yaml", MODEL.replace("data: sales", "data: "), 5, 8, ["sales"], ["demand"]),
        ("specs/demand.yaml", MODEL.replace("data: sales", 'data: "'), 5, 9, ["sales"], ["demand"]),
        ("specs/demand.yaml", MODEL.replace("target: count", "target: "), 6, 10, ["count", "price"], []),
        ("specs/demand.yaml", MODEL.replace("Ridge", ""), 8, 39, ["sklearn.linear_model.Lasso"], ["sklearn.linear_model.LogisticRegression"]),
        ("specs/demand.yaml", "bad: [\n" + MODEL.replace("data: sales", "data: "), 6, 8, [], []),
        ("specs/demand-kpis.yaml", KPIS + "  leak\n", 7, 6, ["leakage", "confidence"], ["bootstrap"]),
        ("specs/demand-kpis.yaml", KPIS.replace('["mae <= 50", ', "[{metric: "), 5, 18, ["mae", "rmse", "latency_p99"], ["roc_auc"]),
        ("specs/demand-kpis.yaml", KPIS.replace("model: demand", "model: "), 4, 9, ["demand"], ["sales"]),
        ("specs/new.yaml", "", 0, 0, ["apiVersion", "kind", "metadata", "spec"], []),
        ("specs/new.yaml", "apiVersion: mlspec/v1\nkind: ", 1, 6, ["Model", "DataSource", "ModelSet"], []),
        ("environments/staging/x.yaml", "kind: Deployment\nspec: {model: demand, target: ", 1, 31, ["local-rest"], ["demand"]),
        ("environments/staging/x.yaml", "kind: Deployment\nmetadata: {environment: ", 1, 24, ["staging", "production"], []),
        ("mlspec.yaml", PROJECT + "  ci:\n    br", 10, 6, ["branch", "runsOn"], []),
        ("specs/two.yaml", MODEL + "---\nkind: KPISet\nspec:\n  model: ", 12, 9, ["demand"], ["sales"]),
    ],
)  # fmt: skip
def test_completion(
    client: LspClient, root: Path, path: str, text: str, line: int, character: int, some: list[str], not_some: list[str]
) -> None:
    uri = client.open(root / path, text)
    labels = client.labels(uri, line, character)
    assert set(some) <= set(labels), labels
    assert not set(not_some) & set(labels)


def test_completion_in_a_file_that_is_broken_elsewhere(client: LspClient, root: Path) -> None:
    text = MODEL.replace("  target: count", '  target: "count').replace("data: sales", "data: ")
    uri = client.open(root / "specs/demand.yaml", text)
    client.wait_for(uri, has("MLS0135"))
    assert client.labels(uri, 5, 8) == ["sales"]
    broken_before = "apiVersion mlspec/v1\n" + MODEL.replace("data: sales", "data: ")
    client.change(uri, broken_before, 3)
    assert client.labels(uri, 6, 8) == ["sales"]


def test_columns_stand_in_a_buffer_that_was_not_saved(client: LspClient, root: Path) -> None:
    client.open(root / "specs/sales.yaml", SOURCE.replace("{name: shop, type: string}", "{name: branch, type: string}"))
    uri = client.open(root / "specs/demand.yaml", MODEL.replace("target: count", "target: "))
    assert "branch" in client.labels(uri, 6, 10)


def test_a_completion_is_what_the_file_needs(client: LspClient, root: Path) -> None:
    text = MODEL + "  features:\n    include: [pri"
    uri = client.open(root / "specs/demand.yaml", text)
    item = next(i for i in client.ask("completion", uri, 10, 17)["items"] if i["label"] == "price")
    assert item["textEdit"] == {"range": {"start": {"line": 10, "character": 14}, "end": {"line": 10, "character": 17}}, "newText": "price"}
    assert item["detail"] == "number"


def evaluation(root: Path, **metrics: Any) -> None:
    folder = root / "pipelines/models/demand"
    folder.mkdir(parents=True)
    (folder / "evaluation.json").write_text(json.dumps({"metrics": metrics, "baseline": {"mae": {"value": 150.0}}}))


@pytest.mark.parametrize(
    ("text", "line", "character", "label", "written"),
    [
        (MODEL + "  pre", 9, 5, "preprocess", "preprocess:\n  "),
        (MODEL + "  feat: {}\n", 9, 6, "features", "features"),
        (KPIS.replace('["mae <= 50", ', "[{sl"), 5, 12, "slice", "slice: "),
        (KPIS.split("  kpis")[0] + "  kpis:\n    - metric: mae\n      sl", 7, 8, "slice", "slice:\n  "),
        (KPIS.split("  kpis")[0] + "  kpis:\n    - sl", 6, 8, "slice", "slice:\n    "),
        (MODEL.replace("task: regression", "task: "), 4, 8, "binary", "binary"),
        (MODEL + "  seed: ", 9, 8, "7", "7"),
        (MODEL + "  split: {strategy: time, testFrom: ", 9, 36, "2012-08-01", '"2012-08-01"'),
    ],
)  # fmt: skip
def test_what_a_completion_writes(client: LspClient, root: Path, text: str, line: int, character: int, label: str, written: str) -> None:
    uri = client.open(root / "specs/new.yaml", text)
    found = {i["label"]: i for i in client.ask("completion", uri, line, character)["items"]}
    assert found[label]["textEdit"]["newText"] == written


def test_hover_explains_fields_objects_columns_and_kpis(client: LspClient, root: Path) -> None:
    evaluation(root, mae={"value": 41.25, "low": 39.9, "high": 42.6})
    model, kpis = client.open(root / "specs/demand.yaml"), client.open(root / "specs/demand-kpis.yaml")

    def shown(uri: str, place: tuple[int, int]) -> str:
        return client.ask("hover", uri, *place)["contents"]["value"]

    assert "How rows are set aside for the test" in shown(model, at(MODEL, "split:"))
    assert "`20%` or `0.2`" in shown(model, at(MODEL, "test:"))
    assert "`specs/sales.yaml:3`" in shown(model, at(MODEL, "sales"))
    assert "mae 41.25 (39.9 to 42.6; baseline 150)" in shown(model, at(MODEL, "demand"))
    assert "mae 41.25" in shown(kpis, at(KPIS, "mae <= 50"))
    assert "mae 41.25" in shown(kpis, at(KPIS, "model: demand", 8))
    assert "column `count` (integer)" in shown(model, at(MODEL, "count"))
    assert client.ask("hover", model, 99, 0) is None


@pytest.mark.parametrize("content", ["", "[]", "{", '{"metrics": 3}', '{"metrics": {"mae": 4}}', '{"metrics": {}, "baseline": []}'])
def test_hover_survives_a_damaged_evaluation(client: LspClient, root: Path, content: str) -> None:
    evaluation(root)
    (root / "pipelines/models/demand/evaluation.json").write_text(content)
    uri = client.open(root / "specs/demand.yaml")
    assert "**Model** `demand`" in client.ask("hover", uri, *at(MODEL, "demand"))["contents"]["value"]


def test_definition_references_and_symbols(client: LspClient, root: Path) -> None:
    uri = client.open(root / "specs/demand.yaml")
    assert [p["uri"] for p in client.ask("definition", uri, *at(MODEL, "sales"))] == [(root / "specs/sales.yaml").as_uri()]
    column = client.ask("definition", uri, *at(MODEL, "count"))[0]
    assert column["range"]["start"] == {"line": 9, "character": 13}
    found = client.ask("references", uri, *at(MODEL, "demand"), context={"includeDeclaration": False})
    names = sorted(Path(p["uri"].removeprefix("file://")).relative_to(root).as_posix() for p in found)
    assert names == ["environments/production/demand.yaml", "environments/staging/demand.yaml", "specs/demand-kpis.yaml"]
    assert [s["name"] for s in client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})] == ["demand"]
    assert {s["name"] for s in client.request("workspace/symbol", {"query": "sal"})} == {"source/sales", "rules/sales"}


def test_a_client_that_knows_no_versions_gets_plain_changes(root: Path) -> None:
    with LspClient(cwd=root) as client:
        client.initialize(root)
        uri = client.open(root / "specs/demand.yaml")
        edit = client.ask("rename", uri, *at(MODEL, "sales"), newName="stock")
        assert "documentChanges" not in edit
        assert sorted(Path(u).name for u in edit["changes"]) == ["demand.yaml", "sales-rules.yaml", "sales.yaml"]


def test_rename_edits_every_file(client: LspClient, root: Path) -> None:
    texts = {(root / p).as_uri(): (root / p).read_text() for p in ("specs/sales.yaml", "specs/sales-rules.yaml", "specs/demand.yaml")}
    uri = client.open(root / "specs/demand.yaml")
    prepared = client.ask("prepareRename", uri, *at(MODEL, "sales"))
    assert prepared["placeholder"] == "sales"
    done = apply(texts, client.ask("rename", uri, *at(MODEL, "sales"), newName="2024"))
    assert 'data: "2024"' in done[uri] and all("2024" in text for text in done.values())
    for changed, text in done.items():
        Path(changed.removeprefix("file://")).write_text(text)
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": changed, "type": 2}]})
    client.change(uri, done[uri], 5)
    client.wait_for(uri, clean)
    validated = subprocess.run([sys.executable, "-m", "mlspec", "validate"], cwd=root, capture_output=True, text=True, check=False)
    assert validated.returncode == 0, validated.stderr


@pytest.mark.parametrize(
    ("name", "why"),
    [("Not Valid", "no valid name"), ("", "no valid name"), ("../up", "no valid name"), ("con", "no valid name"), ("stock", "is taken")],
)
def test_rename_refuses_bad_names(client: LspClient, root: Path, name: str, why: str) -> None:
    client.open(root / "specs/stock.yaml", SOURCE.replace("name: sales", "name: stock"))
    uri = client.open(root / "specs/demand.yaml")
    with pytest.raises(RequestRefused, match=why):
        client.ask("rename", uri, *at(MODEL, "sales"), newName=name)


def test_rename_refuses_where_a_reference_could_be_missed(client: LspClient, root: Path) -> None:
    broken = client.open(root / "specs/broken.yaml", "a: [\n")
    uri = client.open(root / "specs/demand.yaml")
    with pytest.raises(RequestRefused, match=r"specs/broken\.yaml"):
        client.ask("rename", uri, *at(MODEL, "sales"), newName="stock")
    client.change(
        broken, MODEL.replace("name: demand", "name: other").replace("data: sales", "data: *s").replace("Model", "Model\nx: &s sales")
    )
    with pytest.raises(RequestRefused, match="alias"):
        client.ask("rename", uri, *at(MODEL, "sales"), newName="stock")
    with pytest.raises(RequestRefused, match="no object's name"):
        client.ask("rename", uri, *at(MODEL, "regression"), newName="stock")


def test_positions_count_utf_16_units(client: LspClient, root: Path) -> None:
    text = MODEL.replace("metadata: {name: demand}", 'metadata: {description: "🚲🚲 größe 日本", name: demand}')
    uri = client.open(root / "specs/demand.yaml", text.replace("name: demand", "nmae: demand"))
    found = client.wait_for(uri, has("MLS0101"))
    line = text.splitlines()[2]
    start = len(line[: line.index("name:")].encode("utf-16-le")) // 2
    told = next(d for d in found if d["code"] == "MLS0101")["range"]
    assert (told["start"]["character"], told["end"]["character"]) == (start, start + 4)
    client.change(uri, text, 3)
    client.wait_for(uri, clean)
    assert client.ask("prepareRename", uri, 2, start + 7)["range"]["start"]["character"] == start + 6


def test_the_client_may_count_in_utf_8(root: Path) -> None:
    text = MODEL.replace("metadata: {name: demand}", 'metadata: {description: "🚲", name: demand}')
    with LspClient(cwd=root) as client:
        found = client.initialize(root, general={"positionEncodings": ["utf-8"]})
        assert found["capabilities"]["positionEncoding"] == "utf-8"
        uri = client.open(root / "specs/demand.yaml", text)
        place = len(text.splitlines()[2].split("demand")[0].encode())
        assert client.ask("hover", uri, 2, place)["range"]["start"]["character"] == place


def test_formatting_is_that_of_fmt(client: LspClient, root: Path) -> None:
    uri = client.open(root / "specs/demand.yaml", "kind:   Model\n" + MODEL.replace("kind: Model\n", ""))
    edits = client.request("textDocument/formatting", {"textDocument": {"uri": uri}, "options": {"tabSize": 2, "insertSpaces": True}})
    assert edits[0]["newText"].startswith("apiVersion: mlspec/v1\nkind: Model\n")
    client.change(uri, "a: [", 3)
    assert client.request("textDocument/formatting", {"textDocument": {"uri": uri}, "options": {"tabSize": 2, "insertSpaces": True}}) == []


def test_a_spec_outside_every_project_is_told_so(client: LspClient, tmp_path: Path, root: Path) -> None:
    uri = client.open(tmp_path / "lonely.yaml", MODEL)
    assert [d["code"] for d in client.wait_for(uri)] == ["MLS0006"]
    assert client.labels(uri, 5, 8) == []
    assert client.ask("hover", uri, 5, 8) is None
    stray = client.open(root / "elsewhere.yaml", MODEL)
    assert "specs/" in client.wait_for(stray)[0]["message"]
    with pytest.raises(RequestRefused, match="does not read"):
        client.ask("rename", stray, 2, 18, newName="x")
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    client.wait_for(uri, lambda found: not found)


@pytest.mark.parametrize("uri", ["untitled:Untitled-1", "file:///nowhere/specs/x.yaml", "git:/a/b.yaml?x", "file:///%00.yaml", "", "file:"])
def test_strange_documents_do_no_harm(client: LspClient, root: Path, uri: str) -> None:
    client.notify("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": "a: b"}})
    assert client.labels(uri, 0, 0) == []
    sound = client.open(root / "specs/demand.yaml")
    client.wait_for(sound, clean)


@pytest.mark.parametrize(
    "text",
    ["", "\ufeff", "a: \x00", "a: \ud83d", "- " * 70, "[" * 70, "a: &a [*a]", "\t", "---\n---\n", "!!python/none x", "\u2028: x\n"],
)
def test_strange_texts_do_no_harm(client: LspClient, root: Path, text: str) -> None:
    uri = client.open(root / "specs/strange.yaml", text)
    client.ask("completion", uri, 0, 0)
    client.ask("completion", uri, 7, 900)
    client.ask("hover", uri, 0, 1)
    client.ask("definition", uri, 0, 3)
    sound = client.open(root / "specs/demand.yaml")
    client.wait_for(sound, lambda _: True)


def test_a_project_that_is_only_typed(client: LspClient, tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    project = client.open(new / "mlspec.yaml", PROJECT.replace("seed: 7", "seed: -7"))
    assert codes(client.wait_for(project, codes))
    model = client.open(new / "specs/demand.yaml", MODEL)
    client.wait_for(model, has("MLS0302"))


@pytest.mark.parametrize("end", ["close", "kill"])
def test_it_ends_with_its_client(root: Path, end: str) -> None:
    with LspClient(cwd=root) as client:
        client.initialize(root)
        client.open(root / "specs/demand.yaml")
        if end == "close":
            assert client.process.stdin is not None
            client.process.stdin.close()
            assert client.process.wait(10) == 1
        else:
            client.process.send_signal(signal.SIGTERM)
            assert client.process.wait(10) != 0


def test_it_ends_when_the_editor_is_gone_and_the_pipe_is_not(root: Path) -> None:
    editor = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        with LspClient(cwd=root) as client:
            client.request("initialize", {"processId": editor.pid, "rootUri": root.as_uri(), "capabilities": {}})
            editor.kill()
            editor.wait(10)
            assert client.process.wait(15) == 1
    finally:
        editor.kill()
        editor.wait(10)


def test_exit_without_shutdown_is_no_success(root: Path) -> None:
    with LspClient(cwd=root) as client:
        client.initialize(root)
        client.notify("exit")
        assert client.process.wait(10) == 1


def test_without_the_extra_the_command_to_install_it_is_told(root: Path, tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "pygls.py").write_text("raise ModuleNotFoundError(\"No module named 'pygls'\", name='pygls')\n")
    env = {**os.environ, "PYTHONPATH": str(hidden)}
    done = subprocess.run([sys.executable, "-m", "mlspec", "lsp"], cwd=root, env=env, capture_output=True, text=True, check=False, input="")
    assert done.returncode == 1 and done.stdout == ""
    assert "MLS0005" in done.stderr and "pip install 'mlspec-gitops[lsp]'" in done.stderr


def test_typing_fast_compiles_once_at_the_end(client: LspClient, root: Path) -> None:
    uri = client.open(root / "specs/demand.yaml")
    began = time.monotonic()
    for number in range(50):
        client.change(uri, MODEL.replace("data: sales", f"data: sales{number}"), number + 2)
    found = client.wait_for(uri, lambda f: any("`sales49`" in d["message"] for d in f))
    assert has("MLS0302")(found)
    assert time.monotonic() - began < 25
