"""A project whose model is of a task of its own, taken the whole way: trained, judged, promoted, replaced, verified, served and scored."""

from __future__ import annotations

import json
import random
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import serving as deployment_servers
from support.cli import git
from support.projects import PROJECT, TARGET, deployment
from support.promotion_world import World, make_trained, replace, run

BATCH = """\
apiVersion: mlspec/v1
kind: DeploymentTarget
metadata: {name: scored}
spec: {batch: {input: sales, output: predictions}}
"""
SCORED = deployment("production").replace("local-rest", "scored")
SOURCE = "apiVersion: mlspec/v1\nkind: DataSource\nmetadata: {name: sales}\nspec: "
MODEL = "apiVersion: mlspec/v1\nkind: Model\nmetadata: {name: demand}\nspec:\n"
KPIS = "apiVersion: mlspec/v1\nkind: KPISet\nmetadata: {name: demand}\nspec:\n  model: demand\n  bootstrap: {resamples: 200}\n  kpis: "


@dataclass(frozen=True)
class Case:
    """What is particular of a task. `better`: an edit of the model's spec that makes its next version."""

    source: str
    model: str
    kpis: str
    rows: str
    better: tuple[str, str]


def specs_of(case: Case) -> dict[str, str]:
    """The files of a project with the case's model."""
    return {
        "mlspec.yaml": PROJECT,
        "specs/sales.yaml": SOURCE + case.source,
        "specs/demand.yaml": MODEL + case.model,
        "specs/demand-kpis.yaml": KPIS + case.kpis + "\n",
        "specs/local-rest.yaml": TARGET,
        "specs/scored.yaml": BATCH,
        "environments/staging/demand.yaml": deployment("staging"),
        "environments/production/demand.yaml": SCORED,
        "data/sales.csv": case.rows,
        "requirements.lock": "# locked\n",
    }


def trained(home: Path, case: Case) -> World:
    """Trained and merged."""
    return make_trained(home, specs_of(case))


def replaced(world: World, case: Case) -> None:
    """v1.0.0 promoted and merged; a better version trained, proposed and merged in the checkout, not pushed."""
    world.promote()
    world.merge("mlspec/promote/staging/demand/v1.0.0")
    replace(world.root, "specs/demand.yaml", *case.better)
    world.train("A better model")
    world.promote()
    world.propose()


@contextmanager
def served(world: World) -> Iterator[str]:
    """Push main, reconcile staging, and yield the server's address; end it afterwards."""
    git(world.root, "push", "--quiet", "origin", "HEAD:main")
    try:
        run(world.root, "reconcile", "--env", "staging", check=0)
        state = json.loads((world.root / ".mlspec/state/staging/demand.json").read_text())
        yield f"http://127.0.0.1:{state['port']}"
    finally:
        deployment_servers.World(world.root, world.storage).end()


def scored(world: World) -> list[dict[str, Any]]:
    """Promote what stands in staging (pushed) to production, whose target scores rows in batches; the rows that it wrote."""
    import pyarrow.parquet as pq

    world.promote("production")
    world.merge("mlspec/promote/production/demand/v1.1.0")
    run(world.root, "reconcile", "--env", "production", check=0)
    found: list[dict[str, Any]] = pq.read_table(next((world.root / "predictions").rglob("*.parquet"))).to_pylist()
    return found


def ask(address: str, body: Mapping[str, Any], status: int = 200) -> Any:
    """POST JSON, and return the answer, which has that status."""
    request = urllib.request.Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        answer = urllib.request.urlopen(request, timeout=20)
    except urllib.error.HTTPError as refused:
        answer = refused
    with answer:
        text = answer.read()
    assert answer.status == status, text
    return json.loads(text)


def read(address: str) -> Any:
    """GET JSON."""
    with urllib.request.urlopen(address, timeout=20) as answer:
        return json.loads(answer.read())


LABELS = ("discount", "fresh", "late", "new")


def tagged_rows(days: int = 300) -> str:
    """Price and stock, and tags that hang on both; some rows have none."""
    dice = random.Random(3)
    lines = ["day,shop,price,stock,tags"]
    for number in range(days):
        for shop in ("north", "south"):
            price, stock = round(dice.uniform(1, 5), 4), round(dice.uniform(0, 100), 3)
            facts = (price < 2.5, stock > 60, shop == "south" and stock < 50, dice.random() < 0.3)
            tags = [name for name, told in zip(LABELS, facts, strict=True) if told != (dice.random() < 0.03)]
            lines.append(f"2024-{1 + number // 28:02d}-{1 + number % 28:02d},{shop},{price},{stock},{';'.join(tags)}")
    return "\n".join(lines) + "\n"


MULTILABEL = Case(
    source="""
  file: {path: data/sales.csv}
  columns: [{name: day, type: date}, {name: shop, type: string}, {name: price, type: number}, {name: stock, type: number}, {name: tags, type: string}]
  clean: [{derive: {column: tags, sql: "coalesce(tags, '')"}}]
  key: [day, shop]
""",
    model="""\
  task: multilabel
  data: sales
  target: tags
  labelSeparator: ";"
  features: {include: [shop, price, stock]}
  split: {strategy: random, test: 30%}
  estimator:
    class: sklearn.multiclass.OneVsRestClassifier
    params: {estimator: {class: sklearn.linear_model.LogisticRegression, params: {C: 0.02}}}
""",
    kpis="""[
    "f1_micro >= 0.1", "hamming_loss <= 0.5", {metric: f1_micro, versus: champion, notWorseBy: 0%},
    {metric: f1_micro, versus: baseline, improveBy: {points: 0.05}}, {metric: f1_samples, min: 0.05, slice: {by: shop, minRows: 30}},
    {metric: subset_accuracy, by: shop, maxDifference: 0.9, minRows: 50}, {metric: reproducible, min: 1}]""",
    rows=tagged_rows(),
    better=("C: 0.02", "C: 1.0"),
)


def spread_rows(days: int = 300) -> str:
    """Price, and a count whose spread grows with it."""
    dice = random.Random(3)
    lines = ["day,shop,price,count"]
    for number in range(days):
        for shop, level in (("north", 60), ("south", 90)):
            price = round(dice.uniform(1, 5), 4)
            count = round(level + 10 * price + dice.gauss(0, 3 * price), 3)
            lines.append(f"2024-{1 + number // 28:02d}-{1 + number % 28:02d},{shop},{price},{count}")
    return "\n".join(lines) + "\n"


QUANTILE = Case(
    source="""
  file: {path: data/sales.csv}
  columns: [{name: day, type: date}, {name: shop, type: string}, {name: price, type: number}, {name: count, type: number}]
  key: [day, shop]
  timeColumn: day
""",
    model="""\
  task: quantile
  quantiles: [0.1, 0.5, 0.9]
  data: sales
  target: count
  features: {include: [shop, price]}
  split: {strategy: random, test: 30%}
  estimator: {class: sklearn.linear_model.QuantileRegressor, params: {alpha: 0.1}}
""",
    kpis="""[
    "pinball <= 20", "interval_coverage >= 0.6", "interval_coverage <= 0.95", {metric: pinball, versus: champion, notWorseBy: 0%},
    {metric: pinball, versus: baseline, improveBy: 1%}, {metric: pinball, max: 20, bound: point, slice: {by: shop, minRows: 30}},
    {metric: interval_width, by: shop, maxDifference: 90, minRows: 50}, "crossing <= 5%", {metric: reproducible, min: 1}]""",
    rows=spread_rows(),
    better=("alpha: 0.1", "alpha: 0.0"),
)


def daily_rows(days: int = 300) -> str:
    """Two shops, a week's rise and fall, a price that counts, and what of yesterday lasts."""
    import datetime as dt

    dice = random.Random(11)
    lines = ["day,shop,price,count,weekday"]
    level = {"north": 0.0, "south": 0.0}
    for number in range(days):
        day = dt.date(2024, 1, 1) + dt.timedelta(days=number)
        for shop, base in (("north", 60), ("south", 90)):
            price = round(dice.uniform(1, 5), 4)
            level[shop] = 0.6 * level[shop] + dice.gauss(0, 3)
            week = 12 * (day.weekday() >= 5) - 3 * (day.weekday() == 0)
            lines.append(f"{day},{shop},{price},{round(base + week - 4 * price + level[shop], 3)},{day:%a}")
    return "\n".join(lines) + "\n"


FORECAST = Case(
    source="""
  file: {path: data/sales.csv}
  columns: [{name: day, type: date}, {name: shop, type: string}, {name: price, type: number}, {name: count, type: number}, {name: weekday, type: string}]
  key: [day, shop]
  timeColumn: day
""",
    model="""\
  task: forecast
  data: sales
  target: count
  series: [shop]
  lags: [1, 7]
  rollingMeans: [7]
  features: {include: [shop, price, weekday]}
  split: {strategy: rolling, horizon: 7d, folds: 24, gap: 1d}
  estimator: {class: sklearn.linear_model.Ridge, params: {alpha: 100.0}}
""",
    kpis="""[
    "mase <= 0.9", "wape <= 20%", {metric: mase, versus: champion, notWorseBy: 1%}, {metric: mae, versus: baseline, improveBy: 5%},
    {metric: mae, max: 20, bound: point, slice: {by: shop, minRows: 30}}, {metric: mae, max: 20, bound: point, slice: {by: forecast_step, minRows: 10}},
    "latency_p99 <= 5s", {metric: reproducible, min: 1}]""",
    rows=daily_rows(),
    better=("alpha: 100.0", "alpha: 1.0"),
)


def odd_rows(count: int = 1500) -> str:
    """Payments: amount and hour go together, and in every ninth, a fraud, they do not."""
    dice = random.Random(11)
    lines = ["payment,shop,amount,hour,fraud"]
    for number in range(count):
        shop, fraud, hour = ("north", "south")[number % 2], number % 9 == 4, dice.uniform(8, 20)
        amount = 10 + 5 * hour + dice.gauss(0, 4) + (dice.choice((-1, 1)) * dice.uniform(3, 34) if fraud else 0)
        lines.append(f"p{number},{shop},{round(amount, 4)},{round(hour, 4)},{int(fraud)}")
    return "\n".join(lines) + "\n"


ANOMALY = Case(
    source="""
  file: {path: data/sales.csv}
  columns:
    - {name: payment, type: string}
    - {name: shop, type: string}
    - {name: amount, type: number}
    - {name: hour, type: number}
    - {name: fraud, type: integer}
  key: [payment]
""",
    model="""\
  task: anomaly
  data: sales
  target: fraud
  features: {include: [amount, hour]}
  split: {strategy: stratified, test: 40%}
  estimator: {class: sklearn.ensemble.IsolationForest, params: {n_estimators: 5}}
""",
    kpis="""[
    "average_precision >= 0.1", "roc_auc >= 0.55", {metric: average_precision, versus: champion, notWorseBy: {points: 0.05}},
    {metric: average_precision, versus: baseline, improveBy: {points: 0.01}}, {metric: roc_auc, min: 0.5, bound: point, slice: {by: shop, minRows: 30}},
    {metric: roc_auc, by: shop, maxDifference: 0.9, minRows: 30}, {metric: reproducible, min: 1}]""",
    rows=odd_rows(),
    better=(
        "{class: sklearn.ensemble.IsolationForest, params: {n_estimators: 5}}",
        "{class: sklearn.covariance.EllipticEnvelope, params: {support_fraction: 0.9}}",
    ),
)


def searched_rows(searches: int = 100) -> str:
    """Six offers a search; cheap ones near the middle are wanted, and what is popular a little."""
    dice = random.Random(5)
    lines = ["search,offer,shop,price,distance,popularity,wanted"]
    for search in range(searches):
        for offer in range(6):
            price, distance, popularity = round(dice.uniform(1, 5), 4), round(dice.uniform(0, 9), 3), dice.randrange(100)
            drawn = 6 - price - 0.3 * distance + 0.01 * popularity + dice.gauss(0, 0.7)
            shop = "north" if search % 2 else "south"
            lines.append(f"s{search},{offer},{shop},{price},{distance},{popularity},{min(3, max(0, int(drawn)))}")
    return "\n".join(lines) + "\n"


RANKING = Case(
    source="""
  file: {path: data/sales.csv}
  columns:
    - {name: search, type: string}
    - {name: offer, type: integer}
    - {name: shop, type: string}
    - {name: price, type: number}
    - {name: distance, type: number}
    - {name: popularity, type: integer}
    - {name: wanted, type: integer}
  key: [search, offer]
""",
    model="""\
  task: ranking
  query: search
  data: sales
  target: wanted
  features: {include: [distance, popularity]}
  split: {test: 40%}
  estimator: {class: sklearn.linear_model.Ridge, params: {alpha: 1.0}}
  baseline: {column: popularity}
""",
    kpis="""[
    "ndcg >= 0.5", "mrr >= 0.3", {metric: ndcg, versus: champion, notWorseBy: 0%}, {metric: ndcg, versus: baseline, improveBy: {points: 0.001}},
    {metric: ndcg_at_5, min: 0.4, slice: {by: shop, minRows: 30}}, {metric: map, by: shop, maxDifference: 0.9, minRows: 30},
    {metric: reproducible, min: 1}]""",
    rows=searched_rows(),
    better=("include: [distance", "include: [price, distance"),
)


def clustering() -> Case:
    """Wines by 13 measurements, and which of three cultivars each is of, which judges alone (scikit-learn's copy of the UCI data)."""
    from sklearn.datasets import load_wine

    frame = load_wine(as_frame=True).frame.rename(columns=lambda name: name.split("/")[0])
    frame.insert(0, "id", range(len(frame)))
    numbers = [name for name in frame.columns if name not in ("id", "target")]
    frame["target"] = frame["target"].map({0: "barolo", 1: "grignolino", 2: "barbera"})
    columns = [f"{{name: {name}, type: {'integer' if name == 'id' else 'number'}}}" for name in ("id", *numbers)]
    listed = ", ".join([*columns, "{name: cultivar, type: string}"])
    return Case(
        source=f"\n  file: {{path: data/sales.csv}}\n  columns: [{listed}]\n  key: [id]\n",
        model="""\
  task: clustering
  data: sales
  target: cultivar
  split: {strategy: stratified, test: 40%}
  estimator: {class: sklearn.mixture.GaussianMixture, params: {n_components: 2, covariance_type: diag}}
""",
        kpis="""[
    {metric: silhouette, versus: baseline, improveBy: {points: 0.05}},
    {metric: adjusted_rand, min: 0.2, bound: point},
    {metric: adjusted_rand, versus: champion, notWorseBy: {points: 0.1}, bound: point},
    {metric: silhouette, versus: champion, notWorseBy: {points: 0.2}},
    {metric: stability, min: 0.5, bound: point}]""",
        rows=frame.rename(columns={"target": "cultivar"}).to_csv(index=False),
        better=("n_components: 2", "n_components: 3"),
    )
