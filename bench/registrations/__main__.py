"""Import of a registration workbook: rows a second, memory, and how the pages fare meanwhile.

One command: makes the file, starts the embedded services under VAR_DIR/bench, enters the roster, then measures in
one run on the same rows and machine, each step in a fresh process: check and apply as the product does them, and a
plain ModelResource on the first rows of the same file, in a copy of the same database. Of both, what they wrote about
those rows has to be the same. A ModelResource works row by row, so that its rate holds for the whole file; its tables
are emptier on the slice, which is in its favour.
"""

from __future__ import annotations

import argparse
import json
import socket
import time
from pathlib import Path
from typing import Any

from bench import place
from bench.pages import SIGN_IN, Pages, web
from bench.registrations.made import HEADINGS, Made, forms_csv, forms_workbook, make, roster_csv
from config import embedded

OURS, STOCK = "bench_ours", "bench_stock"
STEPS = "bench.registrations.steps"
GOALS = {"ratio": 40, "peak_mib": 400, "page_ms": 200}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.registrations", description=__doc__)
    parser.add_argument("--families", type=int, default=20_000)
    parser.add_argument("--faults", type=float, default=0.01)
    parser.add_argument("--slice", type=int, default=200, help="families for the ModelResource")
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    files = _write(make(families=given.families, faults=given.faults), given.slice)
    embedded.start()
    try:
        figures = _measure(str(files))
    finally:
        embedded.stop()
    print(_table(figures))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))


def _write(made: Made, families: int) -> Path:
    """The files of the run: roster, workbook, answer key, and the first faultless families alone."""
    files = place.directory("files")
    some = made.faultless(families)
    (files / "persons.csv").write_bytes(roster_csv(made))
    (files / "registrations.xlsx").write_bytes(forms_workbook(made.lines))
    (files / "expected.json").write_text(json.dumps(made.key))
    (files / "slice.csv").write_bytes(forms_csv(line for family in some for line in family.lines))
    (files / "slice.json").write_text(json.dumps([family.household.humans[0].psn_no for family in some]))
    return files


def _measure(files: str) -> dict[str, Any]:
    place.new_database(OURS)
    figures = {"prepare": place.run(STEPS, "prepare", files, database=OURS)}
    cookie = figures["prepare"].pop("cookie")
    place.new_database(STOCK, like=OURS)
    figures["stock"] = place.run(STEPS, "stock", files, database=STOCK)
    figures["check"] = place.run(STEPS, "check", files, database=OURS)
    batch = figures["check"].pop("batch")
    with web(OURS, port=_free_port(), cookie=cookie) as pages:
        figures["apply"] = place.run(STEPS, "apply", str(batch), database=OURS, meanwhile=_Visits(pages))
    figures["pages"] = pages.result()
    written = [place.run(STEPS, "written", files, database=name)["tables"] for name in (OURS, STOCK)]
    if written[0] != written[1]:
        raise SystemExit(f"The two ways do not leave the same behind: {written}")
    figures["written_by_both"] = {table: told["rows"] for table, told in written[0].items()}
    return figures | _summary(figures)


class _Visits:
    """Visits the pages twice a second, as a busy window does, from the moment on when the first group stands."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.paths: dict[str, str] = {}
        self.next_at = 0.0

    def __call__(self) -> None:
        if time.monotonic() < self.next_at:
            return
        self.next_at = time.monotonic() + 0.5
        if self.paths:
            self.pages.visit(self.paths)
        elif group := _first_group():
            self.paths = {"sign-in": SIGN_IN, "group": f"/groups/{group}/", "batches": "/imports/", "jobs": "/jobs/"}


def _first_group() -> int | None:
    with place.connected(OURS) as connection:
        found = connection.execute("SELECT min(id) FROM families_mutualaidgroup").fetchone()
        return found[0] if found else None


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _summary(figures: dict[str, Any]) -> dict[str, Any]:
    """Rates by the clock, and by processor time with PostgreSQL's: on a busy machine trust the second alone."""
    rows, stock = figures["check"]["rows"], figures["stock"]
    seconds = {name: figures[name]["seconds"] for name in ("check", "apply")}
    cpu = {name: _cpu(figures[name]) for name in ("check", "apply")}
    rates = {name: rows / taken for name, taken in seconds.items()}
    rates |= {"both": rows / sum(seconds.values()), "stock": stock["rows"] / stock["seconds"]}
    return {
        "rows_per_second": {name: round(rate, 1) for name, rate in rates.items()},
        "ratio": round(rates["both"] / rates["stock"], 1),
        "cpu_ratio": round(rows / sum(cpu.values()) / (stock["rows"] / _cpu(stock)), 1),
        "peak_mib": max(figures["check"]["peak_mib"], figures["apply"]["peak_mib"]),
        "goals": GOALS,
    }


def _cpu(told: dict[str, Any]) -> float:
    return float(told["cpu_seconds"] + told["server_cpu_seconds"])


def _table(figures: dict[str, Any]) -> str:
    rates, check, apply, stock = (figures[name] for name in ("rows_per_second", "check", "apply", "stock"))
    lines = [
        f"{check['rows']} rows of {len(HEADINGS)} columns, {check['families']} families, {apply['applied']} entered",
        "",
        f"{'':<22}{'rows':>8}{'s':>9}{'CPU s':>9}{'rows/s':>9}{'peak MiB':>10}",
        *(
            f"{name:<22}{rows:>8}{told['seconds']:>9.1f}{_cpu(told):>9.1f}{rates[key]:>9.0f}{told['peak_mib']:>10}"
            for name, key, rows, told in (
                ("check", "check", check["rows"], check),
                ("apply", "apply", check["rows"], apply),
                ("plain ModelResource", "stock", stock["rows"], stock),
            )
        ),
        "",
        f"check and apply {rates['both']:.0f} rows/s, {figures['ratio']} times the ModelResource, by processor time "
        f"{figures['cpu_ratio']} times (goal {GOALS['ratio']}); peak {figures['peak_mib']} MiB (goal under "
        f"{GOALS['peak_mib']})",
        "",
        f"{'page during apply':<22}{'visits':>8}{'median ms':>11}{'p95 ms':>9}{'slowest':>9}",
        *(
            f"{name:<22}{told['visits']:>8}{told['median_ms']:>11}{told['p95_ms']:>9}{told['slowest_ms']:>9}"
            for name, told in figures["pages"].items()
        ),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
