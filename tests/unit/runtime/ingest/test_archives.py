"""Members of archives: which are meant, and what is refused before, or while, anything is unpacked."""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile

import pytest

from mlspec.diagnostics import Problems
from mlspec.runtime.ingest.archives import unpack
from mlspec.runtime.ingest.archives.unpack import unpacked

FILES = {"hour.csv": b"a\n1\n", "day.csv": b"a\n2\n", "more/x.csv": b"a\n3\n", "__MACOSX/hour.csv": b"\0", "readme.txt": b"?"}


def zipped(folder, files=FILES, **more):
    path = folder / "data.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        for name, info in more.get("infos", {}).items():
            archive.writestr(info, more["content"].get(name, b"hour.csv"))
    return path


def tarred(folder, files=FILES, mode="w:gz", infos=()):
    path = folder / ("data.tar.gz" if mode == "w:gz" else "data.tar")
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for info in infos:
            archive.addfile(info)
    return path


def ask(path, member, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    return {name: file.read_bytes() for name, file in unpacked(path, member, path.name, scratch)}


def fails(path, member, tmp_path):
    with pytest.raises(Problems) as found:
        ask(path, member, tmp_path)
    (only,) = found.value.diagnostics
    assert only.code == "MLS0683"
    return f"{only.message} ({only.help})"


@pytest.mark.parametrize("make", [zipped, tarred])
def test_members_are_named_or_meant_by_a_pattern(make, tmp_path):
    path = make(tmp_path)
    assert ask(path, "hour.csv", tmp_path) == {"hour.csv": FILES["hour.csv"]}
    assert list(ask(path, "*.csv", tmp_path)) == ["day.csv", "hour.csv"]
    assert list(ask(path, "**/*.csv", tmp_path)) == ["day.csv", "hour.csv", "more/x.csv"]


@pytest.mark.parametrize("make", [zipped, tarred])
def test_the_only_file_needs_no_name(make, tmp_path):
    assert ask(make(tmp_path, {"a/hour.csv": b"a\n", "__MACOSX/._hour.csv": b""}), None, tmp_path) == {"a/hour.csv": b"a\n"}
    assert "it holds `hour.csv`, `day.csv`" in fails(make(tmp_path), None, tmp_path)
    assert "it holds no file" in fails(make(tmp_path, {}), None, tmp_path)


def test_a_name_that_is_not_there_is_told_with_the_nearest(tmp_path):
    assert "did you mean `hour.csv`" in fails(zipped(tmp_path), "hours.csv", tmp_path)
    assert "no member is called `*.parquet` (one of: `__MACOSX/hour.csv`" in fails(zipped(tmp_path), "*.parquet", tmp_path)


def test_links_are_refused_where_they_are_meant(tmp_path):
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = zipped(tmp_path, infos={"link.csv": link}, content={})
    assert "`link.csv` is a link" in fails(path, "*.csv", tmp_path)
    assert list(ask(path, "hour.csv", tmp_path)) == ["hour.csv"]
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        info = tarfile.TarInfo("link.csv")
        info.type, info.linkname = kind, "/etc/passwd"
        assert "`link.csv` is a link" in fails(tarred(tmp_path, infos=[info]), "*.csv", tmp_path)


@pytest.mark.parametrize("name", ["../up.csv", "/etc/up.csv", "a/../../up.csv"])
def test_a_name_that_leads_out_is_refused(name, tmp_path):
    for make in (zipped, tarred):
        said = fails(make(tmp_path, {name: b"a\n"}), "**/*.csv", tmp_path)
        assert "leads out of it" in said or "no member" in said
    assert sorted(p.name for p in tmp_path.rglob("up.csv")) == []


def test_two_members_of_one_name_are_refused(tmp_path):
    infos = {"hour.csv": zipfile.ZipInfo("hour.csv")}
    with pytest.warns(UserWarning, match="Duplicate"):
        path = zipped(tmp_path, infos=infos, content={"hour.csv": b"a\n9\n"})
    assert "two members are called `hour.csv`" in fails(path, "hour.csv", tmp_path)


def test_an_encrypted_member_is_refused(tmp_path):
    path = zipped(tmp_path, {"hour.csv": b"a\n"})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert "`hour.csv` is encrypted" in fails(path, "hour.csv", tmp_path)


def test_more_than_an_archive_can_honestly_hold_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(unpack, "FREE", 10_000)
    path = zipped(tmp_path, {"zeros.csv": bytes(3_000_000)})
    assert "200 times its own size" in fails(path, "zeros.csv", tmp_path)
    assert sum(f.stat().st_size for f in (tmp_path / "scratch").iterdir()) <= unpack.RATIO * path.stat().st_size
    assert len(ask(zipped(tmp_path, {"few.csv": bytes(9_000)}), None, tmp_path)["few.csv"]) == 9_000


@pytest.mark.parametrize("make", [zipped, tarred, lambda folder: tarred(folder, mode="w")])
def test_an_archive_that_is_cut_off_is_refused_wherever_it_ends(make, tmp_path):
    path = make(tmp_path)
    whole = path.read_bytes()
    sizes = sorted({*range(0, len(whole) - 1, 97), 512, 1024, 1536, len(whole) // 2})
    for size in (s for s in sizes if s < whole.rstrip(b"\0").__len__()):
        path.write_bytes(whole[:size])
        fails(path, "hour.csv", tmp_path)


def test_what_is_no_archive_is_told(tmp_path):
    path = tmp_path / "data.zip"
    path.write_text("<!doctype html>")
    assert "neither a ZIP nor a tar archive" in fails(path, "hour.csv", tmp_path)
