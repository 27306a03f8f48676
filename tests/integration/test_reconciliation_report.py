"""The report of reconciliation by institution, beside figures computed apart from the files of the samples."""

from __future__ import annotations

import json
import zipfile
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Staff
from reports.standard import RECONCILIATION
from settlement.models import Discrepancy
from settlement.rules.differences import AMOUNT_FIELDS, REFERENCE_FIELDS
from settlement.services.deciding import decide
from settlement.services.reconciling import reconcile
from tests.factories import make_staff
from tests.integration.test_reconcile import FILE, lines_of, load_all, reconciled, sent, settled
from tests.integration.test_reports import DAY, bills, figures, worked_out

__all__ = ["settled"]
pytestmark = pytest.mark.usefixtures("committed_db")
ONE_BILL = "S0010000000000"  # of which the institution reports a fen more


def told_by_files(samples: Path) -> dict[str, list[list[str]]]:
    """By institution: the lines of its statement."""
    told = {}
    for path in sorted((samples / "statements").glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            text = archive.read(archive.namelist()[0]).decode()
        told[path.name.split("_")[0]] = [line.split("\t") for line in text.splitlines()]
    return told


def apart(samples: Path, answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The figures of each institution, from the files and what the comparison named (held to its key elsewhere)."""
    told, ours = told_by_files(samples), {row["setl_id"]: row for row in bills(samples)}
    stakes: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    results: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    rows: Counter[str] = Counter()
    for one in answer["differences"]:
        place, number = one["institution"], one["setl_id"]
        results[place][one["code"]].add(number)
        rows[place] += 1
        if one["field"] in AMOUNT_FIELDS:
            stake = abs(Decimal(one["centre"]) - Decimal(one["institution_value"]))
        elif one["field"] in REFERENCE_FIELDS:
            stake = Decimal(0)
        else:
            line = next((line for line in told[place] if line[0] == number), None)
            stake = abs(Decimal(ours[number]["medfee_sumamt"] if number in ours else line[3]))  # type: ignore[index]
        stakes[place, number] = max(stakes[place, number], stake)
    return {
        place: {
            "statements": 1,
            "lines": len(lines),
            "agreed_lines": len(lines) - len(results[place]["2"] | results[place]["3"]),
            "centre_has_more": len(results[place]["1"]),
            "institution_has_more": len(results[place]["2"]),
            "differing": len(results[place]["3"]),
            "open_differences": rows[place],
            "decided_differences": 0,
            "amount_at_stake": sum(stake for (of, _number), stake in stakes.items() if of == place),
        }
        for place, lines in told.items()
    }


def by_institution(staff: Staff, **asked: str) -> dict[str, dict[str, Any]]:
    table = worked_out(RECONCILIATION.code, DAY | asked, by=staff)
    keys = [one.key for one in RECONCILIATION.measures]
    return {line.words[1]: dict(zip(keys, line.figures, strict=True)) for line in table.lines}


def test_each_institutions_figures_are_those_of_the_files(settled: Staff, samples: Path, tmp_path: Path) -> None:
    load_all(samples, tmp_path)
    answer = reconciled(tmp_path)
    expected = json.loads((samples / "expected.json").read_text())["statement_differences"]
    found = by_institution(settled)
    assert found == apart(samples, answer)
    totals = figures(worked_out(RECONCILIATION.code, DAY, by=settled))
    assert (totals["statements"], totals["lines"], totals["open_differences"]) == (8, 724, len(expected))
    for name in totals:
        assert totals[name] == sum(one[name] for one in found.values()), name


def test_what_was_not_compared_agrees_with_nothing_yet(settled: Staff, samples: Path, tmp_path: Path) -> None:
    load_all(samples, tmp_path)
    before = figures(worked_out(RECONCILIATION.code, DAY, by=settled))
    assert (before["lines"], before["agreed_lines"], before["amount_at_stake"]) == (724, 0, 0)
    reconciled(tmp_path)
    after = by_institution(settled)
    assert sent(*lines_of(samples)[1:], by=settled).errors == []
    assert by_institution(settled)["H42100200003"]["agreed_lines"] == 0
    assert by_institution(settled)["H42100200003"]["statements"] == 1, "the file that was replaced counts no more"
    reconcile(day=Discrepancy.objects.latest("pk").business_date, by=make_staff("supervisor", "421002"))
    here = by_institution(settled)["H42100200003"]
    assert here["agreed_lines"] == after["H42100200003"]["agreed_lines"] - 1
    assert here["centre_has_more"] == after["H42100200003"]["centre_has_more"] + 1


def test_what_was_decided_is_no_longer_open(settled: Staff, samples: Path, tmp_path: Path) -> None:
    load_all(samples, tmp_path)
    reconciled(tmp_path)
    before = by_institution(settled)["H42100200003"]
    one = Discrepancy.objects.get(setl_id=ONE_BILL)
    decide(chosen={one.pk: one.version}, reason="institution_corrects", note="", by=settled)
    after = by_institution(settled)["H42100200003"]
    assert after == before | {"open_differences": before["open_differences"] - 1, "decided_differences": 1}
    right = [line.replace("\t404.31\t", "\t404.30\t") for line in lines_of(samples)]
    assert sent(*right, by=settled, name=FILE).errors == []
    reconciled(tmp_path)
    agreed = by_institution(settled)["H42100200003"]
    assert (agreed["differing"], agreed["decided_differences"]) == (before["differing"] - 1, 0)
    assert agreed["amount_at_stake"] == before["amount_at_stake"] - Decimal("0.01")


def test_only_who_sees_differences_sees_it_and_of_their_own_region(
    settled: Staff, samples: Path, tmp_path: Path
) -> None:
    load_all(samples, tmp_path)
    assert by_institution(make_staff("supervisor", "330100")) == {}
    assert by_institution(make_staff("clerk", "421000")) == {}
    assert set(by_institution(settled, region="421002")) <= {
        code for code in told_by_files(samples) if "421002" in code
    }
