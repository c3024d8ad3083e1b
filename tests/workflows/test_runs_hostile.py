"""Names and values that mean harm, from the branch's name to a cell of the data, through a whole run by act: they stay text."""

from __future__ import annotations

import re

import pytest
from support.act_looks import edit, only_comment
from support.act_projects import KPI_FILE, MODEL_FILE, model
from support.act_world import World
from support.projects import sales_rows

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

BRANCH = "a$(touch${IFS}pwned)`touch${IFS}pwned`;touch${IFS}pwned;'\"&|<b>@evil/x%0A%3A%3Aerror"
CELL = "`</details>|<script>evil</script> @evil/everyone ![x](https://evil.example/x.png) <!-- mlspec --> ${{ secrets.X }} $(touch pwned)\n::error::evil"
OWNER = "@evil/everyone $(touch pwned) ${{ github.token }} <img src=https://evil.example>"
SLICED = """\
apiVersion: mlspec/v1
kind: KPISet
metadata: {name: demand}
spec:
  model: demand
  kpis: ["mae <= 500", {metric: mae, max: 500, slice: {by: shop, minRows: 10}}]
  bootstrap: {resamples: 200}
  leakage: {sharedRows: 99}
"""


def test_hostile_names_and_values_stay_text(make_world, trained: World) -> None:
    world = make_world(template=trained)
    rows = sales_rows(200).replace("north", '"' + CELL.replace('"', '""') + '"')
    owned = model("demand", 2.0).replace("{name: demand}", f'{{name: demand, owner: "{OWNER}", description: "{OWNER}"}}')
    before = edit(world, {"data/sales.csv": rows, MODEL_FILE: owned, KPI_FILE: SLICED}, BRANCH)
    world.open_pull(BRANCH)["title"] = CELL
    run = world.pull_request(BRANCH)
    assert (run.code, run.failed) == (0, []), run.told
    assert "❗  ::error::evil" not in run.log  # what act says of a command that a line of a job's log gave it
    assert world.commit_of(f"{BRANCH}^") == before
    assert world.github.statuses_of(world.commit_of(BRANCH)) == [("mlspec", "success")]
    for text in (only_comment(world, BRANCH), *(job.summary for job in run.jobs)):
        bare = re.sub(r"(`+)(.+?)\1", "", text, flags=re.DOTALL)
        assert not re.search(r"<script|<img|evil/everyone|evil\.example|secrets\.X", bare), bare
    world.agree(BRANCH)  # other gates and other rows: people are asked
    [again] = world.follow()
    assert (again.code, again.failed) == (0, []), again.told
    assert not list(world.folder.rglob("pwned*"))
