"""What supervisors look at, over many settlements: each beside the way it is usually done, in one run.

The dashboard on summaries beside the standard reports that read the settlements of the same year; the list of
settlements beside a plain ModelAdmin over the same table; a workbook of every row beside openpyxl's write-only mode.

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

DATABASE = "bench_reports"
STEPS = "bench.reports.steps"
ALONE = ("work_out", "night", "pages", "reports", "lists", "plain", "export")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reports", description=__doc__)
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
    steps = {step: place.run(STEPS, step, database=DATABASE) for step in ALONE}
    written = place.run(STEPS, "openpyxl", str(steps["export"]["rows"]), database=DATABASE)
    return {"settlements": settlements, **steps, "openpyxl": written}


def _told(one: dict[str, Any]) -> list[str]:
    out, night, plain = one["work_out"], one["night"], one["plain"]["pages"]
    ours, theirs = (one[name]["rows"] / one[name]["seconds"] for name in ("export", "openpyxl"))
    return [
        f"{one['settlements']:,} settlements: all days worked out in {out['seconds']:.0f} s, {out['rows']:,} rows;"
        f" a night {night['seconds']:.1f} s, its proof {night['proof_seconds']:.1f} s",
        *(f"  dashboard {name}: {_ms(ms)} (goal 150)" for name, ms in one["pages"]["pages"].items()),
        *(
            f"  report {name}, from the settlements: {seconds:.1f} s"
            for name, seconds in one["reports"]["reports"].items()
        ),
        *(
            f"  {name}: {_ms(ms)}; plain {plain[name]['median_ms']} ms,"
            f" {plain[name]['median_ms'] / ms['median_ms']:.0f} times (goal 40)"
            for name, ms in one["lists"]["pages"].items()
        ),
        f"  workbook: {ours:.0f} rows/s, {ours / theirs:.1f} times openpyxl (goal 5),"
        f" peak {one['export']['peak_mib']} MiB (goal 150)",
    ]


def _ms(took: dict[str, int]) -> str:
    return f"median {took['median_ms']} ms, p95 {took['p95_ms']} ms"


if __name__ == "__main__":
    main()
