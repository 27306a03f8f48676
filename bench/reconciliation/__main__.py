"""Reconciliation: 3202 files to differences, beside a bare COPY and FULL JOIN of the same rows in one run.

One command: starts the embedded services under VAR_DIR/bench, writes settlements of one day past all triggers, and
the files that their institutions would send, with every 1,000th line wrong, missing or new; then both take turns.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from bench import place
from config import embedded

DATABASE = "bench_reconciliation"
STEPS = "bench.reconciliation.steps"
GOAL = 3


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reconciliation", description=__doc__)
    parser.add_argument("--settlements", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--institutions", type=int, default=10, help="among which the settlements are shared out")
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    directory = str(place.directory("reconciliation"))
    embedded.start()
    try:
        figures = [_measure(directory, settlements, given.institutions) for settlements in given.settlements]
    finally:
        embedded.stop()
    print(_table(figures))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))


def _measure(directory: str, settlements: int, institutions: int) -> dict[str, Any]:
    place.new_database(DATABASE)
    made = place.run(STEPS, "prepare", directory, str(settlements), str(institutions), database=DATABASE)
    steps = {step: place.run(STEPS, step, directory, database=DATABASE) for step in ("bare", "load", "compare")}
    return {"settlements": settlements, "lines": made["lines"], **steps}


def _table(figures: list[dict[str, Any]]) -> str:
    lines = [
        f"{'settlements':>12}{'bare s':>9}{'load s':>9}{'compare s':>11}{'ratio':>7}{'differences':>13}"
        f"{'own MiB':>9}   (goal {GOAL})"
    ]
    for one in figures:
        ours = one["load"]["seconds"] + one["compare"]["seconds"]
        lines.append(
            f"{one['settlements']:>12}{one['bare']['seconds']:>9.1f}{one['load']['seconds']:>9.1f}"
            f"{one['compare']['seconds']:>11.1f}{ours / one['bare']['seconds']:>7.2f}"
            f"{one['compare']['differences']:>13}{max(one['load']['own_mib'], one['compare']['own_mib']):>9}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
