"""Settling: `record_settlement` and the feed, beside pgbench's TPC-B-like run on the same server in one run.

One command: starts the embedded services under VAR_DIR/bench, enters invented families, then takes turns: pgbench
with 1, 4 and 8 clients, and as many processes that record settlements one after the other; then the feed, and the
same again with more and more settlements stored.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import threading
from pathlib import Path
from typing import Any

from bench import place
from bench.registrations.made import forms_workbook, make, roster_csv
from config import embedded
from config.embedded.postgres import programs

DATABASE, PGBENCH = "bench_settlement", "bench_pgbench"
STEPS = "bench.settlement.steps"
CLIENTS = (1, 4, 8)
GOALS = {"recorded": 0.25, "feed": 3}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.settlement", description=__doc__)
    parser.add_argument("--families", type=int, default=2_000)
    parser.add_argument("--seconds", type=int, default=10, help="for each number of clients")
    parser.add_argument("--feed", type=int, default=20_000, help="settlements in the feed")
    parser.add_argument("--stored", type=int, nargs="*", default=[100_000, 1_000_000], help="the curve")
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    files = place.directory("settlement")
    made = make(families=given.families, faults=0)
    (files / "persons.csv").write_bytes(roster_csv(made))
    (files / "registrations.xlsx").write_bytes(forms_workbook(made.lines))
    embedded.start()
    try:
        figures = _measure(str(files), given)
    finally:
        embedded.stop()
    print(_table(figures))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))


def _measure(files: str, given: argparse.Namespace) -> dict[str, Any]:
    place.new_database(DATABASE)
    place.new_database(PGBENCH)
    place.run(STEPS, "prepare", files, database=DATABASE)
    _pgbench("-i", "-q", "-s", "10")
    numbers = iter(range(1, 1_000))
    figures: dict[str, Any] = {"clients": [], "curve": []}
    for clients in CLIENTS:
        tps = _tps(_pgbench("-c", str(clients), "-j", "2", "-T", str(given.seconds)))
        recorded = _recorded(clients, given.seconds, numbers)
        figures["clients"].append({"clients": clients, "pgbench": tps, **recorded})
    for stored in (0, *given.stored):
        filled = place.run(STEPS, "fill", str(stored), database=DATABASE) if stored else {"settlements": 0}
        fed = place.run(STEPS, "feed", str(given.feed), str(next(numbers) * 10**7), database=DATABASE)
        one = _recorded(1, given.seconds, numbers)
        figures["curve"].append({"stored": filled["settlements"], "feed": fed, "recorded": one})
    return figures


def _recorded(clients: int, seconds: int, numbers: Any) -> dict[str, Any]:
    """So many processes at once, each with patients and numbers of its own choice."""
    told: list[dict[str, Any]] = []

    def one(start: int) -> None:
        told.append(place.run(STEPS, "one_by_one", str(seconds), str(start), database=DATABASE))

    threads = [threading.Thread(target=one, args=[next(numbers) * 10**7]) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = sum(one["settled"] / one["seconds"] for one in told)
    return {"per_second": round(rate, 1), "p95_ms": max(one["p95_ms"] for one in told)}


def _pgbench(*arguments: str) -> str:
    address = place.libpq(PGBENCH)
    command = [
        str(programs() / "pgbench"),
        "-h",
        address["host"],
        "-U",
        address["user"],
        *arguments,
        address["dbname"],
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


def _tps(told: str) -> float:
    found = re.search(r"^tps = ([0-9.]+)", told, re.MULTILINE)
    assert found is not None, told
    return round(float(found[1]), 1)


def _table(figures: dict[str, Any]) -> str:
    lines = [
        f"{'clients':>8}{'pgbench/s':>11}{'recorded/s':>12}{'ratio':>7}{'p95 ms':>8}   (goal {GOALS['recorded']})"
    ]
    for one in figures["clients"]:
        ratio = one["per_second"] / one["pgbench"]
        lines.append(
            f"{one['clients']:>8}{one['pgbench']:>11.0f}{one['per_second']:>12.0f}{ratio:>7.2f}{one['p95_ms']:>8.1f}"
        )
    single = figures["clients"][0]["pgbench"]
    lines += [
        "",
        f"{'stored':>10}{'feed/s':>9}{'× pgbench':>11}{'recorded/s':>12}   (goal {GOALS['feed']} × one client)",
    ]
    for point in figures["curve"]:
        rate = point["feed"]["settled"] / point["feed"]["seconds"]
        recorded = point["recorded"]["per_second"]
        lines.append(f"{point['stored']:>10}{rate:>9.0f}{rate / single:>11.2f}{recorded:>12.0f}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
