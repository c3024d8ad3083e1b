"""Folders and archives of images and texts: a row each, the label by folder."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest

READ = {"delimiter": ",", "nullValues": [""], "encoding": "utf-8", "header": True}
PNG = b"\x89PNG\r\n\x1a\n" + b"1" * 20 + b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + b"2" * 20 + b"\xff\xd9"


class Ask:
    def __init__(self, repository):
        self.repository = repository

    def __call__(self, path, form="images", *, fails=False, read=(), **more):
        params = {"format": form, "read": READ | dict(read), "text": [], "types": {}, "file": {"path": f"../../../{path}", **more}}
        if fails:
            (found,) = self.repository.fails("ingest", params)
            return f"{found.code} {found.message} ({found.help})"
        self.repository.run("ingest", params)
        return self.repository.parquet("raw.parquet")


@pytest.fixture
def ask(repository):
    for path, content in {"cat/b.png": PNG, "cat/a.jpg": JPEG, "dog/deep/c.png": PNG, "top.png": PNG, ".gitignore": b"x"}.items():
        repository.write(f"data/pets/{path}", content)
    return Ask(repository)


def test_images_are_known_by_path_label_and_content(ask):
    rows = ask("data/pets")
    assert rows.path.tolist() == [f"data/pets/{name}" for name in ("cat/a.jpg", "cat/b.png", "dog/deep/c.png", "top.png")]
    assert rows.label.tolist()[:3] == ["cat", "cat", "dog"]
    assert rows.label.isna().tolist() == [False, False, False, True]
    assert rows.sha256[0] == hashlib.sha256(JPEG).hexdigest()
    assert rows.bytes.tolist() == [len(JPEG), len(PNG), len(PNG), len(PNG)]
    assert ask("data/pets/*/*.png").path.tolist() == ["data/pets/cat/b.png"]


def test_another_image_of_the_same_name_is_another_row(ask):
    ask("data/pets")
    before = (ask.repository.folder / "raw.parquet").read_bytes()
    ask("data/pets")
    assert (ask.repository.folder / "raw.parquet").read_bytes() == before
    ask.repository.write("data/pets/top.png", PNG.replace(b"1", b"3"))
    ask("data/pets")
    assert (ask.repository.folder / "raw.parquet").read_bytes() != before


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "Thumbs.db",
            b"\xd0\xcf\x11\xe0",
            "MLS0612 `data/pets/Thumbs.db` is no image: it is of another kind (name the images by a pattern",
        ),
        ("empty.png", b"", "MLS0612 `data/pets/empty.png` is no image: it is empty"),
        ("half.png", PNG[:20], "MLS0612 the image `data/pets/half.png` is cut off"),
        ("half.jpg", JPEG[:10], "is cut off"),
        ("p.png", b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n", "MLS0610 `data/pets/p.png` is a Git LFS pointer"),
        ("gone.png.dvc", b"outs: []", "MLS0610 `data/pets/gone.png` is tracked by DVC, and not there"),
        ("label=x/a.png", PNG, "MLS0615 `label` is named by folders"),
    ],
)
def test_what_is_no_image_is_told(ask, name, content, said):
    ask.repository.write(f"data/pets/{name}", content)
    assert said in ask("data/pets", fails=True)


def test_a_folder_that_is_empty_or_missing_is_told(ask):
    assert "MLS0610" in ask("data/cars", fails=True)


def test_texts_are_their_content(ask):
    for name, text in {"split=train/ham/1.txt": "Hi\r\nyou", "split=train/spam/2.txt": "Köln", "split=test/ham/007.txt": ""}.items():
        ask.repository.write(f"data/mails/{name}", text)
    rows = ask("data/mails", "texts")
    assert list(rows) == ["path", "label", "text", "split"]
    assert rows.label.tolist() == ["ham", "ham", "spam"]
    assert rows.split.tolist() == ["test", "train", "train"]
    assert rows.text.tolist()[1:] == ["Hi\r\nyou", "Köln"]
    assert rows.text.isna().tolist() == [True, False, False]


def test_what_is_no_text_is_told(ask):
    ask.repository.write("data/mails/a.txt", "Köln".encode("latin-1"))
    assert "`data/mails/a.txt` is no text of utf-8" in ask("data/mails", "texts", fails=True)
    assert ask("data/mails", "texts", read={"encoding": "latin-1"}).text.tolist() == ["Köln"]
    ask.repository.write("data/mails/b.bin", b"a\0b")
    assert "`data/mails/b.bin` is no text: it holds zeros" in ask("data/mails", "texts", fails=True, read={"encoding": "latin-1"})


def test_members_of_an_archive_are_rows_too(ask):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in {"pets/cat/a.png": PNG, "pets/dog/b.png": PNG, "__MACOSX/pets/cat/._a.png": b""}.items():
            archive.writestr(name, content)
    ask.repository.write("data/pets.zip", held.getvalue())
    rows = ask("data/pets.zip", member="pets/**")
    assert (rows.path.tolist(), rows.label.tolist()) == (["pets/cat/a.png", "pets/dog/b.png"], ["cat", "dog"])
    assert ask("data/pets.zip").label.tolist() == ["pets", "pets"]
