from __future__ import annotations

import pytest

from mlspec.adapters.requirements.lock_file import Locked, lock_environment, read_lock

A, B = "a" * 64, "b" * 64
HASHED = (("sha256", A),)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"A.b_C==1.0 \\\r\n    --hash=sha256:{A}  # via d\n    # via e\n", [Locked("a-b-c", "1.0", hashes=HASHED)]),
        (f"a==1 --hash=sha256:{A} --hash=sha384:{B}", [Locked("a", "1", hashes=(*HASHED, ("sha384", B)))]),
        ("dvc[s3, ssh]==3.66", [Locked("dvc", "3.66", extras=frozenset({"s3", "ssh"}))]),
        ("a==1 ; sys_platform == 'win32'", [Locked("a", "1", marker='sys_platform == "win32"')]),
        (f"a @ https://example.org/a-1.whl#egg=a --hash=sha256:{A}", [Locked("a", url="https://example.org/a-1.whl#egg=a", hashes=HASHED)]),
        (
            "x @ https://example.org/w/x-1.2-py3-none-any.whl?a=b",
            [Locked("x", "1.2", url="https://example.org/w/x-1.2-py3-none-any.whl?a=b")],
        ),
        ("a>=1\nb==1.*\nc==1,<2\nd\ne===1\n", [Locked("a"), Locked("b"), Locked("c"), Locked("d"), Locked("e", "1")]),
        ("\ufeff# a==1\n--index-url https://example.org\n-e .\n./a.whl\ngit+https://x/y@z\n\n", []),
        ("a==1 !!\n", [Locked("a")]),
        ("", []),
    ],
)
def test_requirements_are_read_as_pip_reads_them(text: str, found: list[Locked]) -> None:
    assert list(read_lock(text.encode())) == found


def test_bytes_of_no_form_are_nothing() -> None:
    assert read_lock(b"\xff\xfe==\n") == ()


@pytest.mark.parametrize(("hashes", "takes"), [(HASHED, True), ((("sha512", A),), True), ((("md5", "0" * 32),), False), ((), False)])
def test_pip_takes_some_digests(hashes: tuple[tuple[str, str], ...], takes: bool) -> None:
    assert Locked("a", "1", hashes=hashes).hashed == takes


def test_files_within_files() -> None:
    files = {
        "locks/more.txt": f"-r deeper/x.txt\nb==2 --hash=sha256:{A}\n-r more.txt\n",
        "locks/deeper/x.txt": "c==3\n-r ../more.txt\n",
        "locks/pins.txt": f"d==4 --hash=sha256:{B}\nnever==1 --hash=sha256:{B}\n",
    }
    content = b"a==1\n-r more.txt\n--requirement=absent.txt\n-c pins.txt\nd\n"
    found = read_lock(content, lambda path: files[path].encode() if path in files else None, "locks/top.txt")
    assert [(one.name, one.version, one.hashed) for one in found] == [
        ("a", "1", False), ("c", "3", False), ("b", "2", True), ("d", "4", True),
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["d==4", "d"])
def test_hashes_of_a_constraint_are_the_pins(line: str) -> None:
    [one] = read_lock(f"{line}\n-c pins.txt\n".encode(), lambda _: f"d==4 --hash=sha256:{B}\n".encode())
    assert (one.version, one.sha256) == ("4", (B,))
    [other] = read_lock(b"d==5\n-c pins.txt\n", lambda _: f"d==4 --hash=sha256:{B}\n".encode())
    assert (other.version, other.hashed) == ("5", False)


def test_markers_are_judged_for_the_machine_that_is_asked_about() -> None:
    text = "a==1 ; python_full_version < '3.12'\na==2 ; python_full_version >= '3.12'\nw==1 ; sys_platform == 'win32'\nm==1 ; platform_machine == 'arm64'\n"
    found = read_lock(text.encode())

    def held(python: str, **more: str) -> list[tuple[str, str | None]]:
        return [(one.name, one.version) for one in found if one.applies(lock_environment(python, **more))]

    assert held("3.11") == [("a", "1")]
    assert held("3.13") == [("a", "2")]
    assert held("3.12", system="Windows") == [("a", "2"), ("w", "1")]
    assert held("3.12", system="Darwin", machine="arm64") == [("a", "2"), ("m", "1")]
