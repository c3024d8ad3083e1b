"""A tree of what came from what, drawn and as JSON; no name in it can write to the terminal."""

from __future__ import annotations

from mlspec.registry.history.tree import Node

LEAF = Node("file", "data.csv", {"git": "abc"})
TREE = Node("version", "demand@v1.0.0", {}, (Node("file", "model", {"md5": "1", "stage": "train"}, (LEAF, Node("file", "code"))), LEAF))


def test_a_line_a_node_with_its_facts() -> None:
    assert TREE.lines() == [
        "demand@v1.0.0",
        "├─ model  md5 1  stage train",
        "│  ├─ data.csv  git abc",
        "│  └─ code",
        "└─ data.csv  git abc",
    ]
    assert LEAF.lines() == ["data.csv  git abc"]


def test_json_leaves_out_what_is_empty() -> None:
    leaf = {"kind": "file", "name": "data.csv", "facts": {"git": "abc"}}
    model = {"kind": "file", "name": "model", "facts": {"md5": "1", "stage": "train"}}
    assert TREE.as_json() == {
        "kind": "version",
        "name": "demand@v1.0.0",
        "children": [model | {"children": [leaf, {"kind": "file", "name": "code"}]}, leaf],
    }


def test_names_and_facts_are_made_visible() -> None:
    hostile = Node("file", "a\x1b[31m\nb", {"md5": "x\u202ey\r"}, (Node("file", "c\x07"),))
    assert hostile.lines() == ["a\\x1b[31m\\x0ab  md5 x\\u202ey\\x0d", "└─ c\\x07"]
