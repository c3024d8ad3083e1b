"""The tools that users run today, and equal work for each of them. Installed into .venv-bench from requirements/bench.lock."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(__file__).resolve().parents[2] / ".venv-bench" / "bin"
SCHEMA = Path(__file__).resolve().parents[2] / "schemas" / "v1"

_PROPERTIES = """\
version: 2
sources:
  - name: raw_{number}
    tables: [{{name: t{number}}}]
models:
  - name: m{number}
    description: Hourly demand
    columns:
      - {{name: day, data_tests: [not_null]}}
      - {{name: shop, data_tests: [not_null]}}
      - {{name: price}}
      - {{name: count, data_tests: [not_null]}}
"""


def installed(name: str) -> str | None:
    """The program of a peer; None, and a line that says so, where it is not installed."""
    found = shutil.which(name, path=str(BIN))
    if found is None:
        print(f"{name} is not installed (see .venv-bench/install.log): not compared", flush=True)
    return found


def environment(name: str, folder: Path, lock: str) -> Path | None:
    """The Python of an environment that a peer has to itself, made once from requirements/LOCK; None, and a word, where that can't be."""
    python = folder / "bin/python"
    if not (folder / ".installed").exists():
        folder.mkdir(exist_ok=True)
        print(f"Installing {name} into {folder.name} (once) ...", flush=True)
        log = folder / "install.log"
        pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", "--require-hashes", "-r"]
        with log.open("wb") as told:
            for command in ([sys.executable, "-m", "venv", str(folder)], [*pip, str(ROOT / "requirements" / lock)]):
                if subprocess.run(command, stdout=told, stderr=told, check=False).returncode:
                    print(f"{name} can't be installed here (see {folder.name}/{log.name}): it is left out", flush=True)
                    return None
        (folder / ".installed").touch()
    return python


def dbt_project(root: Path, count: int) -> Path:
    """A dbt project on DuckDB: a model and its properties with three tests and a source, `count` times."""
    (root / "models").mkdir(parents=True)
    (root / "dbt_project.yml").write_text("name: shop\nversion: '1.0'\nprofile: shop\nflags: {send_anonymous_usage_stats: false}\n")
    (root / "profiles.yml").write_text("shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.db}}}\n")
    for number in range(count):
        sql = f"select day, shop, price, count from {{{{ source('raw_{number}', 't{number}') }}}} where count >= 0\n"
        (root / f"models/m{number}.sql").write_text(sql)
        (root / f"models/m{number}.yml").write_text(_PROPERTIES.format(number=number))
    return root


def templates(root: Path, count: int) -> list[str]:
    """CloudFormation templates, `count` of them, with four resources each."""
    root.mkdir()
    resources = {
        "Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "shop-data"}},
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "Demand"}},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 60}},
        "Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 30}},
    }
    text = json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}, indent=2)
    paths = [root / f"t{number}.json" for number in range(count)]
    for path in paths:
        path.write_text(text)
    return [str(p) for p in paths]
