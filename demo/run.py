"""What `make demo` runs. `--dir` says where, `--keep-servers` leaves the servers up for a look."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from demo import challengers, first_version, questions, summary
from demo.screen import RED, Screen
from demo.shell import Unexpected
from demo.world import World

STEPS: tuple[tuple[str, Callable[[World], None]], ...] = (
    ("A Git remote, a DVC remote, and the example as a first commit", first_version.set_up),
    ("Check the specs", first_version.validate),
    ("Plan, and write pipelines and workflows", first_version.plan_and_apply),
    ("Train three models with DVC", first_version.train),
    ("Judge them against their KPIs", first_version.gate),
    (f"Promote demand {first_version.FIRST} to staging: branch, claim, verify, merge", first_version.promote_to_staging),
    ("Reconcile staging on another clone, which has no data", first_version.reconcile_staging),
    ("Ask the REST server", first_version.query_staging),
    (f"Promote demand {first_version.FIRST} to production", first_version.promote_to_production),
    ("Reconcile production: the REST server, and the batch of the week ahead", first_version.reconcile_production),
    ("A worse challenger: fewer trees", challengers.edit_worse),
    ("Its promotion is refused", challengers.refuse_worse),
    ("A better challenger: one more feature", challengers.edit_better),
    (f"Promote demand {challengers.SECOND} to staging and production", challengers.promote_better),
    ("Ask production again", challengers.query_better),
    ("Roll production back", challengers.roll_back),
    ("Where everything stands", challengers.status),
    ("Mark versions and deployments with tags", questions.mark),
    ("Ask Git: what stood where, what differs, where it came from", questions.ask),
    ("The papers of the version: card, datasheet, bill of materials, provenance", questions.document),
)


def main() -> int:
    """Run every step. Exit codes: 0 all went as it should, 1 something did not, 130 Ctrl-C."""
    options = parse()
    root = options.dir or Path(tempfile.mkdtemp(prefix="mlspec-demo-"))
    if options.dir and options.dir.exists() and any(options.dir.iterdir()):
        sys.stderr.write(f"{options.dir} is not empty: give --dir a new folder\n")
        return 1
    world = World(Screen(len(STEPS)), root.resolve())
    try:
        play(world)
        summary.show(world, servers_kept=options.keep_servers)
    except Unexpected as wrong:
        world.screen.line(f"\nThe demo stopped: {wrong}\nEverything is left as it was in {world.root}", RED)
        return 1
    except KeyboardInterrupt:
        world.screen.line(f"\ninterrupted; everything is left as it was in {world.root}", RED)
        return 130
    finally:
        if not options.keep_servers:
            world.stop_servers()
    return 0


def play(world: World) -> None:
    """Run the steps in order; the first `Unexpected` ends it."""
    world.screen.line(f"The demo works in {world.root}")
    for title, act in STEPS:
        with world.screen.step(title):
            act(world)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", type=Path, help="a new folder to work in; a temporary one when left out")
    parser.add_argument("--keep-servers", action="store_true", help="leave the servers running at the end")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
