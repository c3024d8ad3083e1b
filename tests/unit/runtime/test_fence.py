"""What user code may read of the repository, by every way that Python and libraries have; with the kernel's fence and without."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from mlspec.pipelines.run.warm.lanes import modules
from mlspec.runtime.linux import landlock_version
from mlspec.runtime.warm import Server, Task

pytestmark = pytest.mark.usefixtures("real_pythons")

CSV = "id,rating\n" + "".join(f"{n},{n % 5}\n" for n in range(8))
HEAD = "import pandas as pd\nfrom pathlib import Path\nROOT = Path(__file__).resolve().parents[1]\n\n"
READ = {"delimiter": ",", "nullValues": [""], "encoding": "utf-8", "header": True}
needs_kernel = pytest.mark.skipif(not landlock_version(), reason="this kernel has no Landlock")


@dataclass(frozen=True)
class Done:
    """How a stage ended, and what it wrote."""

    returncode: int
    stderr: str


class Workspace:
    """A repository with one Python source, whose stage is run as `mlspec run` runs it: in a fork of a process that has everything imported."""

    server: ClassVar[Server]

    def __init__(self, root: Path) -> None:
        self.root, self.folder, self.first_line = root, root / "pipelines/data/firms", ""
        self.folder.mkdir(parents=True)
        self.write("mlspec.yaml", "kind: Project\nspec: {code: [src]}\n")
        self.write("data/firms.csv", CSV)
        self.write("data/other.csv", CSV)
        self.write("files/a.csv", CSV)
        self.write("requirements.lock", "")

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def run(
        self,
        body: str,
        *,
        inputs: dict[str, str] | None = None,
        head: str = HEAD,
        env: Mapping[str, str] | None = None,
        by_dvc: bool = False,
    ) -> Done:
        """`body`: of the function; it is given `inputs`. `by_dvc`: as DVC runs it, in a process from nothing."""
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        self.write("src/sources.py", f"{head}\ndef fetch(inputs):\n{lines}")
        given = {"firms": "data/firms.csv"} if inputs is None else inputs
        code = sorted(p.relative_to(self.root).as_posix() for p in (self.root / "src").rglob("*.py"))
        deps = [f"../../../{path}" for path in [*given.values(), *code, "requirements.lock"]]
        self.write(
            "pipelines/data/firms/dvc.yaml", self.first_line + json.dumps({"stages": {"ingest": {"deps": deps, "outs": ["raw.parquet"]}}})
        )
        params = {"read": READ, "text": [], "python": {"callable": "src.sources:fetch", "inputs": given}}
        self.write("pipelines/data/firms/params.yaml", json.dumps({"ingest": params}))
        variables = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", **(env or {})}
        if by_dvc:
            words = [sys.executable, "-m", "mlspec.runtime", "ingest"]
            done = subprocess.run(words, cwd=self.folder, env=variables, capture_output=True, text=True, check=False)
            return Done(done.returncode, done.stderr)
        said: list[str] = []
        task = Task("mlspec.runtime.warm.child:run_module", ("mlspec.runtime", "ingest"), self.folder, variables)
        return Done(self.server.run(task, said.append).status, "\n".join(said))

    def rows(self) -> int:
        import pyarrow.parquet as pq

        return int(pq.read_metadata(self.folder / "raw.parquet").num_rows)


@pytest.fixture(scope="module", autouse=True)
def _server() -> Iterator[None]:
    with Server(modules()) as Workspace.server:
        yield


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "repository")


MODES = [pytest.param({}, id="kernel", marks=needs_kernel), pytest.param({"MLSPEC_CONFINE": "off"}, id="staged")]
IN_PYTHON = {
    "open": "open('data/other.csv').read()\nreturn pd.read_csv(inputs['firms'])",
    "pandas": "return pd.read_csv('data/other.csv')",
    "dots": "return pd.read_csv('data/../data/other.csv')",
    "absolute": "return pd.read_csv(ROOT / 'data/other.csv')",
    "glob": "import glob\nreturn pd.concat([pd.read_csv(inputs['firms']), *map(pd.read_csv, glob.glob('files/*.csv'))])",
    "path-glob": "return pd.concat([pd.read_csv(inputs['firms']), *map(pd.read_csv, Path('files').glob('*.csv'))])",
    "listdir": "import os\nreturn pd.DataFrame({'n': [len(os.listdir(ROOT / 'files'))]})",
    "thread": "from concurrent.futures import ThreadPoolExecutor as Pool\n"
    "with Pool(2) as pool:\n    return list(pool.map(pd.read_csv, [str(ROOT / 'data/other.csv')]))[0]",
    "swallowed": "try:\n    return pd.read_csv('data/other.csv')\nexcept OSError:\n    return pd.read_csv(inputs['firms'])",
}
BELOW_PYTHON = {
    "pyarrow": "import pyarrow.csv as c\nreturn c.read_csv('data/other.csv').to_pandas()",
    "pyarrow-absolute": "import pyarrow.csv as c\nreturn c.read_csv(str(ROOT / 'data/other.csv')).to_pandas()",
    "duckdb": "import duckdb\nreturn duckdb.sql(\"from 'data/other.csv'\").df()",
    "duckdb-glob": "import duckdb\nreturn duckdb.sql(f\"from '{ROOT}/data/*.csv'\").df()",
    "cat": "import subprocess, io\ntext = subprocess.run(['cat', 'data/other.csv'], check=True, capture_output=True, text=True).stdout\n"
    "return pd.read_csv(io.StringIO(text))",
    "shell": "import subprocess, io\ntext = subprocess.run('cat data/other.csv | cat', shell=True, capture_output=True, text=True).stdout\n"
    "return pd.read_csv(io.StringIO('a,b\\n1,2\\n' + text))",
}


@pytest.mark.parametrize("env", MODES)
def test_an_undeclared_read_is_refused_where_dvc_runs_the_stage(space: Workspace, env: dict[str, str]) -> None:
    done = space.run(IN_PYTHON["pandas"], env=env, by_dvc=True)
    assert done.returncode == 1, done.stderr
    assert "error[MLS0605]" in done.stderr


@pytest.mark.parametrize("env", MODES)
@pytest.mark.parametrize("way", IN_PYTHON)
def test_an_undeclared_read_in_python_is_refused_with_the_line_to_add(space: Workspace, way: str, env: dict[str, str]) -> None:
    done = space.run(IN_PYTHON[way], env=env)
    assert done.returncode == 1, done.stderr
    assert "error[MLS0605]" in done.stderr
    line = "files: {folder: files}" if "files" in IN_PYTHON[way] else "other: {file: data/other.csv}"
    assert line in done.stderr
    assert not (space.folder / "raw.parquet").exists()


@needs_kernel
@pytest.mark.parametrize("way", BELOW_PYTHON)
def test_an_undeclared_read_by_a_library_or_a_child_is_refused(space: Workspace, way: str) -> None:
    done = space.run(BELOW_PYTHON[way])
    assert done.returncode == 1, done.stderr
    assert "error[MLS0605]" in done.stderr
    assert ("data: {folder: data}" if "glob" in way else "other: {file: data/other.csv}") in done.stderr
    assert not (space.folder / "raw.parquet").exists()


@pytest.mark.parametrize("way", ["pyarrow", "duckdb", "cat"])
def test_a_staged_root_holds_nothing_else(space: Workspace, way: str) -> None:
    done = space.run(BELOW_PYTHON[way], env={"MLSPEC_CONFINE": "off"})
    assert done.returncode == 1, done.stderr
    assert "error[MLS0605]" in done.stderr


@pytest.mark.parametrize("by_dvc", [False, True])
@pytest.mark.parametrize("env", MODES)
def test_what_is_declared_and_what_lies_outside_can_be_read(space: Workspace, tmp_path: Path, env: dict[str, str], by_dvc: bool) -> None:
    (tmp_path / "outside.csv").write_text(CSV)
    space.write("src/tools/helper.py", "SIZE = 3\n")
    body = (
        "import subprocess, sys, tempfile, duckdb\n"
        "import src.tools.helper as helper\n"
        f"outside = pd.read_csv({str(tmp_path / 'outside.csv')!r})\n"
        "with tempfile.NamedTemporaryFile('w+') as file:\n    file.write('x'); file.flush(); file.seek(0); assert file.read() == 'x'\n"
        "assert Path(tempfile.mkdtemp()).is_dir()\n"
        "subprocess.run([sys.executable, '-c', 'import src.tools.helper'], check=True)\n"
        "assert Path('data/firms.csv').read_text() == inputs['firms'].read_text()\n"
        "many = pd.concat(map(pd.read_csv, sorted(inputs['files'].glob('*.csv'))))\n"
        "cat = subprocess.run(['cat', 'data/firms.csv'], check=True, capture_output=True, text=True).stdout\n"
        "assert len(cat.splitlines()) == 9\n"
        "return pd.concat([outside, many, duckdb.sql(f\"from '{inputs['firms']}'\").df()]).head(8 * helper.SIZE)"
    )
    done = space.run(body, inputs={"firms": "data/firms.csv", "files": "files"}, env=env, by_dvc=by_dvc)
    assert done.returncode == 0, done.stderr
    assert space.rows() == 24
    assert sorted(p.name for p in space.folder.iterdir()) == ["dvc.yaml", "params.yaml", "raw.parquet"]


@needs_kernel
def test_a_link_out_of_a_declared_folder_is_refused(space: Workspace) -> None:
    (space.root / "files/b.csv").symlink_to("../data/other.csv")
    done = space.run("return pd.concat(map(pd.read_csv, sorted(inputs['files'].glob('*.csv'))))", inputs={"files": "files"})
    assert done.returncode == 1
    assert "error[MLS0605]" in done.stderr
    assert "`data/other.csv`" in done.stderr


def test_dvcs_links_into_its_cache_are_followed(space: Workspace) -> None:
    cached = ".dvc/cache/files/md5/ab/" + "0" * 30
    space.write(cached, CSV)
    (space.root / "files/b.csv").symlink_to(space.root / cached)
    (space.root / "data/linked.csv").symlink_to(space.root / cached)
    body = "return pd.concat(map(pd.read_csv, [*sorted(inputs['files'].glob('*.csv')), inputs['linked']]))"
    done = space.run(body, inputs={"files": "files", "linked": "data/linked.csv"})
    assert done.returncode == 0, done.stderr
    assert space.rows() == 24


@pytest.mark.parametrize("env", MODES)
def test_a_link_into_dvcs_cache_is_named_by_its_own_place(space: Workspace, env: dict[str, str]) -> None:
    cached = ".dvc/cache/files/md5/ab/" + "0" * 30
    space.write(cached, CSV)
    (space.root / "data/linked.csv").symlink_to(space.root / cached)
    done = space.run("return pd.read_csv(ROOT / 'data/linked.csv')", env=env)
    assert done.returncode == 1
    assert "reads `data/linked.csv`" in done.stderr
    assert "{file: data/linked.csv}" in done.stderr


@pytest.mark.parametrize("env", MODES)
def test_a_module_outside_the_code_folders_is_no_dependency(space: Workspace, env: dict[str, str]) -> None:
    space.write("helpers.py", "SIZE = 3\n")
    done = space.run("return pd.read_csv(inputs['firms']).head(helpers.SIZE)", head=HEAD + "import helpers\n", env=env)
    assert done.returncode == 1
    assert "error[MLS0605]" in done.stderr
    assert "`code`" in done.stderr


@needs_kernel
def test_a_file_read_while_the_module_is_imported_counts_too(space: Workspace) -> None:
    done = space.run("return OTHER", head=HEAD + "OTHER = pd.read_csv('data/other.csv')\n")
    assert done.returncode == 1
    assert "error[MLS0605]" in done.stderr
    assert "add `other: {file: data/other.csv}` to `inputs` under spec.python" in done.stderr


@needs_kernel
@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("pipelines/data/regions/valid.parquet", "add `regions: {source: regions}` to `inputs`"),
        ("pipelines/features/daily/features.parquet", "add `daily: {features: daily}` to `inputs`"),
        ("pipelines/data/regions/raw.parquet", "read the accepted rows of a source, `{source: NAME}`"),
    ],
)
def test_rows_of_another_object_are_named_by_it(space: Workspace, path: str, line: str) -> None:
    space.write(path, "PAR1")
    done = space.run(f"return pd.read_parquet('{path}')")
    assert "error[MLS0605]" in done.stderr
    assert line in done.stderr


def test_the_message_names_the_users_line(space: Workspace) -> None:
    done = space.run("a = 1\nreturn pd.read_csv(inputs['firms'], usecols=['nope'])")
    assert "error[MLS0602]" in done.stderr
    assert "(src/sources.py, line 8)" in done.stderr


def test_after_an_eject_the_line_to_add_is_one_of_dvc_yaml(space: Workspace) -> None:
    space.first_line = "# Written by mlspec, and yours since `mlspec eject`: edit it as you like.\n"
    done = space.run("return pd.read_csv('data/other.csv')")
    assert "add `- ../../../data/other.csv` to `deps` of the stage ingest in dvc.yaml" in done.stderr
    assert "apply" not in done.stderr


DOWNLOAD = """\
place = Path.home() / "{place}"
place.parent.mkdir(parents=True, exist_ok=True)
place.write_text("rating\\n3\\n")
return pd.read_csv(place)
"""


@needs_kernel
@pytest.mark.parametrize("place", ["scikit_learn_data/a.csv", ".cache/mine/a.csv", "nltk_data/corpora/a.csv"])
def test_what_a_library_downloads_into_a_fresh_home_above_the_repository_is_read_back(tmp_path: Path, place: str) -> None:
    made = Workspace(tmp_path / "home/work/project")
    done = made.run(
        DOWNLOAD.format(place=place), env={"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": "", "NLTK_DATA": "", "SCIKIT_LEARN_DATA": ""}
    )
    assert done.returncode == 0, done.stderr
    assert made.rows() == 1
    assert sorted(path.name for path in (tmp_path / "home").iterdir()) == sorted({"work", place.split("/")[0]})


@needs_kernel
def test_another_file_that_comes_up_above_the_repository_says_where_it_belongs(tmp_path: Path) -> None:
    made = Workspace(tmp_path / "home/work/project")
    done = made.run(DOWNLOAD.format(place="mine.csv"), env={"HOME": str(tmp_path / "home")})
    assert done.returncode == 1
    assert "MLS0602" in done.stderr and "temporary folder" in done.stderr and "can't read in the same run" in done.stderr
