"""Models that programs train: by a shell script and awk, by Perl, by R, by Python that writes an ONNX graph or a pipeline."""

from __future__ import annotations

from support.projects import SPECS

_MODEL = """\
apiVersion: mlspec/v1
kind: Model
metadata: {{name: {name}}}
spec:
  task: regression
  data: sales
  target: count
  split: {{strategy: time, test: 25%}}
  features: {{include: {features}}}
  command: {command}
"""

AWK_TRAIN = """\
set -e
# the mean of each shop; columns: shop,price,count (the header names them)
mkdir -p "$MLSPEC_OUTPUT"
awk -F, 'NR > 1 {gsub(/"/, "", $1); sum[$1] += $3; n[$1]++; all += $3}
  END {for (shop in sum) printf "%s %.17g\\n", shop, sum[shop] / n[shop]; printf "* %.17g\\n", all / (NR - 1)}' \\
  "$MLSPEC_TRAIN" | sort > "$MLSPEC_OUTPUT/means.txt"
"""
AWK_ALL = """\
exec awk -F, -v means="$MLSPEC_MODEL/means.txt" '
  BEGIN {while ((getline line < means) > 0) {split(line, part, " "); mean[part[1]] = part[2]}; print "prediction"}
  NR > 1 {gsub(/"/, "", $1); print ($1 in mean) ? mean[$1] : mean["*"]}' "$MLSPEC_ROWS" > "$MLSPEC_ANSWERS"
"""
PERL_LINES = """\
use strict;
$| = 1;
my %mean;
open(my $means, '<', "$ENV{MLSPEC_MODEL}/means.txt") or die $!;
while (<$means>) { my ($shop, $value) = split; $mean{$shop} = $value; }
while (<STDIN>) { my ($shop) = /^"?([^",]*)/; print exists $mean{$shop} ? $mean{$shop} : $mean{'*'}, "\\n"; }
"""
R_TRAIN = """\
rows <- read.csv(Sys.getenv("MLSPEC_TRAIN"), stringsAsFactors = TRUE)
fitted <- lm(count ~ shop + price, data = rows)
saveRDS(fitted, file.path(Sys.getenv("MLSPEC_OUTPUT"), "lm.rds"))
"""
R_PREDICT = """\
fitted <- readRDS(file.path(Sys.getenv("MLSPEC_MODEL"), "lm.rds"))
input <- file("stdin", "r")
while (length(line <- readLines(input, 1)) > 0) {
  row <- read.csv(text = line, header = FALSE, col.names = c("shop", "price"))
  cat(sprintf("%.17g\\n", predict(fitted, row)))
  flush(stdout())
}
"""
JOBLIB_TRAIN = """\
import json, os
import joblib
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.compose import make_column_transformer

rows = pd.read_csv(os.environ["MLSPEC_TRAIN"])
target = rows.pop(os.environ["MLSPEC_TARGET"])
shape = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["shop"]), remainder="passthrough")
model = make_pipeline(shape, Ridge(**json.loads(os.environ["MLSPEC_PARAMS"]))).fit(rows, target)
joblib.dump(model, os.path.join(os.environ["MLSPEC_OUTPUT"], "model.joblib"))
"""
ONNX_TRAIN = """\
import json, os
import numpy as np
import onnx
import pandas as pd
from onnx import TensorProto as T, helper as h

rows = pd.read_csv(os.environ["MLSPEC_TRAIN"])
design = np.column_stack([rows["price"], np.ones(len(rows))])
slope, start = np.linalg.lstsq(design, rows["count"], rcond=None)[0]
graph = h.make_graph(
    [h.make_node("Mul", ["price", "slope"], ["scaled"]), h.make_node("Add", ["scaled", "start"], ["count"])],
    "demand",
    [h.make_tensor_value_info("price", T.DOUBLE, [None, 1])],
    [h.make_tensor_value_info("count", T.DOUBLE, [None, 1])],
    [h.make_tensor("slope", T.DOUBLE, [], [slope]), h.make_tensor("start", T.DOUBLE, [], [start])],
)
model = h.make_model(graph, opset_imports=[h.make_opsetid("", 18)], ir_version=10)
onnx.save(model, os.path.join(os.environ["MLSPEC_OUTPUT"], "model.onnx"))
"""
COMMANDS = {
    "lines": "{argv: [sh, src/train.sh], predict: {argv: [perl, src/lines.pl], lines: csv}}",
    "black-box": "{argv: [sh, src/train.sh], predict: {argv: [sh, src/all.sh]}}",
    "r": "{argv: [Rscript, src/train.R], predict: {argv: [Rscript, src/predict.R], lines: csv}}",
    "pipeline": "{argv: [python, src/pipeline.py], params: {alpha: 2.0}}",
    "graph": "{argv: [python, src/graph.py], artifact: onnx}",
}
FILES = {
    "src/train.sh": AWK_TRAIN,
    "src/all.sh": AWK_ALL,
    "src/lines.pl": PERL_LINES,
    "src/train.R": R_TRAIN,
    "src/predict.R": R_PREDICT,
    "src/pipeline.py": JOBLIB_TRAIN,
    "src/graph.py": ONNX_TRAIN,
}


def model(name: str, command: str) -> str:
    """The spec of a model."""
    return _MODEL.format(name=name, command=command, features="[price]" if "onnx" in command else "[shop, price]")


def program_specs(demand: str, *names: str) -> dict[str, str]:
    """The small project, its model trained by the first of these, and the others beside it."""
    specs = SPECS | FILES | {"mlspec.yaml": SPECS["mlspec.yaml"].replace("  seed: 7\n", "  seed: 7\n  code: [src]\n")}
    return specs | {"specs/demand.yaml": model("demand", COMMANDS[demand])} | {f"specs/{n}.yaml": model(n, COMMANDS[n]) for n in names}


TORCH_TRAIN = """\
import json, os
import pandas as pd
import torch

torch.manual_seed(int(os.environ["MLSPEC_SEED"]))
torch.set_num_threads(int(os.environ["MLSPEC_THREADS"]))
torch.use_deterministic_algorithms(True)
names = [f["name"] for f in json.loads(os.environ["MLSPEC_FEATURES"])]
rows = pd.read_csv(os.environ["MLSPEC_TRAIN"])
features = torch.tensor(rows[names].to_numpy(), dtype=torch.float32)
target = torch.tensor(rows[[os.environ["MLSPEC_TARGET"]]].to_numpy(), dtype=torch.float32)
middle, spread = features.mean(0), features.std(0)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(torch.nn.Linear(len(names), 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))

    def forward(self, x):
        return self.layers((x - middle) / spread)


net = Net()
optimiser = torch.optim.Adam(net.parameters(), lr=0.05)
os.makedirs("dvclive/plots/metrics", exist_ok=True)
with open("dvclive/plots/metrics/loss.tsv", "w") as log:
    log.write("step\\tloss\\n")
    for step in range(json.loads(os.environ["MLSPEC_PARAMS"])["epochs"]):
        optimiser.zero_grad()
        loss = torch.nn.functional.mse_loss(net(features), target)
        loss.backward()
        optimiser.step()
        log.write(f"{step}\\t{loss.item():.9g}\\n")
json.dump({"loss": loss.item()}, open("dvclive/metrics.json", "w"))
path = os.path.join(os.environ["MLSPEC_OUTPUT"], "model.onnx")
rows_free = {"x": {0: torch.export.Dim("rows")}}
torch.onnx.export(net.eval(), (features[:2],), path, input_names=["x"], dynamic_shapes=rows_free, dynamo=True, verbose=False)
"""
TORCH_COMMAND = "{argv: [TORCH, src/net.py], artifact: onnx, params: {epochs: 300}, live: true}"
