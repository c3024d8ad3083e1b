"""`mlspec ci refresh` with real HTTP, DVC and Git: content decides, rules are kept, and the tree is left as it was."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from support.cli import BIN, Result, command, commit, git, repository
from support.projects import RULES, SOURCE, SPECS, sales_rows
from support.promotion_world import run
from support.shared import copy_into

from mlspec.ci.propose.folder import read_proposal
from mlspec.promotion.proposals.proposal import Proposal

pytestmark = pytest.mark.e2e
PRICES = "day,price\n2024-01-01,1.5\n2024-01-02,2.5\n"
HEAD = "apiVersion: mlspec/v1\nkind: DataSource\nmetadata: {{name: {}}}\nspec:\n"
REFRESH = "  refresh: {{schedule: '{}'}}\n"
CODE = '''"""A source of the project's own."""

from pathlib import Path

import pandas as pd


def fetch() -> pd.DataFrame:
    """Rows that depend on the world outside."""
    count = int(Path("../count.txt").read_text())
    return pd.DataFrame({"n": range(count)})
'''


@dataclass
class Web:
    """Files on a server of this machine, by path."""

    url: str
    files: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def web_once() -> Iterator[Web]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            serving.asked.append(self.path)
            content = serving.files.get(self.path, "").encode()
            self.send_response(200 if content else 404)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    serving = Web(f"http://127.0.0.1:{server.server_address[1]}")
    thread.start()
    yield serving
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def web(web_once: Web) -> Web:
    web_once.files = {"/sales.csv": sales_rows(), "/prices.csv": PRICES}
    return web_once


def specs(web: Web) -> dict[str, str]:
    def http(name: str, pin: str = "") -> str:
        return f"  http: {{{{url: '{web.url}/{name}.csv'{pin}, retries: 0}}}}\n"

    pin = f", sha256: '{hashlib.sha256(PRICES.encode()).hexdigest()}'"
    kinds = {
        "sales": SOURCE.replace("  file: {path: data/sales.csv}\n", (http("sales") + REFRESH).format("0 5 * * *")),
        "prices": (HEAD + http("prices", pin) + "  # the vendor's list\n" + REFRESH).format("prices", "0 6 * * *"),
        "counts": (HEAD + "  python: {{callable: 'src.counts:fetch'}}\n" + REFRESH).format("counts", "0 7 * * *"),
        "notes": (HEAD + "  file: {{path: data/notes.csv}}\n" + REFRESH).format("notes", "0 7 * * *"),
    }
    extra = "    - {column: price, between: [0, 4.99], onFailure: warn}\n"
    settings = SPECS["mlspec.yaml"] + "  code: [src]\n"
    return SPECS | {f"specs/{n}.yaml": t for n, t in kinds.items()} | {"specs/sales-rules.yaml": RULES + extra, "mlspec.yaml": settings}


@pytest.fixture(scope="session")
def trained_once(web_once: Web, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of it ran once, is committed, and stored by content."""
    home = tmp_path_factory.mktemp("refresh")
    web_once.files = {"/sales.csv": sales_rows(), "/prices.csv": PRICES}
    (home / "count.txt").write_text("3")
    files = specs(web_once) | {"src/counts.py": CODE, "data/notes.csv": "a\n1\n"}
    root = repository(home, files)
    run(root, "run", check=0)
    command(root, "dvc", "push", "--quiet", check=0)
    commit(root, "Train")
    return home


@pytest.fixture
def root(trained_once: Path, web: Web, tmp_path: Path) -> Path:
    """A workspace with data; `web` is as it was when that was fetched."""
    copy_into(trained_once, tmp_path)
    return tmp_path / "project"


def refresh(root: Path, *words: str, check: int = 0) -> Result:
    done = run(root, "ci", "refresh", *words, check=check)
    assert git(root, "status", "--porcelain") == ""
    return done


def proposed(root: Path, name: str) -> Proposal:
    return read_proposal(root / ".mlspec/state/ci/proposals" / name)


def none_proposed(root: Path) -> bool:
    return not list((root / ".mlspec/state/ci/proposals").glob("*/proposal.json"))


def test_the_same_content_is_no_proposal(root: Path) -> None:
    before = (root / "pipelines/data/sales/valid.parquet").read_bytes()
    done = refresh(root)
    assert done.out.count("the same content") == 4
    assert none_proposed(root)
    assert (root / "pipelines/data/sales/valid.parquet").read_bytes() == before
    assert "up to date" in run(root, "run", check=0).out


def test_new_rows_become_a_proposal_that_tells_what_changed(root: Path, web: Web) -> None:
    web.files["/sales.csv"] = sales_rows() + "2024-12-01,`north`|x,9.5,7\n"
    web.asked.clear()
    first = refresh(root, "--schedule", "0 5 * * *")
    assert "new content" in first.out
    assert set(web.asked) == {"/sales.csv"}
    made = proposed(root, "sales")
    folder = "pipelines/data/sales"
    assert sorted(made.files) == [f"{folder}/{name}" for name in ("dvc.lock", "profile.json", "source.json", "validation.json")]
    assert (made.branch, made.commit) == ("mlspec/refresh/sales", git(root, "rev-parse", "HEAD").strip())
    for told in ("240 → 241", "+1 (+0.417 %)", "| `price` |", "`model/demand`", "`warn`", "1 of 4 rules do not hold"):
        assert told in made.body, made.body
    assert "By their key: " in made.body
    assert "up to date" in run(root, "run", check=0).out
    refresh(root, "--source", "sales")
    assert proposed(root, "sales") == made


def test_a_proposal_from_an_empty_checkout_is_the_same_and_its_data_is_stored(root: Path, web: Web) -> None:
    web.files["/sales.csv"] = sales_rows() + "2024-12-01,north,2.5,7\n"
    refresh(root, "--source", "sales")
    clone = root.parent / "clone"
    git(root.parent, "clone", "--quiet", "remote.git", "clone")
    refresh(clone, "--source", "source/sales", "--proposals", str(root.parent / "out"))
    made = read_proposal(root.parent / "out/sales")
    assert made == proposed(root, "sales")
    assert not list((clone / "pipelines/data/sales").glob("*.parquet"))
    run(clone, "ci", "propose", "--from", str(root.parent / "out"), check=0)
    git(clone, "switch", "--quiet", "--create", "look", "mlspec/refresh/sales")
    shutil.rmtree(clone / ".dvc/cache")
    command(clone, str(BIN / "dvc"), "pull", "--quiet", "pipelines/data/sales/dvc.yaml", check=0)
    plan = json.loads(run(clone, "plan", "--format", "json").out)
    assert not [s for s in plan["stages"] if s["object"] == "source/sales" and s["status"] != "current"]


def test_rows_that_break_a_rule_are_no_proposal_and_the_others_go_on(root: Path, web: Web) -> None:
    web.files["/sales.csv"] = sales_rows() + "2024-12-01,north,2.5,7000\n2024-12-02,north,2.5,\n"
    (root.parent / "count.txt").write_text("5")
    before = (root / "pipelines/data/sales/valid.parquet").read_bytes()
    refused = refresh(root, check=1)
    assert "MLS0527" in refused.err
    line = next(line for line in refused.err.splitlines() if "MLS0527" in line and "between" in line)
    for told in ("source/sales", "`count-notNull-between`", "column `count`", "1 of 242 rows"):
        assert told in line, line
    assert (root / "pipelines/data/sales/valid.parquet").read_bytes() == before
    assert [p.parent.name for p in (root / ".mlspec/state/ci/proposals").glob("*/proposal.json")] == ["counts"]
    assert "3 → 5" in proposed(root, "counts").body


def test_a_pin_moves_with_its_content_and_the_comments_stay(root: Path, web: Web) -> None:
    web.files["/prices.csv"] = PRICES + "2024-01-03,3.5\n"
    refresh(root, "--schedule", "0 6 * * *")
    made = proposed(root, "prices")
    new = hashlib.sha256(web.files["/prices.csv"].encode()).hexdigest()
    spec = made.files["specs/prices.yaml"].decode()
    assert new in spec
    assert "# the vendor's list" in spec
    assert {".mlspec/ledger.json", "pipelines/data/prices/params.yaml", "pipelines/data/prices/dvc.lock"} < set(made.files)
    run(root, "ci", "propose", "--from", str(root / ".mlspec/state/ci/proposals"), check=0)
    git(root, "switch", "--quiet", "--create", "look", "mlspec/refresh/prices")
    run(root, "apply", "--check", check=0)
    assert "up to date" in run(root, "run", "source/prices", check=0).out


def test_a_file_that_changed_in_git_is_refreshed(root: Path) -> None:
    (root / "data/notes.csv").write_text("a\n1\n2\n")
    commit(root, "More notes")
    assert "source/notes: new content" in refresh(root, "--source", "notes").out
    assert "1 → 2" in proposed(root, "notes").body


def test_what_can_not_be_fetched_is_told_and_nothing_is_left_behind(root: Path, web: Web) -> None:
    web.files.clear()
    refused = refresh(root, "--source", "sales", "--source", "prices", check=1)
    assert refused.err.count("can't be fetched") >= 2
    assert none_proposed(root)
    assert (root / "pipelines/data/sales/raw.parquet").exists()


def test_uncommitted_work_is_refused_and_an_unknown_source_named(root: Path) -> None:
    assert "MLS0003" in refresh(root, "--source", "sale", check=1).err
    assert "no source is refreshed by" in refresh(root, "--schedule", "1 1 1 1 1").out
    (root / "specs/sales.yaml").write_text((root / "specs/sales.yaml").read_text() + "# mine\n")
    assert "MLS0954" in run(root, "ci", "refresh", check=1).err
