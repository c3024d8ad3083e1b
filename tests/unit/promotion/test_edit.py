"""Environment files are edited in place: what people wrote stays, byte for byte."""

from __future__ import annotations

from typing import Any

import pytest

from mlspec.diagnostics import Problems
from mlspec.language.yaml.load import load_documents
from mlspec.promotion.edit import set_spec_keys

DIGEST, CLAIM = "sha256:" + "a" * 64, "sha256:" + "b" * 64
KEYS = {"version": "v1.1.0", "digest": DIGEST, "previous": "none", "claim": CLAIM}
HOLD = {"hold": {"until": "2026-12-01", "reason": 'it said: "no" # really'}}
HEAD = "apiVersion: mlspec/v1\nkind: Deployment\nmetadata: {name: demand, environment: staging}\n"
BLOCK = HEAD + "spec:\n  # who\n  model: demand   # the model\n  target: rest\n"
FLOW = HEAD + "spec: {model: demand, target: rest}  # one line\n"
SET = HEAD + 'spec:\n  model: demand\n  target: rest\n  version: v1.0.0 # old\n  digest: "x"\n  previous: none\n  claim: "y"\n  # end\n'


def edited(text: str, values: dict[str, Any] = KEYS, index: int = 0) -> str:
    return set_spec_keys("e.yaml", text.encode(), index, values).decode()


def spec(text: str, index: int = 0) -> Any:
    documents, found = load_documents("e.yaml", text)
    assert not found
    return documents[index].value["spec"]


@pytest.mark.parametrize(
    "text",
    [
        BLOCK,
        FLOW,
        SET,
        BLOCK.rstrip("\n"),
        FLOW.rstrip("\n"),
        SET + "\n\n",
        BLOCK.replace("\n", "\r\n"),
        "# a comment\n---\n" + BLOCK + "# the end\n",
        HEAD + "spec:\n    target: rest\n    model: demand\n    strategy:\n      canary: {steps: [0.1]}\n",
        HEAD + "spec: {model: demand,\n  target: rest,\n  }\n",
        HEAD + "spec:\n  model: demand\n  target: rest\n  version:\n  digest:\n  previous:\n  claim:\n",
        HEAD + "spec:\n  model: demand\n  target: 'rest'\n  hold:\n    until: \"2026-01-01\"\n    reason: |\n      two\n      lines\n",
        'spec: {model: demand, "target": rest}\n' + HEAD,
        BLOCK.replace("demand   # the model", "dömand   # 数据"),
    ],
)
@pytest.mark.parametrize("values", [KEYS, KEYS | HOLD], ids=["promotion", "rollback"])
def test_sets_the_keys_and_nothing_else(text: str, values: dict[str, Any]) -> None:
    before, after = spec(text), spec(edited(text, values))
    assert after == {**before, **values}
    comments = [line[line.index("#") :].strip() for line in text.splitlines() if "#" in line]
    assert all(c in edited(text, values) for c in comments)
    assert edited(edited(text, values), values) == edited(text, values)


def test_only_the_lines_of_the_keys_change() -> None:
    lines = BLOCK.splitlines()
    assert [line for line in edited(BLOCK).splitlines() if line in lines] == lines
    assert len(edited(BLOCK).splitlines()) == len(lines) + 4
    assert edited(SET).count("# old") == 1


def test_line_ends_stay() -> None:
    windows = BLOCK.replace("\n", "\r\n")
    assert edited(windows).replace("\r\n", "\n") == edited(BLOCK)
    assert "\n" not in edited(windows).replace("\r\n", "")


def test_one_document_of_several() -> None:
    text = f"{BLOCK}---\n{FLOW}---\n{SET}"
    after = edited(text, index=1)
    assert spec(after, 1)["version"] == "v1.1.0"
    assert (spec(after, 0), spec(after, 2)) == (spec(text, 0), spec(text, 2))
    assert after.startswith(BLOCK)
    assert after.endswith(SET)


def test_a_hostile_reason_stays_text() -> None:
    for reason in ('"', "'", "}, claim: x", "a\nversion: v9", "# no comment", "\\", "${{ github.token }}", "é数", "yes", "1.0", "&a *b !c"):
        after = edited(FLOW, KEYS | {"hold": {"until": "2026-12-01", "reason": reason}})
        assert spec(after)["hold"]["reason"] == reason
        assert spec(after)["version"] == "v1.1.0"


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "spec: &s {model: demand, target: rest}\nmetadata2: *s\n",
        HEAD + "spec: [model, demand]\n",
        HEAD + "spec: demand\n",
        HEAD,
        "a: &x {model: demand, target: rest}\nspec: *x\n",
    ],
    ids=["anchor", "list", "text", "none", "alias"],
)
def test_what_can_t_be_edited_safely_is_refused(text: str) -> None:
    with pytest.raises(Problems) as caught:
        edited(text)
    [found] = caught.value.diagnostics
    assert found.code == "MLS0711" or found.code.startswith("MLS01")
    assert found.help
