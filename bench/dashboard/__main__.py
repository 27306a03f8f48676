"""The dashboard on summaries, beside the standard reports that read the settlements of the same year.

One command: starts the embedded services under VAR_DIR/bench, writes settlements of two years past all triggers (a
province of 17 cities and 102 districts, 2,000 diseases, 510 institutions; nobody's shares, so no relations), works
the summaries out, those of one day again as a night does, and asks for the pages.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from bench import place
from config import embedded

DATABASE = "bench_dashboard"
STEPS = "bench.dashboard.steps"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.dashboard", description=__doc__)
    parser.add_argument("--settlements", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    embedded.start()
    try:
        figures = [_measure(settlements) for settlements in given.settlements]
    finally:
        embedded.stop()
    print("\n".join(line for one in figures for line in _told(one)))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))


def _measure(settlements: int) -> dict[str, Any]:
    place.new_database(DATABASE)
    place.run(STEPS, "prepare", str(settlements), database=DATABASE)
    steps = {step: place.run(STEPS, step, database=DATABASE) for step in ("work_out", "night", "pages", "reports")}
    return {"settlements": settlements, **steps}


def _told(one: dict[str, Any]) -> list[str]:
    out, night = one["work_out"], one["night"]
    return [
        f"{one['settlements']:,} settlements: all days worked out in {out['seconds']:.0f} s, {out['rows']:,} rows;"
        f" a night {night['seconds']:.1f} s, its proof {night['proof_seconds']:.1f} s",
        *(
            f"  dashboard {name}: median {ms['median_ms']} ms, p95 {ms['p95_ms']} ms"
            for name, ms in one["pages"]["pages"].items()
        ),
        *(
            f"  report {name}, from the settlements: {seconds:.1f} s"
            for name, seconds in one["reports"]["reports"].items()
        ),
    ]


if __name__ == "__main__":
    main()
