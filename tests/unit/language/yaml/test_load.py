"""Each code of the loader: what causes it, where it points, and what is still read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mlspec.diagnostics.codes.loading import CODES
from mlspec.language.yaml.limits import LIMITS
from mlspec.language.yaml.load import load_documents
from mlspec.language.yaml.spec_files import find_root, find_specs

CASES: list[tuple[str, str | bytes, tuple[int, int]]] = [
    ("MLS0130", b"#" * (LIMITS.size + 1), (1, 1)),
    ("MLS0130", "#" * (LIMITS.size + 1), (1, 1)),
    ("MLS0131", b"a: 1\nb: \xc3\xa9\xff\n", (2, 5)),
    ("MLS0131", "a: 1".encode("utf-16"), (1, 1)),
    ("MLS0131", "a: 1".encode("utf-16-be"), (1, 1)),
    ("MLS0131", "a: 1".encode("utf-32-le"), (1, 1)),
    ("MLS0131", b"a: \xed\xa0\x80", (1, 4)),
    ("MLS0132", "a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n", (2, 1)),
    ("MLS0132", "b: 2\n>>>>>>> x\n", (2, 1)),
    ("MLS0133", "a: x\x07y\n", (1, 5)),
    ("MLS0133", "a: \ud800\n", (1, 4)),
    ("MLS0133", "a: x\u2028b: y\x00\n", (2, 5)),
    ("MLS0134", "a:\n\tb: 1\n", (2, 1)),
    ("MLS0134", "a:\n  \tb: 1\n", (2, 3)),
    ("MLS0134", "a: 1\n\t\nb: 2\n", (2, 1)),
    ("MLS0134", "a: |\n  x\n  \ty\nb: [\n \tc]\n", (5, 1)),
    ("MLS0135", "a: b: c\n", (1, 5)),
    ("MLS0135", "a: 1\nb: 'x\n\n", (2, 4)),
    ("MLS0135", "a: [1\nb: 2\n", (2, 2)),
    ("MLS0135", "a: @x\n", (1, 4)),
    ("MLS0135", "a: *x\n", (1, 4)),
    ("MLS0135", "a\nb: 1\n", (2, 2)),
    ("MLS0135", "s:\n  x: 1\n  task regression  # a: b\n\n  # c: d\n  b: 1\n", (3, 3)),
    ("MLS0135", "x: >\n  text here\n bad: 1\n", (3, 2)),
    ("MLS0140", "- " * 70, (1, 131)),
    ("MLS0136", "a: 1\nb: 2\na: 3\n", (3, 1)),
    ("MLS0136", "x: {a: 1, 'a': 2}\n", (1, 11)),
    ("MLS0137", "x: {1: a}\n", (1, 5)),
    ("MLS0137", "true: a\n", (1, 1)),
    ("MLS0137", "~: a\n", (1, 1)),
    ("MLS0137", "? [a]\n: b\n", (1, 3)),
    ("MLS0138", "a: !!python/object/apply:os.system [id]\n", (1, 4)),
    ("MLS0138", "a: !x y\n", (1, 4)),
    ("MLS0138", "!x a: b\n", (1, 1)),
    ("MLS0138", "a: !!binary aGk=\n", (1, 4)),
    ("MLS0138", "a: !!set {b, c}\n", (1, 4)),
    ("MLS0139", "a: &a {b: 1}\nc:\n  <<: *a\n", (3, 3)),
    ("MLS0140", "a: " + "[" * 66 + "]" * 66, (1, 68)),
    ("MLS0140", "".join(" " * i + "a:\n" for i in range(67)), (66, 66)),
    ("MLS0141", "a: &x [1, *x]\n", (1, 4)),
    ("MLS0141", "a: &x {b: {c: *x}}\n", (1, 4)),
    ("MLS0142", "".join(f"a{i}: &a{i} [{', '.join(['x' if not i else f'*a{i - 1}'] * 10)}]\n" for i in range(7)), (1, 1)),
    ("MLS0143", "a: .inf\n", (1, 4)),
]


@pytest.mark.parametrize(("code", "text", "place"), CASES, ids=[f"{c}-{i}" for i, (c, _, _) in enumerate(CASES)])
def test_one_mistake_is_one_problem_at_its_place_with_help(code: str, text: str | bytes, place: tuple[int, int]) -> None:
    documents, found = load_documents("a.yaml", text)
    assert documents == []
    assert [d.code for d in found] == [code]
    assert found[0].span
    assert (found[0].span.path, found[0].span.line, found[0].span.column) == ("a.yaml", *place)
    assert found[0].help


def test_every_code_of_the_loader_has_a_test() -> None:
    assert {code for code, *_ in CASES} | {"MLS0144", "MLS0145"} == {code for code in CODES if code < "MLS0150"}  # from there on: rewriting


def test_a_key_given_twice_shows_both_places() -> None:
    _, found = load_documents("a.yaml", "a: 1\nb: 2\na: 3\n")
    assert [str(r.span) for r in found[0].related] == ["a.yaml:1:1"]


def test_a_key_given_thrice_is_told_twice() -> None:
    _, found = load_documents("a.yaml", "a: 1\na: 2\na: 3\n")
    assert [d.span.line for d in found if d.span] == [2, 3]


def test_an_unclosed_bracket_shows_where_it_was_opened() -> None:
    _, found = load_documents("a.yaml", "a: 1\nb: [x\nc: 2\n")
    assert [str(r.span) for r in found[0].related] == ["a.yaml:2:4"]


def test_all_problems_of_a_file_are_told_at_once() -> None:
    _, found = load_documents("a.yaml", "a: .inf\na: !x y\n1: z\n---\nb: .nan\n")
    assert sorted((d.span.line, d.code) for d in found if d.span) == [
        (1, "MLS0143"),
        (2, "MLS0136"),
        (2, "MLS0138"),
        (3, "MLS0137"),
        (5, "MLS0143"),
    ]


def test_sound_documents_beside_a_broken_one_are_read() -> None:
    documents, found = load_documents("a.yaml", "a: 1\n---\nb: .inf\n---\nc: 3\n")
    assert [d.value for d in documents] == [{"a": 1}, {"c": 3}]
    assert [d.code for d in found] == ["MLS0143"]


def test_documents_before_a_syntax_error_are_read() -> None:
    documents, found = load_documents("a.yaml", "a: 1\n---\nb: 'x\n")
    assert [d.value for d in documents] == [{"a": 1}]
    assert [d.code for d in found] == ["MLS0135"]


def test_conflict_markers_as_text_are_no_conflict() -> None:
    documents, found = load_documents("a.yaml", "a: |\n  <<<<<<< HEAD\n  =======\nb: '======='\n")
    assert not found
    assert documents[0].value["b"] == "======="


def test_tabs_that_indent_nothing_are_allowed() -> None:
    documents, found = load_documents("a.yaml", "a: 1\t# note\nb: [1,\t2]\nc: |\n  make:\n  \tcc\nd: 'x\n\ty'\n")
    assert not found
    assert documents[0].value == {"a": 1, "b": [1, 2], "c": "make:\n\tcc\n", "d": "x y"}


def test_limits_are_not_met_by_what_is_allowed() -> None:
    assert not load_documents("a.yaml", "a: " + "[" * 60 + "]" * 60)[1]
    assert not load_documents("a.yaml", "a0: &a [" + ", ".join("x" * 100) + "]\nb: [" + ", ".join(["*a"] * 10) + "]\n")[1]
    assert not load_documents("a.yaml", "#" * LIMITS.size)[1]


def project(root: Path) -> Path:
    (root / "specs").mkdir(parents=True)
    (root / "mlspec.yaml").write_text("a: 1\n")
    (root / "specs/a.yaml").write_text("b: 2\n")
    return root


def test_specs_are_found_sorted_in_the_two_folders_only(tmp_path: Path) -> None:
    root = project(tmp_path)
    for path in ("environments/staging/x.yml", "specs/deep/er/b.yaml", "specs/.hidden.yaml", "specs/notes.md", "other/c.yaml", "top.yaml"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("")
    files, found = find_specs(root)
    assert list(files) == ["environments/staging/x.yml", "mlspec.yaml", "specs/a.yaml", "specs/deep/er/b.yaml"]
    assert found == []


def test_a_link_within_the_repository_is_followed(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "specs/b.yaml").symlink_to("a.yaml")
    assert find_specs(root)[0]["specs/b.yaml"] == b"b: 2\n"


@pytest.mark.parametrize("link", ["specs/b.yaml", "mlspec.yaml", "environments"])
def test_a_link_out_of_the_repository_is_refused_and_not_read(tmp_path: Path, link: str) -> None:
    root = project(tmp_path / "root")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.yaml").write_text("secret: 1\n")
    (root / link).unlink(missing_ok=True)
    (root / link).symlink_to(outside if link == "environments" else outside / "x.yaml")
    files, found = find_specs(root)
    assert not any(b"secret" in text for text in files.values())
    assert [(d.code, d.span.path) for d in found if d.span] == [("MLS0144", link)]


def test_a_circle_of_links_ends(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "specs/loop").symlink_to("..", target_is_directory=True)
    (root / "specs/self.yaml").symlink_to("self.yaml")
    files, found = find_specs(root)
    assert list(files) == ["mlspec.yaml", "specs/a.yaml"]
    assert [d.code for d in found] == ["MLS0145"]


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    root = project(tmp_path)
    os.mkfifo(root / "specs/pipe.yaml")
    assert [d.code for d in find_specs(root)[1]] == ["MLS0145"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_told(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "specs/a.yaml").chmod(0)
    assert [d.code for d in find_specs(root)[1]] == ["MLS0145"]


def test_no_more_of_a_file_is_read_than_a_spec_may_have(tmp_path: Path) -> None:
    root = project(tmp_path)
    with (root / "specs/a.yaml").open("wb") as file:
        file.truncate(1 << 40)
    assert len(find_specs(root)[0]["specs/a.yaml"]) == LIMITS.size + 1


def test_the_root_is_the_nearest_folder_upwards(tmp_path: Path) -> None:
    root = project(tmp_path)
    assert find_root(root / "specs") == root
    (root / "specs/mlspec.yaml").mkdir()
    assert find_root(root / "specs") == root
