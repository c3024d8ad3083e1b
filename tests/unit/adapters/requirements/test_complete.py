from __future__ import annotations

from mlspec.adapters.requirements.complete import completeness
from mlspec.adapters.requirements.lock_file import lock_environment, read_lock

ASKS = {
    ("shop", "1"): ["till>=2", "mail[form]>=1", "old ; python_version < '3.12'", "win ; sys_platform == 'win32'", "gift ; extra == 'gift'"],
    ("till", "2"): [],
    ("mail", "1"): ["stamp ; extra == 'form'", "ink>=3"],
    ("stamp", "1"): ["shop"],
    ("ink", "2"): [],
    ("ink", "3"): [],
    ("old", "1"): [],
}
WHOLE = "shop==1\ntill==2\nmail==1\nstamp==1\nink==3\nold==1 ; python_version < '3.12'\n"


def found(lock: str, python: str = "3.11", **more: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    done = completeness(read_lock(lock.encode()), lambda name, version: ASKS.get((name, version)), lock_environment(python, **more))
    return done.lacking, done.unknown


def test_a_whole_lock_lacks_nothing() -> None:
    assert found(WHOLE) == found(WHOLE, "3.13") == ((), ())


def test_what_lacks_is_told_with_who_asks() -> None:
    assert found(WHOLE.replace("till==2\n", ""))[0] == ("shop 1 asks for till>=2, and the lock lacks it",)
    assert found(WHOLE.replace("ink==3", "ink==2"))[0] == ("mail 1 asks for ink>=3, and the lock has 2",)
    assert found(WHOLE.replace("stamp==1\n", ""))[0] == ("mail 1 asks for stamp, and the lock lacks it",)  # of an extra that shop asks for


def test_extras_and_machines_decide() -> None:
    assert found(WHOLE.replace("shop==1", "shop[gift]==1"))[0] == ("shop 1 asks for gift, and the lock lacks it",)
    assert found(WHOLE, system="Windows")[0] == ("shop 1 asks for win, and the lock lacks it",)
    assert found(WHOLE.replace("old==1 ; python_version < '3.12'\n", ""), "3.11")[0] == ("shop 1 asks for old, and the lock lacks it",)
    assert found(WHOLE.replace("old==1 ; python_version < '3.12'\n", ""), "3.12") == ((), ())


def test_what_is_not_known_here_is_told_apart() -> None:
    assert found("other==1\nshop @ https://example.org/shop-1.whl\n") == ((), ("other", "shop"))
