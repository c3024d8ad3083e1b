from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from mlspec.diagnostics import Problems
from mlspec.runtime.artifact import digest_file, digest_folder, load_model


class Bomb:
    def __reduce__(self):
        return (Path.touch, (Path("exploded"),))


def test_folder_digest_is_the_contracts_formula(tmp_path):
    (tmp_path / "m" / "sub").mkdir(parents=True)
    (tmp_path / "m" / "b.txt").write_bytes(b"2")
    (tmp_path / "m" / "a.txt").write_bytes(b"1")
    (tmp_path / "m" / "sub" / "c").write_bytes(b"3")
    lines = "".join(f"{hashlib.sha256(d).hexdigest()}  {n}\n" for n, d in (("a.txt", b"1"), ("b.txt", b"2"), ("sub/c", b"3")))
    assert digest_folder(tmp_path / "m") == "sha256:" + hashlib.sha256(lines.encode()).hexdigest()
    assert digest_file(tmp_path / "m" / "a.txt") == "sha256:" + hashlib.sha256(b"1").hexdigest()


def test_a_verified_model_loads(ridge_folder):
    digest = digest_folder(ridge_folder)
    loaded = load_model(ridge_folder, digest)
    assert loaded.digest == digest
    assert loaded.signature.names == ["a", "b"]


@pytest.mark.parametrize("name", ["model.joblib", "signature.json", "smoke.json"])
def test_one_flipped_bit_in_any_file_is_refused(ridge_folder, name):
    digest = digest_folder(ridge_folder)
    data = bytearray((ridge_folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (ridge_folder / name).write_bytes(data)
    with pytest.raises(Problems) as found:
        load_model(ridge_folder, digest)
    assert found.value.diagnostics[0].code == "MLS0660"


def test_an_added_file_is_refused(ridge_folder):
    digest = digest_folder(ridge_folder)
    (ridge_folder / "extra.py").write_text("")
    with pytest.raises(Problems, match="MLS0660"):
        load_model(ridge_folder, digest)


def test_nothing_is_unpickled_before_the_digest_is_compared(ridge_folder, monkeypatch, tmp_path):
    import joblib

    monkeypatch.chdir(tmp_path)
    digest = digest_folder(ridge_folder)
    joblib.dump(Bomb(), ridge_folder / "model.joblib")
    with pytest.raises(Problems, match="MLS0660"):
        load_model(ridge_folder, digest)
    assert not (tmp_path / "exploded").exists()
    load_model(ridge_folder, digest_folder(ridge_folder))
    assert (tmp_path / "exploded").exists(), "the bomb would have gone off"


def test_a_missing_part_and_a_missing_folder_are_told(ridge_folder, tmp_path):
    (ridge_folder / "smoke.json").unlink()
    with pytest.raises(Problems, match=r"MLS0661: model/ lacks smoke\.json"):
        load_model(ridge_folder, digest_folder(ridge_folder))
    with pytest.raises(Problems, match="MLS0661: there is no folder gone/"):
        digest_folder(tmp_path / "gone")


def test_other_library_versions_are_named_when_loading_fails(ridge_folder):
    (ridge_folder / "model.joblib").write_bytes(b"no pickle")
    text = (ridge_folder / "signature.json").read_text()
    import sklearn

    (ridge_folder / "signature.json").write_text(text.replace(sklearn.__version__, "0.1"))
    with pytest.raises(Problems) as found:
        load_model(ridge_folder, digest_folder(ridge_folder))
    (only,) = found.value.diagnostics
    assert only.code == "MLS0662"
    assert f"it was trained with scikit-learn 0.1 (here {sklearn.__version__})" in str(only.help)
