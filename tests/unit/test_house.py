"""Rules of the house that no linter checks: what start-up imports, how long things are, who prints, what files name."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from support.projects import write_project

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "mlspec").rglob("*.py"))
HEAVY = {
    "duckdb", "dvc", "dvc_data", "git", "httpx2", "joblib", "jsonschema", "numpy", "pandas", "pyarrow", "rich", "scipy", "sklearn", "starlette", "uvicorn",
}  # fmt: skip
PRINTERS = {"mlspec/cli/console.py", "mlspec/runtime/report.py", "mlspec/deploy/child.py"}
"""What writes to a standard stream: the command line, a stage's one module, and the pipe a child reports through."""
MAX_FILE, MAX_FUNCTION = 500, 60
RUN = """
import json, sys
from mlspec.cli import console
from mlspec.cli.main import app
code = console.guard(app)
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("house") / "project")


@pytest.mark.parametrize("words", [["--help"], ["validate"], ["plan"], ["explain", "model/demand"], ["explain", "MLS0302"]])
def test_light_verbs_import_nothing_heavy(project: Path, words: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", RUN, *words], cwd=project, capture_output=True, text=True, check=True)
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stderr
    assert not {m.split(".")[0] for m in modules} & HEAVY


def test_help_imports_no_verb_and_no_compiler(project: Path) -> None:
    done = subprocess.run([sys.executable, "-c", RUN, "--help"], cwd=project, capture_output=True, text=True, check=True)
    _, modules = json.loads(done.stderr.splitlines()[-1])
    assert {m for m in modules if m.startswith("mlspec.")} <= {
        "mlspec.cli",
        "mlspec.cli.main",
        "mlspec.cli.console",
        "mlspec.cli.lazy",
        *_diagnostics(modules),
    }


def _diagnostics(modules: list[str]) -> set[str]:
    return {m for m in modules if m.startswith("mlspec.diagnostics")}


def test_there_are_modules() -> None:
    assert len(MODULES) > 100


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_a_module_is_short_and_says_what_it_is(path: Path) -> None:
    found = tree(path)
    assert path.read_text(encoding="utf-8").count("\n") <= MAX_FILE
    assert ast.get_docstring(found), "a module needs a docstring"
    long = [f"{name}: {size} lines" for name, size in functions(found) if size > MAX_FUNCTION]
    assert not long


def functions(module: ast.Module) -> Iterator[tuple[str, int]]:
    """Every function with its number of lines, decorators not counted."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_only_the_printers_print() -> None:
    assert {relative(p) for p in MODULES if any(True for _ in prints(tree(p)))} <= PRINTERS


def prints(module: ast.Module) -> Iterator[int]:
    """Lines that call `print`, or write to a standard stream."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield node.lineno
        if isinstance(node, ast.Attribute) and node.attr in ("write", "buffer") and ast.unparse(node.value) in ("sys.stdout", "sys.stderr"):
            yield node.lineno


def test_no_subprocess_goes_through_a_shell() -> None:
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                assert not any(k.arg == "shell" for k in node.keywords), f"{relative(path)}:{node.lineno}"
                assert ast.unparse(node.func) not in ("os.system", "os.popen", "eval", "exec", "pickle.loads"), (
                    f"{relative(path)}:{node.lineno}"
                )


GIT = "mlspec/adapters/git/"
PLUMBING = {
    "cat-file", "check-attr", "check-ignore", "check-ref-format", "checkout-index", "commit-tree", "diff-tree", "for-each-ref", "hash-object",
    "ls-files", "ls-remote", "ls-tree", "merge-base", "merge-tree", "read-tree", "rev-list", "rev-parse", "symbolic-ref", "update-index",
    "update-ref", "write-tree",
}  # fmt: skip


def test_only_the_adapter_speaks_to_git() -> None:
    """Everybody else asks it: no other module runs the program or spells what it is told, and so none reads what it prints."""
    assert {p for p in MODULES if relative(p).startswith(GIT)}
    found = [f"{relative(p)}:{line}: {why}" for p in MODULES if not relative(p).startswith(GIT) for line, why in speaks_to_git(tree(p))]
    assert not found


def speaks_to_git(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Lines that import what runs the program, build a command of it, or spell a word of its plumbing."""
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and "mlspec.adapters.git.run" in (
            node.module,
            *(f"{node.module}.{a.name}" for a in node.names),
        ):
            yield node.lineno, "imports what runs Git"
        if isinstance(node, ast.List | ast.Tuple) and node.elts and ast.unparse(node.elts[0]) == "'git'":
            yield node.lineno, "builds a command of Git's"
        if isinstance(node, ast.Constant) and node.value in PLUMBING:
            yield node.lineno, f"spells `git {node.value}`"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("from mlspec.adapters.git.run import git", 1),
        ("from mlspec.adapters.git import run", 1),
        ("run(['git', 'log', name])", 1),
        ("ask('ls-tree', commit)", 1),
        ("from mlspec.adapters.git.repository import Repository; help = '`git fetch` brings it'", 0),
    ],
)
def test_what_counts_as_speaking_to_git(text: str, count: int) -> None:
    assert len(list(speaks_to_git(ast.parse(text)))) == count


def tracked(*patterns: str) -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).exists()]


HOMES = "home|root|Users|work|private|var/folders"
MACHINE_PATH = re.compile(rf"(?<![\w.$}}/-])/(?:{HOMES})/\w|(?<!\w)[A-Z]:\\\\?(?:Users|work)\b")


def test_no_file_names_a_path_of_a_machine() -> None:
    found = []
    for name in tracked():
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, IsADirectoryError):
            continue
        found += [f"{name}: {m.group()}" for m in MACHINE_PATH.finditer(text) if name != relative(Path(__file__))]
    assert not found


@pytest.mark.parametrize(
    ("text", "bad"),
    [("in /home/ada", True), ('"/private/x"', True), ("a/private/x", False), ("https://x.org/home/a", False), ("C:\\Users\\ada", True)],
)
def test_what_counts_as_a_path_of_a_machine(text: str, bad: bool) -> None:
    assert bool(MACHINE_PATH.search(text)) is bad


def test_no_link_leads_out_of_the_repository() -> None:
    links = [ROOT / name for name in tracked() if (ROOT / name).is_symlink()]
    assert all(link.resolve().is_relative_to(ROOT) for link in links)


def test_every_page_of_the_documentation_is_linked_from_its_index() -> None:
    index = (ROOT / "docs/index.md").read_text(encoding="utf-8")
    for name in tracked("docs/**/*.md", "docs/*.md"):
        page = name.removeprefix("docs/")
        assert page == "index.md" or f"({page})" in index, f"docs/index.md links {page} not"


CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[^)\s]*)?\)")


@pytest.mark.parametrize("name", tracked("*.md"))
def test_links_between_pages_lead_somewhere(name: str) -> None:
    page = ROOT / name
    for target, _ in LINK.findall(CODE.sub("`", page.read_text(encoding="utf-8"))):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), f"{name} links {target}"


AND_MORE = re.compile(r"\band \{[^{}]*\} more\b")


def test_how_many_are_left_is_told_by_one_module() -> None:
    """`a, b and 3 more` has one home: written by hand it was told in four ways."""
    homes = ["mlspec/diagnostics/words.py"]
    assert [name for p in MODULES if AND_MORE.search(p.read_text(encoding="utf-8")) and (name := relative(p)) not in homes] == []
