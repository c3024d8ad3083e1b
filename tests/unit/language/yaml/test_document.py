"""Every part of a document knows where it stands."""

from __future__ import annotations

import pytest

from mlspec.language.yaml.document import Document
from mlspec.language.yaml.load import load_documents

TEXT = """\
# a comment
kind: Model
spec:
  list:
    - one
    - {two: 2, three: [3,   "vier"]}
  需要: "wide 🚲"   # after
  block: |
    text
  empty:
  shared: &x [a]
  alias: *x
"""


@pytest.fixture(name="document", scope="module")
def loaded() -> Document:
    documents, found = load_documents("specs/a.yaml", TEXT)
    assert not found
    return documents[0]


@pytest.mark.parametrize(
    ("route", "key", "place"),
    [
        (["kind"], False, (2, 7, 2, 12)),
        (["kind"], True, (2, 1, 2, 5)),
        (["spec"], True, (3, 1, 3, 5)),
        (["spec", "list", 0], False, (5, 7, 5, 10)),
        (["spec", "list", 1], False, (6, 7, 6, 37)),
        (["spec", "list", 1, "three"], True, (6, 16, 6, 21)),
        (["spec", "list", 1, "three", 1], False, (6, 29, 6, 35)),
        (["spec", "需要"], True, (7, 3, 7, 5)),
        (["spec", "需要"], False, (7, 7, 7, 15)),
        (["spec", "block"], False, (8, 10, 10, 1)),
        (["spec", "shared"], False, (11, 11, 11, 17)),
        (["spec", "alias", 0], False, (11, 15, 11, 16)),
    ],
)
def test_spans(document: Document, route: list[str | int], key: bool, place: tuple[int, int, int, int]) -> None:
    span = document.span(route, key=key)
    assert (span.path, span.line, span.column, span.end_line, span.end_column) == ("specs/a.yaml", *place)


def test_a_route_that_ends_early_gives_the_deepest_part(document: Document) -> None:
    assert document.span(["spec", "list", 0, "nothing", 3]) == document.span(["spec", "list", 0])
    assert document.span(["spec", "list", 99]) == document.span(["spec", "list"])
    assert document.span(["nothing"]) == document.span()


def test_an_empty_value_stands_after_its_key(document: Document) -> None:
    assert document.span(["spec", "empty"]).line == 10


def test_raw_is_what_is_written(document: Document) -> None:
    other = load_documents("a.yaml", "a: 3.10\nb: [1]\n")[0][0]
    assert other.raw(["a"]) == "3.10"
    assert other.raw(["b"]) is None
    assert document.raw(["spec", "需要"]) == "wide 🚲"


def test_the_second_document_is_placed_in_its_file() -> None:
    second = load_documents("a.yaml", "a: 1\n---\n\nb: 2\n")[0][1]
    assert second.span(["b"]).line == 4


def test_a_byte_order_mark_takes_no_column() -> None:
    document = load_documents("a.yaml", b"\xef\xbb\xbfkind: x\n")[0][0]
    assert (document.span(["kind"]).line, document.span(["kind"]).column) == (1, 7)


def test_keys_that_look_like_numbers_are_found_by_their_text() -> None:
    document = load_documents("a.yaml", "'1': {x: y}\n'true': z\n")[0][0]
    assert document.span(["1", "x"]).column == 10
    assert document.span(["true"]).line == 2
