"""Files of the repository: one, all that a pattern names, and members of archives, as the rows of one source."""

from __future__ import annotations

import zipfile

import pytest

READ = {"delimiter": ",", "nullValues": [""], "encoding": "utf-8", "header": True}


class Ask:
    """Runs the stage on files of the repository."""

    def __init__(self, repository):
        self.repository = repository

    def __call__(self, path, form="csv", *, fails=False, **more):
        params = {"format": form, "read": READ, "text": [], "types": {}, "file": {"path": f"../../../{path}", **more}}
        if fails:
            return self.repository.fails("ingest", params)
        self.repository.run("ingest", params)
        return self.repository.parquet("raw.parquet")


@pytest.fixture
def ask(repository):
    return Ask(repository)


def test_a_pattern_names_files_in_their_order(ask):
    for name, text in {"b.csv": "id,x\n3,c\n", "a.csv": "id,x\n1,a\n2,007\n", "_old.csv": "id\n9\n", "c.txt": "no"}.items():
        ask.repository.write(f"data/orders/{name}", text)
    rows = ask("data/orders/*.csv")
    assert (rows.id.tolist(), rows.x.tolist()) == ([1, 2, 3], ["a", "007", "c"])


def test_folders_of_a_pattern_are_columns_of_text(ask):
    for region in ("007", "north"):
        ask.repository.write(f"data/orders/region={region}/day/x.csv", "id\n1\n")
    assert ask("data/orders/**/*.csv").region.tolist() == ["007", "north"]


def test_folders_are_those_of_each_file_also_where_a_column_is_called_like_the_readers_own(ask):
    for name in ("id", "file_index"):
        for number in range(30):
            region = f"region={number % 7:03}" if number % 5 else "region=__HIVE_DEFAULT_PARTITION__"
            ask.repository.write(f"data/{name}/{region}/f{number:02}.csv", f"{name},x\n{number},{number % 2}\n")
        rows = ask(f"data/{name}/**/*.csv")
        found = {(int(row[name]), None if row.region != row.region else row.region) for _, row in rows.iterrows()}
        assert found == {(n, f"{n % 7:03}" if n % 5 else None) for n in range(30)}


def test_a_column_that_a_file_lacks_is_told(ask, capsys):
    ask.repository.write("data/orders/a.csv", "id,x\n1,2\n")
    ask.repository.write("data/orders/b.csv", "id\n3\n")
    assert ask("data/orders/*.csv").x.isna().tolist() == [False, True]
    assert "MLS0682" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("data/orders/*.parquet", "`data/orders/*.parquet` names no file"),
        ("data/nothing/*.csv", "`data/nothing` is missing or empty"),
        ("data/orders/**/*.jpg", "`data/orders/p/gone.jpg` is tracked by DVC, and not there"),
        ("data/orders", "`orders` is a folder"),
        ("data/orders/b.csv", "`b.csv` is not there"),
    ],
)
def test_what_is_not_there_is_told(ask, path, said):
    ask.repository.write("data/orders/a.csv", "id\n1\n")
    ask.repository.write("data/orders/p/gone.jpg.dvc", "outs: []\n")
    (found,) = ask(path, fails=True)
    assert found.code == "MLS0610"
    assert said in f"{found.message} {found.help}"


def test_a_link_out_of_the_repository_is_refused(ask, tmp_path):
    (tmp_path / "secret.csv").write_text("id\n1\n")
    ask.repository.write("data/orders/a.csv", "id\n1\n")
    (ask.repository.root / "data/orders/b.csv").symlink_to(tmp_path / "secret.csv")
    assert [d.code for d in ask("data/orders/*.csv", fails=True)] == ["MLS0604"]


def zipped(ask, name, files):
    path = ask.repository.write(name, b"")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in files.items():
            archive.writestr(member, content)


def test_members_are_rows_as_files_are(ask):
    zipped(ask, "data/a.zip", {"y=1/a.csv": "id\n1\n", "y=1/b.csv": "id\n2\n", "readme.md": "?"})
    zipped(ask, "data/b.zip", {"y=2/a.csv": "id\n3\n"})
    assert ask("data/a.zip", member="y=1/a.csv").to_dict("list") == {"id": [1]}
    assert ask("data/a.zip", member="**/*.csv").to_dict("list") == {"id": [1, 2], "y": ["1", "1"]}
    assert ask("data/*.zip", member="**/*.csv").to_dict("list") == {"id": [1, 2, 3], "y": ["1", "1", "2"]}
    assert ask("data/b.zip").to_dict("list") == {"id": [3]}
    (found,) = ask("data/a.zip", fails=True)
    assert (found.code, "`member: readme.md`" in found.help or "`member: y=1/a.csv`" in found.help) == ("MLS0683", True)


def test_the_same_files_give_the_same_bytes_packed_or_not(ask):
    for name in ("a", "b"):
        ask.repository.write(f"data/{name}.csv", f"id,x\n1,{name}\n")
    ask("data/*.csv")
    plain = (ask.repository.folder / "raw.parquet").read_bytes()
    zipped(ask, "data/all.zip", {f"{n}.csv": f"id,x\n1,{n}\n" for n in ("b", "a")})
    ask("data/all.zip", member="*.csv")
    assert (ask.repository.folder / "raw.parquet").read_bytes() == plain
    assert not [p for p in ask.repository.folder.iterdir() if p.name.startswith(".mlspec-tmp-")]


def test_a_fault_names_the_member(ask):
    zipped(ask, "data/a.zip", {"a.csv": "id\n1\n", "b.csv": "id\n2,3\n"})
    (found,) = ask("data/a.zip", fails=True, member="*.csv")
    assert found.code == "MLS0612"
    assert "data/a.zip: b.csv" in found.message or "a.zip: b.csv" in found.message
