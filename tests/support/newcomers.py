"""Files as people bring them on the first day, made here: name, text, target, and what `init` must have found."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Newcomer:
    """A data file; `found`: lines that init prints; `task`."""

    file: str
    content: bytes
    target: str
    task: str
    found: tuple[str, ...]


def _csv(heading: str, rows: Sequence[Sequence[object]], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(heading.split())
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def churn() -> Newcomer:
    """Total charges are blank for those who came this month."""
    draw, rows = random.Random(1), []
    for i in range(900):
        tenure, monthly, contract = draw.randrange(72), round(draw.uniform(18, 118), 2), draw.choice(["monthly", "monthly", "yearly"])
        odds = 1.2 - 0.09 * tenure + 0.02 * (monthly - 60) + (1.2 if contract == "monthly" else -1)
        left = draw.random() < 1 / (1 + math.exp(-odds))
        total = f"{tenure * monthly:.2f}" if tenure else " "
        rows.append(
            [f"{i:04d}-{draw.choice('ABC')}X", draw.choice(["Male", "Female"]), tenure, contract, monthly, total, "Yes" if left else "No"]
        )
    head = "customerID gender tenure Contract MonthlyCharges TotalCharges Churn"
    return Newcomer("churn.csv", _csv(head, rows), "Churn", "binary", ("customerID: the key", "TotalCharges: ", "missing: ` `"))


def reviews() -> Newcomer:
    draw, rows = random.Random(2), []
    plain = ["room", "staff", "food", "place", "window", "street", "breakfast", "door", "city", "hotel", "table", "night"]
    telling = {"good": ["lovely", "great", "pleasant", "friendly"], "bad": ["awful", "dirty", "rude", "broken"]}
    for i in range(700):
        label = draw.choice(["good", "bad"])
        body = " ".join(draw.choice([*plain, *telling[label]]) for _ in range(draw.randint(8, 25)))
        rows.append([f"{' '.join(draw.choices(plain, k=3))} no {i}", body, round(draw.uniform(10, 99), 1), label])
    found = ("title: free text: ", "description: free text: ", "label: task binary: ")
    return Newcomer("reviews.csv", _csv("title description price label", rows), "label", "binary", found)


def rents() -> Newcomer:
    draw, rows = random.Random(3), []
    for i in range(600):
        area, rooms = draw.uniform(20, 200), draw.randint(1, 5)
        rent = area * 11.5 + rooms * 40 + draw.gauss(0, 200)
        rows.append([f"W{i:05d}", f"{area:.2f}".replace(".", ","), rooms, draw.choice(["Köln", "Bonn"]), f"{rent:.2f}".replace(".", ",")])
    found = (
        "read: delimiter `;`, encoding",
        "flaeche: number: numbers as text",
        "miete: number: ",
        "id: the key",
        "miete: task regression",
    )
    return Newcomer("mieten.csv", _csv("id flaeche zimmer ort miete", rows, ";", "cp1252"), "miete", "regression", found)


def visitors() -> Newcomer:
    draw, rows = random.Random(4), []
    for i in range(700):
        day = dt.date(2022, 1, 3) + dt.timedelta(days=i)
        warm = 10 + 8 * math.sin(i / 6)
        count = max(0, round(100 + 9 * warm - 30 * (day.weekday() > 4) + draw.gauss(0, 15)))
        rows.append([day.strftime("%d.%m.%Y"), round(warm + draw.gauss(0, 1), 1), int(day.weekday() > 4), count])
    found = ("read: delimiter TAB", "datum: date: dates like", "day first", "the newest 20% of the rows are the test")
    return Newcomer("besucher.tsv", _csv("datum temperatur wochenende besucher", rows, "\t"), "besucher", "regression", found)


def houses() -> Newcomer:
    draw, rows = random.Random(5), []
    for _ in range(700):
        area, built = draw.uniform(300, 5000), draw.randint(1960, 2023)
        price = max(9000, area * 210 + (built - 1960) * 900 + draw.gauss(0, 90000))
        rows.append([f"{area:,.0f}", built, f"{draw.uniform(0, 12):.1f}%", draw.choice("ABC"), f"${price:,.1f}"])
    found = ("sqft: integer: numbers as text", "tax_rate: number: ", "price: number: numbers as text, like `$", "price: task regression")
    return Newcomer("houses.csv", _csv("sqft year_built tax_rate zone price", rows), "price", "regression", found)


def passengers() -> Newcomer:
    draw, rows = random.Random(6), []
    for i in range(891):
        sex, kind = draw.choice(["male", "male", "female"]), draw.choice([1, 2, 3, 3])
        lived = draw.random() < 1 / (1 + math.exp(-(3.2 * (sex == "female") - 0.8 * kind + 0.4)))
        age = "" if draw.random() < 0.2 else round(draw.uniform(1, 75), 1)
        cabin = f"C{draw.randrange(140)}" if draw.random() < 0.23 else ""
        rows.append(
            [
                i + 1,
                int(lived),
                kind,
                f"Surname{i}, Mr. First {i % 77}",
                sex,
                age,
                f"PC {draw.randrange(1000, 99999)}",
                cabin,
                draw.choice("SCQ"),
            ]
        )
    head = "PassengerId Survived Pclass Name Sex Age Ticket Cabin Embarked"
    found = ("PassengerId: the key", "Name: left out: ", "Ticket: left out: ", "Cabin: left out: ", "Survived: task binary")
    return Newcomer("titanic.csv", _csv(head, rows), "Survived", "binary", found)


NEWCOMERS: tuple[Callable[[], Newcomer], ...] = (churn, reviews, rents, visitors, houses, passengers)
