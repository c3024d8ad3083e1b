"""Eight projects as people have them before mlspec, in files made here: DVC, Kedro, R, notebooks; with the steps that each has."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Before:
    """A project: its files, the file to import, its steps, and of what its `dvc.yaml` measured the numbers (path -> content)."""

    name: str
    origin: str
    files: Mapping[str, str]
    steps: tuple[str, ...]

    def write(self, root: Path) -> Path:
        for path, text in self.files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        return root


def _csv(heading: str, rows: list[list[object]]) -> str:
    return "\n".join([heading, *(",".join(map(str, row)) for row in rows)]) + "\n"


def _posts(rows: int = 400) -> str:
    draw = random.Random(11)
    plain = ["server", "page", "file", "table", "user", "value", "index", "form", "list", "image", "color", "time"]
    marks = {"r": ["ggplot", "dplyr", "vector"], "css": ["flex", "margin", "selector"], "sql": ["join", "query", "schema"]}
    lines = []
    for number in range(rows):
        tag = draw.choice(sorted(marks))
        words = [draw.choice([*plain, *marks[tag] * 2]) for _ in range(draw.randint(8, 20))]
        lines.append([number, " ".join(words), tag])
    return _csv("id,text,tag", lines)


def tags() -> Before:
    """A classifier of texts by tag: four stages, vectorizers kept as pickles between them."""
    dvc = """\
stages:
  prepare:
    cmd: python src/prepare.py data/posts.csv
    deps: [data/posts.csv, src/prepare.py]
    params: [prepare.seed, prepare.split]
    outs: [data/prepared]
  featurize:
    cmd: python src/featurize.py data/prepared data/features
    deps: [data/prepared, src/featurize.py]
    params: [featurize.max_features, featurize.ngrams]
    outs: [data/features]
  train:
    cmd: python src/train.py data/features model.pkl
    deps: [data/features, src/train.py]
    params: [train.seed, train.n_est, train.min_split]
    outs: [model.pkl]
  evaluate:
    cmd: python src/evaluate.py model.pkl data/features
    deps: [model.pkl, data/features, src/evaluate.py]
    metrics: [eval/metrics.json: {cache: false}]
    plots: [eval/plots]
"""
    params = """\
prepare: {split: 0.25, seed: 20170428}
featurize: {max_features: 100, ngrams: 2}
train:
  seed: 20170428
  n_est: 40
  min_split: 4
"""
    prepare = """\
import os
import sys

import pandas as pd
import yaml
from sklearn.model_selection import train_test_split

params = yaml.safe_load(open("params.yaml"))["prepare"]
posts = pd.read_csv(sys.argv[1])
posts["target"] = posts["tag"].map({"r": 1, "css": 0, "sql": 0})
train, test = train_test_split(posts, test_size=params["split"], random_state=params["seed"])
os.makedirs(os.path.join("data", "prepared"), exist_ok=True)
train.to_csv(os.path.join("data", "prepared", "train.csv"), index=False)
test.to_csv(os.path.join("data", "prepared", "test.csv"), index=False)
"""
    featurize = """\
import os
import pickle
import sys

import pandas as pd
import yaml
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

params = yaml.safe_load(open("params.yaml"))["featurize"]
source, out = sys.argv[1], sys.argv[2]
os.makedirs(out, exist_ok=True)
train = pd.read_csv(os.path.join(source, "train.csv"))
test = pd.read_csv(os.path.join(source, "test.csv"))
words = CountVectorizer(max_features=params["max_features"], ngram_range=(1, params["ngrams"]))
weights = TfidfTransformer(smooth_idf=False)
train_matrix = weights.fit_transform(words.fit_transform(train["text"]))
test_matrix = weights.transform(words.transform(test["text"]))
with open(os.path.join(out, "train.pkl"), "wb") as file:
    pickle.dump((train_matrix, train["target"]), file)
with open(os.path.join(out, "test.pkl"), "wb") as file:
    pickle.dump((test_matrix, test["target"]), file)
"""
    train = """\
import os
import pickle
import sys

import yaml
from sklearn.ensemble import RandomForestClassifier

params = yaml.safe_load(open("params.yaml"))["train"]
with open(os.path.join(sys.argv[1], "train.pkl"), "rb") as file:
    features, labels = pickle.load(file)
forest = RandomForestClassifier(
    n_estimators=params["n_est"], min_samples_split=params["min_split"], n_jobs=2, random_state=params["seed"]
)
forest.fit(features, labels)
with open(sys.argv[2], "wb") as file:
    pickle.dump(forest, file)
"""
    evaluate = """\
import json
import os
import pickle
import sys

from sklearn import metrics

with open(sys.argv[1], "rb") as file:
    model = pickle.load(file)
with open(os.path.join(sys.argv[2], "test.pkl"), "rb") as file:
    features, labels = pickle.load(file)
scores = model.predict_proba(features)[:, 1]
os.makedirs("eval/plots", exist_ok=True)
with open("eval/metrics.json", "w") as file:
    json.dump({"avg_prec": metrics.average_precision_score(labels, scores), "roc_auc": metrics.roc_auc_score(labels, scores)}, file)
"""
    files = {
        "dvc.yaml": dvc,
        "params.yaml": params,
        "data/posts.csv": _posts(),
        "src/prepare.py": prepare,
        "src/featurize.py": featurize,
        "src/train.py": train,
        "src/evaluate.py": evaluate,
        "eval/metrics.json": json.dumps({"avg_prec": 0.99, "roc_auc": 0.995}, indent=1),
    }
    return Before("tags", "dvc.yaml", files, ("prepare", "featurize", "train", "evaluate"))


def _stages(rows: Mapping[str, tuple[str, str, str]]) -> str:
    """A dvc.yaml of {stage: (command, deps, outs)}, each a text with spaces between paths."""
    lines = ["stages:"]
    for name, (command, deps, outs) in rows.items():
        lines += [f"  {name}:", f"    cmd: {command}"]
        lines += [f"    deps: [{', '.join(deps.split())}]"] if deps else []
        lines += [f"    outs: [{', '.join(outs.split())}]"] if outs else []
    return "\n".join(lines) + "\n"


def segments() -> Before:
    """Segmentation of images: folders in, a network of a library that is not here, masks out."""
    stages = {
        "data_split": ("python src/data_split.py", "src/data_split.py data/pool", "data/train data/test"),
        "train": ("python src/train.py", "src/train.py data/train params.yaml", "models/model.pkl"),
        "evaluate": ("python src/evaluate.py", "src/evaluate.py models/model.pkl data/test", "results/evaluate"),
        "package": ("python -m src.package models/model.pkl", "src/package.py models/model.pkl", "dist/package.tar.gz"),
    }
    train = """\
from fastai.vision.all import SegmentationDataLoaders, unet_learner
import yaml

params = yaml.safe_load(open("params.yaml"))
loaders = SegmentationDataLoaders.from_label_func("data/train", bs=params["train"]["batch"])
learner = unet_learner(loaders, arch=params["train"]["arch"])
learner.fine_tune(params["train"]["epochs"])
learner.export("models/model.pkl")
"""
    files = {"dvc.yaml": _stages(stages), "params.yaml": "train: {arch: resnet34, batch: 8, epochs: 8}\n", "src/train.py": train}
    files |= {f"src/{name}.py": f'print("{name}")\n' for name in ("data_split", "evaluate", "package")}
    files |= {f"data/pool/{number}.pgm": "P2 1 1 1 1\n" for number in range(3)}
    return Before("segments", "dvc.yaml", files, tuple(stages))


def values() -> Before:
    """A model that is in production in R: eight stages, one of which needs a shell."""
    r = "pipeline"
    stages = {
        "ingest": (f"Rscript {r}/00-ingest.R", f"{r}/00-ingest.R params.yaml", "input/training.parquet input/assessment.parquet"),
        "train": (f"Rscript {r}/01-train.R", f"{r}/01-train.R input/training.parquet params.yaml", "output/model.zip output/test.parquet"),
        "assess": (f"Rscript {r}/02-assess.R", f"{r}/02-assess.R input/assessment.parquet output/model.zip", "output/assessed.parquet"),
        "evaluate": (f"Rscript {r}/03-evaluate.R", f"{r}/03-evaluate.R output/test.parquet", "output/performance.parquet"),
        "interpret": (
            f"Rscript {r}/04-interpret.R",
            f"{r}/04-interpret.R output/model.zip input/assessment.parquet",
            "output/shap.parquet",
        ),
        "finalize": (f"quarto render {r}/report.qmd", f"{r}/report.qmd output/performance.parquet", "reports/report.html"),
        "upload": (
            '"aws s3 cp output s3://example-bucket/run --recursive && Rscript pipeline/06-notify.R"',
            "output/performance.parquet",
            "",
        ),
        "export": (f"Rscript {r}/07-export.R --year 2024", f"{r}/07-export.R output/assessed.parquet", "export/desk-review.csv"),
    }
    names = ("00-ingest", "01-train", "02-assess", "03-evaluate", "04-interpret", "06-notify", "07-export")
    files = {f"{r}/{name}.R": f'cat("{name}\\n")\n' for name in names}
    files |= {"dvc.yaml": _stages(stages), "params.yaml": "seed: 2023\n", f"{r}/report.qmd": "---\ntitle: Report\n---\n"}
    return Before("values", "dvc.yaml", files, tuple(stages))


def _flights(rows: int = 500) -> str:
    draw = random.Random(4)
    found = []
    for number in range(rows):
        engines, seats, rating = draw.randint(1, 5), draw.randint(2, 12), draw.randint(60, 100)
        price = 800 * engines + 90 * seats + 7 * rating + draw.gauss(0, 150)
        found.append([number, engines, seats, f"{rating}%", draw.choice("tf"), f"${price:.1f}" if number % 2 else f"${price:.2f}"])
    return _csv("id,engines,passenger_capacity,rating,approved,price", found)


def flights() -> Before:
    """Kedro: three nodes, a catalog and parameters."""
    nodes = """\
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.model_selection import train_test_split


def _percent(column):
    return column.str.replace("%", "").astype(float) / 100


def _money(column):
    return column.str.replace("$", "").astype(float)


def preprocess_flights(flights: pd.DataFrame) -> pd.DataFrame:
    flights["rating"] = _percent(flights["rating"])
    flights["price"] = _money(flights["price"])
    flights["approved"] = flights["approved"].map({"t": 1, "f": 0})
    return flights.dropna(subset=["price"])


def train_model(table, parameters):
    X = table[parameters["features"]]
    y = table["price"]
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=parameters["test_size"], random_state=parameters["random_state"]
    )
    regressor = LinearRegression()
    regressor.fit(X_train, y_train)
    return regressor, X_test, y_test


def evaluate_model(regressor, X_test, y_test):
    predicted = regressor.predict(X_test)
    return {"r2": r2_score(y_test, predicted), "mae": mean_absolute_error(y_test, predicted)}
"""
    pipeline = """\
from kedro.pipeline import Pipeline, node

from .nodes import evaluate_model, preprocess_flights, train_model


def create_pipeline(**kwargs) -> Pipeline:
    return Pipeline(
        [
            node(func=preprocess_flights, inputs="flights", outputs="table", name="preprocess_flights_node"),
            node(func=train_model, inputs=["table", "params:model_options"], outputs=["regressor", "X_test", "y_test"], name="train_model_node"),
            node(evaluate_model, ["regressor", "X_test", "y_test"], "scores", name="evaluate_model_node"),
        ]
    )
"""
    catalog = """\
flights:
  type: pandas.CSVDataset
  filepath: data/01_raw/flights.csv
table:
  type: pandas.ParquetDataset
  filepath: data/03_primary/table.parquet
regressor:
  type: pickle.PickleDataset
  filepath: data/06_models/regressor.pickle
  versioned: true
scores:
  type: json.JSONDataset
  filepath: data/08_reporting/scores.json
"""
    parameters = """\
model_options:
  test_size: 0.2
  random_state: 3
  features: [engines, passenger_capacity, rating, approved]
"""
    files = {
        "pyproject.toml": '[tool.kedro]\npackage_name = "flights"\n',
        "conf/base/catalog.yml": catalog,
        "conf/base/parameters_science.yml": parameters,
        "data/01_raw/flights.csv": _flights(),
        "src/flights/pipelines/science/nodes.py": nodes,
        "src/flights/pipelines/science/pipeline.py": pipeline,
    }
    return Before("flights", "conf/base/catalog.yml", files, ("preprocess_flights_node", "train_model_node", "evaluate_model_node"))


def topics() -> Before:
    """Topics of texts, several classes: entry points of MLflow, parameters on the command line, a report in JSON."""
    project = """\
name: topics
python_env: python_env.yaml
entry_points:
  check:
    command: "python -m pytest tests/data"
  train:
    parameters:
      data: {type: string, default: data/posts.csv}
      c: {type: float, default: 10.0}
    command: "python topics/train.py --data {data} --c {c} --results results.json"
  tune:
    command: "python topics/tune.py --data data/posts.csv"
  evaluate:
    command: "python topics/evaluate.py --holdout data/holdout.csv"
  behaviour:
    command: "python -m pytest tests/model"
  predict:
    parameters: {title: {type: string, default: joins}}
    command: "python topics/predict.py --title {title}"
  serve:
    command: "python topics/serve.py --port 8000"
"""
    train = """\
import argparse
import json

import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=str, required=True)
    parser.add_argument("--c", type=float, default=1.0)
    parser.add_argument("--results")
    return parser.parse_args()


def main():
    args = parse()
    df = pd.read_csv(args.data).dropna(subset=["text", "tag"]).drop_duplicates(subset=["text"])
    train, val = train_test_split(df, stratify=df["tag"], test_size=0.2, random_state=1234)
    model = Pipeline([("tfidf", TfidfVectorizer(ngram_range=(1, 2))), ("clf", LogisticRegression(C=args.c, max_iter=500))])
    model.fit(train["text"], train["tag"])
    results = {"f1": f1_score(val["tag"], model.predict(val["text"]), average="macro")}
    with open(args.results, "w") as file:
        json.dump(results, file)


if __name__ == "__main__":
    main()
"""
    files = {
        "MLproject": project,
        "topics/train.py": train,
        "data/posts.csv": _posts(450),
        "data/holdout.csv": _posts(60),
        "results.json": '{"f1": 0.98}',
    }
    files |= {f"topics/{name}.py": f'print("{name}")\n' for name in ("tune", "evaluate", "predict", "serve")}
    files |= {f"tests/{name}/test_{name}.py": "def test_it():\n    assert True\n" for name in ("data", "model")}
    return Before("topics", "MLproject", files, ("check", "train", "tune", "evaluate", "behaviour", "predict", "serve"))


def _hours(days: int = 120) -> str:
    draw = random.Random(8)
    found = []
    for day in range(days):
        for hour in range(0, 24, 3):
            warm = 10 + day / 10 + draw.gauss(0, 2)
            count = max(0, round(20 + 6 * warm + 3 * hour - 15 * (day % 7 > 4) + draw.gauss(0, 12)))
            moment = f"2011-{1 + day // 30:02d}-{1 + day % 28:02d} {hour:02d}:00:00"
            found.append([moment, 1 + day // 90, hour, int(day % 7 > 4), round(warm, 2), count])
    return _csv("dteday,season,hr,weekend,temp,cnt", found)


def months() -> Before:
    """Monthly data that is watched: trained on the first months, judged on the next, with two reports on drift."""
    stages = {
        "extract": (
            "python src/extract.py --source data/hours.csv --out data/clean.csv",
            "src/extract.py data/hours.csv",
            "data/clean.csv",
        ),
        "train": ("python src/train.py --config=params.yaml", "src/train.py data/clean.csv", "models/model.joblib"),
        "predict": ("python src/predict.py 2011-04", "src/predict.py models/model.joblib data/clean.csv", "predictions/2011-04.csv"),
        "evaluate": ("python src/evaluate.py", "src/evaluate.py models/model.joblib data/clean.csv", "reports/metrics.json"),
        "monitor_data": ("python src/monitor.py data --out reports/data.html", "src/monitor.py data/clean.csv", "reports/data.html"),
        "monitor_model": ("python src/monitor.py model", "src/monitor.py predictions/2011-04.csv", "reports/model.html"),
        "publish": ("sh scripts/publish.sh reports", "scripts/publish.sh reports/data.html reports/model.html", "site/index.html"),
    }
    extract = """\
import argparse

import pandas as pd

parser = argparse.ArgumentParser()
parser.add_argument("--source")
parser.add_argument("--out")
args = parser.parse_args()
hours = pd.read_csv(args.source, parse_dates=["dteday"])
hours = hours.rename(columns={"cnt": "count"})
hours = hours[hours["count"] >= 0]
hours.to_csv(args.out, index=False)
"""
    train = """\
import argparse

import joblib
import pandas as pd
import yaml
from sklearn.linear_model import Ridge


def main(config_path):
    with open(config_path) as file:
        config = yaml.safe_load(file)
    data = pd.read_csv("data/clean.csv")
    train = data[data["dteday"] < config["train"]["until"]]
    features = config["features"]["numerical"] + config["features"]["categorical"]
    model = Ridge(random_state=config["seed"], alpha=config["train"]["alpha"])
    model.fit(train[features], train["count"])
    joblib.dump(model, "models/model.joblib")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", dest="config", required=True)
    main(parser.parse_args().config)
"""
    evaluate = """\
import json

import joblib
import pandas as pd
import yaml
from sklearn.metrics import mean_absolute_error, mean_squared_error

config = yaml.safe_load(open("params.yaml"))
data = pd.read_csv("data/clean.csv")
test = data[data["dteday"] >= config["train"]["until"]]
model = joblib.load("models/model.joblib")
predicted = model.predict(test[config["features"]["numerical"] + config["features"]["categorical"]])
scores = {"mae": mean_absolute_error(test["count"], predicted), "rmse": mean_squared_error(test["count"], predicted) ** 0.5}
json.dump(scores, open("reports/metrics.json", "w"))
"""
    params = """\
seed: 42
train: {until: "2011-04-01", alpha: 0.5}
features:
  numerical: [temp, hr]
  categorical: [season, weekend]
"""
    files = {
        "dvc.yaml": _stages(stages).replace("outs: [reports/metrics.json]", "metrics: [reports/metrics.json: {cache: false}]"),
        "params.yaml": params,
        "data/hours.csv": _hours(),
        "src/extract.py": extract,
        "src/train.py": train,
        "src/evaluate.py": evaluate,
        "src/predict.py": 'print("predict")\n',
        "src/monitor.py": 'print("monitor")\n',
        "scripts/publish.sh": "mkdir -p site\n",
        "reports/metrics.json": json.dumps({"mae": 14.0, "rmse": 18.0}, indent=1),
    }
    return Before("months", "dvc.yaml", files, tuple(stages))


def _loans(rows: int = 400) -> str:
    draw = random.Random(21)
    found = []
    for number in range(rows):
        age, income, amount = draw.randint(20, 70), draw.randint(12, 120) * 1000, draw.randint(1, 35) * 1000
        bad = draw.random() < min(0.9, max(0.05, 0.9 * amount / income))
        found.append([number, f"{10000 + number % 40}", age, income, draw.choice(["own", "rent"]), amount, "", int(bad)])
    return _csv("loan_id,zipcode,person_age,person_income,home,loan_amnt,note,loan_status", found)


def credit() -> Before:
    """Credit scores with a feature store: rows are joined as of a time by another program, and a store is filled by a shell command."""
    stages = {
        "zipcodes": ("python src/zipcodes.py", "src/zipcodes.py data/zipcodes.csv", "data/zipcodes.parquet"),
        "history": ("python src/history.py", "src/history.py data/history.csv", "data/history.parquet"),
        "join": ("python src/join.py", "src/join.py data/loans.csv data/zipcodes.parquet data/history.parquet", "data/training.parquet"),
        "train": ("python src/train.py", "src/train.py data/training.parquet", "model.bin encoder.bin"),
        "materialize": ('"cd repo && feast materialize-incremental $(date +%F)"', "repo/features.py", ""),
        "predict": ("python src/predict.py --request data/request.json", "src/predict.py model.bin data/request.json", "out/answer.json"),
    }
    join = """\
import pandas as pd

loans = pd.read_csv("data/loans.csv")
zipcodes = pd.read_parquet("data/zipcodes.parquet")
history = pd.read_parquet("data/history.parquet")
rows = pd.merge_asof(loans.merge(zipcodes, on="zipcode"), history, on="event_timestamp", by="dob_ssn")
rows.to_parquet("data/training.parquet")
"""
    train = """\
import joblib
import pandas as pd
from sklearn.preprocessing import OrdinalEncoder
from sklearn.tree import DecisionTreeClassifier

rows = pd.read_parquet("data/training.parquet")
encoder = OrdinalEncoder()
rows[["home"]] = encoder.fit_transform(rows[["home"]])
model = DecisionTreeClassifier(max_depth=5)
model.fit(rows[sorted(rows.drop("loan_status", axis=1))], rows["loan_status"])
joblib.dump(model, "model.bin")
joblib.dump(encoder, "encoder.bin")
"""
    files = {"dvc.yaml": _stages(stages), "src/join.py": join, "src/train.py": train, "repo/features.py": "\n", "data/request.json": "{}"}
    files |= {"data/loans.csv": _loans(), "data/zipcodes.csv": "zipcode,city\n10000,A\n", "data/history.csv": "dob_ssn,due\n1,2\n"}
    files |= {f"src/{name}.py": f'print("{name}")\n' for name in ("zipcodes", "history", "predict")}
    return Before("credit", "dvc.yaml", files, tuple(stages))


SERIES = tuple(f"store-{number:03d}" for number in range(100))


def _sales(weeks: int = 60) -> str:
    draw = random.Random(5)
    found = []
    for number, store in enumerate(SERIES):
        for week in range(weeks):
            price = round(draw.uniform(1, 3), 2)
            sold = round(50 + number / 2 + 10 * (week % 4 == 0) - 9 * price + draw.gauss(0, 2), 1)
            found.append([f"2019-{1 + week // 5:02d}-{1 + 6 * (week % 5):02d}", store, week, price, week % 4, sold])
    return _csv("week_start,store,week,price,phase,sold", found)


def fleet() -> Before:
    """A hundred series, each with a model of its own, made by `foreach`."""
    dvc = """\
vars: [settings: {trees: 20}]
stages:
  prepare:
    cmd: python src/prepare.py
    deps: [src/prepare.py, data/sales.csv]
    outs: [data/prepared.csv]
  train:
    foreach: ${stores}
    do:
      cmd: python src/train.py --store ${item} --trees ${settings.trees}
      deps: [src/train.py, data/prepared.csv]
      outs: ["models/${item}.pkl"]
      metrics: ["metrics/${item}.json": {cache: false}]
  report:
    cmd: python src/report.py metrics
    deps: [src/report.py, data/prepared.csv]
    outs: [reports/fleet.html]
"""
    prepare = """\
import pandas as pd

sales = pd.read_csv("data/sales.csv", parse_dates=["week_start"])
sales = sales[sales["sold"] > 0]
sales.to_csv("data/prepared.csv", index=False)
"""
    train = """\
import argparse
import json
import pickle

import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error

parser = argparse.ArgumentParser()
parser.add_argument("--store")
parser.add_argument("--trees", type=int)
args = parser.parse_args()

sales = pd.read_csv("data/prepared.csv")
sales = sales[sales["store"] == args.store]
train, test = sales[sales["week_start"] < "2019-10-01"], sales[sales["week_start"] >= "2019-10-01"]
columns = ["week", "price", "phase"]
model = RandomForestRegressor(n_estimators=args.trees, random_state=1)
model.fit(train[columns], train["sold"])
with open(f"models/{args.store}.pkl", "wb") as file:
    pickle.dump(model, file)
with open(f"metrics/{args.store}.json", "w") as file:
    json.dump({"mae": mean_absolute_error(test["sold"], model.predict(test[columns]))}, file)
"""
    files = {"dvc.yaml": dvc, "params.yaml": f"stores: [{', '.join(SERIES)}]\n", "src/prepare.py": prepare, "src/train.py": train}
    files |= {"src/report.py": 'print("report")\n', "data/sales.csv": _sales()}
    return Before("fleet", "dvc.yaml", files, ("prepare", "train", "report"))


ALL: Mapping[str, Callable[[], Before]] = {f.__name__: f for f in (tags, segments, values, flights, topics, months, credit, fleet)}
