"""Reconciliation of a day: every difference named with field and both values, once, and gone when it is gone."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Staff
from settlement.models import Discrepancy, Reconciliation, Statement, StatementLine
from settlement.services.feed import load_settlements
from settlement.services.statements import StatementResult, load_statement
from tests.commands import run
from tests.conftest import KEPT
from tests.factories import make_institution, make_staff, zipped
from tests.integration.test_load_settlements import load_samples, supervisor
from tests.kept import made_once

__all__ = ["supervisor"]
pytestmark = pytest.mark.usefixtures("committed_db")
DAY = "2026-03-16"
FILE = "H42100200003_20260316_3202.zip"


@pytest.fixture
def settled(samples: Path) -> Staff:
    """The samples' settlements of the day."""
    made_once("of_the_samples_settled", lambda: settle(samples), beside=KEPT)
    return Staff.objects.get(username="zhuguan")


def settle(samples: Path) -> None:
    load_samples(samples)
    supervisor = Staff.objects.get(username="zhuguan")
    load_settlements(content=(samples / "settlements.csv").read_bytes(), name="settlements.csv", by=supervisor)


def load_all(samples: Path, tmp_path: Path) -> tuple[int, dict[str, Any]]:
    files = [str(path) for path in sorted((samples / "statements").glob("*.zip"))]
    return run("load_statement", *files, tmp_path=tmp_path, staff="zhuguan")


def reconciled(tmp_path: Path) -> dict[str, Any]:
    status, answer = run("reconcile", "--date", DAY, tmp_path=tmp_path, staff="zhuguan")
    assert status == 0
    return answer


def told(answer: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(one["setl_id"], one["code"], one["field"]) for one in answer["differences"]}


def sent(*lines: str, by: Staff, name: str = FILE) -> StatementResult:
    return load_statement(content=zipped(*lines), name=name, by=by)


def lines_of(samples: Path) -> list[str]:
    with zipfile.ZipFile(samples / "statements" / FILE) as archive:
        return archive.read(archive.namelist()[0]).decode().splitlines()


def test_the_samples_differ_as_the_key_says_and_a_second_run_adds_nothing(
    settled: Staff, samples: Path, tmp_path: Path
) -> None:
    expected = json.loads((samples / "expected.json").read_text())["statement_differences"]
    status, answer = load_all(samples, tmp_path)
    assert (status, answer["rows"], answer["accepted_rows"], answer["errors"]) == (0, 724, 724, [])
    first = reconciled(tmp_path)
    assert told(first) == {tuple(one) for one in expected}
    assert (first["compared"], first["balanced"]) == (728, 728 - len(expected))
    fee = next(one for one in first["differences"] if one["setl_id"] == "S0010000000000")
    assert (fee["centre"], fee["institution_value"]) == ("404.30", "404.31")
    assert reconciled(tmp_path) == first
    assert (Discrepancy.objects.count(), Reconciliation.objects.count()) == (len(expected), 1)
    assert load_all(samples, tmp_path)[1]["unchanged"] == 724
    assert (Statement.objects.count(), StatementLine.objects.count()) == (8, 724)


def test_a_later_statement_takes_the_place_of_the_earlier_and_closes_what_agrees_now(
    settled: Staff, samples: Path, tmp_path: Path
) -> None:
    load_all(samples, tmp_path)
    before = reconciled(tmp_path)["differences"]
    of_file = [one for one in before if one["institution"] == "H42100200003"]
    assert {one["code"] for one in of_file} >= {"3"}
    right = [line.replace("\t404.31\t", "\t404.30\t") for line in lines_of(samples)]
    assert sent(*right, by=settled).errors == []
    after = reconciled(tmp_path)["differences"]
    assert {one["setl_id"] for one in before} - {one["setl_id"] for one in after} == {"S0010000000000"}
    closed = Discrepancy.objects.get(setl_id="S0010000000000")
    assert closed.closed_at is not None
    assert Statement.objects.filter(institution="H42100200003").values_list("counts", flat=True).count() == 2
    sent(*lines_of(samples), by=settled)
    assert told(reconciled(tmp_path)) == {(one["setl_id"], one["code"], one["field"]) for one in before}
    closed.refresh_from_db()
    assert closed.closed_at is None


def test_a_settlement_near_midnight_stands_in_the_statement_of_the_next_day(
    settled: Staff, samples: Path, tmp_path: Path
) -> None:
    first, *rest = lines_of(samples)
    sent(*rest, by=settled)
    missing = (first.split("\t")[0], "1", "missing_from_institution")
    assert missing in told(reconciled(tmp_path))
    sent(first, by=settled, name="H42100200003_20260317_3202.zip")
    assert missing not in told(reconciled(tmp_path))
    next_day = run("reconcile", "--date", "2026-03-17", tmp_path=tmp_path, staff="zhuguan")[1]
    assert (next_day["compared"], next_day["differences"]) == (0, [])


def test_an_institution_without_a_statement_is_not_compared(settled: Staff, tmp_path: Path) -> None:
    answer = reconciled(tmp_path)
    assert (answer["compared"], answer["differences"]) == (0, [])


def test_every_field_that_differs_is_named_with_both_values(settled: Staff, samples: Path, tmp_path: Path) -> None:
    first, *rest = lines_of(samples)
    setl_id, mdtrt_id, psn_no, fee, fund, acct, flag = first.split("\t")
    sent("\t".join([setl_id, "M9", "9" * 17, fee, "1.00", "2.00", "1"]), *rest, by=settled)
    found = {
        one["field"]: (one["centre"], one["institution_value"])
        for one in reconciled(tmp_path)["differences"]
        if one["setl_id"] == setl_id
    }
    assert found == {
        "mdtrt_id": (mdtrt_id, "M9"),
        "psn_no": (psn_no, "9" * 17),
        "fund_pay_sumamt": (fund, "1.00"),
        "acct_pay": (acct, "2.00"),
        "refd_setl_flag": (flag, "1"),
    }


GOOD = "S1\tM1\tP1\t10.00\t5.00\t5.00\t0"


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (["S1\tM1\tP1\t10.00\t5.00\t5.00"], ["columns_missing"]),
        (["S1\tM1\tP1\t10.00\t5.00\t5.00\t0\tX\tY"], ["columns_missing"]),
        (["null\tM1\tP1\t10.00\t5.00\t5.00\t0"], ["id_missing"]),
        (["S1\tM1\tP1\t1e3\t5.001\tNaN\t2"], ["amount_invalid"] * 3 + ["code_unknown"]),
        ([GOOD, GOOD], ["duplicate_row"]),
        (["S" * 31 + "\tM1\tP1\t10.00\t5.00\t5.00\t0"], ["id_format"]),
    ],
)
def test_a_file_with_a_faulty_line_is_refused_whole(supervisor: Staff, lines: list[str], codes: list[str]) -> None:
    result = sent(*lines, by=supervisor)
    assert [error.code for error in result.errors] == codes
    assert (Statement.objects.count(), result.accepted_rows) == (0, 0)


@pytest.mark.parametrize(
    "name", ["x.zip", "H42100200003_20260230_3202.zip", "H42100200003_20260316_3201.zip", "../H42100200003.zip"]
)
def test_a_name_that_tells_no_institution_and_day_is_refused(supervisor: Staff, name: str) -> None:
    assert [error.code for error in sent(GOOD, by=supervisor, name=name).errors] == ["file_unreadable"]


def test_an_eighth_column_is_kept_and_null_is_empty(supervisor: Staff) -> None:
    assert sent("S1\tnull\tnull\t10.00\t5.00\t5.00\t0\t第八列", by=supervisor).errors == []
    line = StatementLine.objects.get()
    assert (line.mdtrt_id, line.psn_no, line.further) == ("", "", "第八列")


def test_other_archives_and_bombs_are_refused(supervisor: Staff) -> None:
    bomb = zipped("0" * 300_000_000)
    two = io.BytesIO()
    with zipfile.ZipFile(two, "w") as archive:
        archive.writestr("a.txt", GOOD)
        archive.writestr("b.txt", GOOD)
    for content in (bomb, two.getvalue(), zipped(GOOD, name="a.exe"), b"PK\x03\x04broken", GOOD.encode()):
        result = load_statement(content=content, name=FILE, by=supervisor)
        assert {error.code for error in result.errors} <= {"file_unreadable", "file_too_large"}
        assert result.errors
    assert not Statement.objects.exists()


def test_an_institution_of_another_region_is_unknown(supervisor: Staff) -> None:
    other = make_institution("330100")
    result = sent(GOOD, by=supervisor, name=f"{other.pk}_20260316_3202.zip")
    assert [error.code for error in result.errors] == ["unknown_institution"]
    assert sent(GOOD, by=make_staff("supervisor", "330000"), name=f"{other.pk}_20260316_3202.zip").errors == []
    assert not Statement.objects.for_staff(supervisor).exists()


def of_day(day: str, tmp_path: Path) -> dict[str, Any]:
    status, answer = run("reconcile", "--date", day, tmp_path=tmp_path, staff="zhuguan")
    assert status == 0
    return answer


def fees_told(number: str, answer: dict[str, Any]) -> list[str]:
    """What the institution is said to have for the fee of a settlement."""
    told_so = [one for one in answer["differences"] if (one["setl_id"], one["field"]) == (number, "medfee_sumamt")]
    return [one["institution_value"] for one in told_so]


def on(day: int) -> str:
    return f"H42100200003_202603{day:02d}_3202.zip"


def test_a_pair_over_midnight_is_found_when_its_other_half_comes_later(
    settled: Staff, samples: Path, tmp_path: Path
) -> None:
    first, *rest = lines_of(samples)
    missing = (first.split("\t")[0], "1", "missing_from_institution")
    sent(*rest, by=settled)
    alone = reconciled(tmp_path)
    assert missing in told(alone)
    sent(first, by=settled, name=on(17))
    assert of_day("2026-03-17", tmp_path)["compared"] == 0
    assert Discrepancy.objects.get(setl_id=missing[0], field=missing[2]).closed_at is not None
    day = Reconciliation.objects.get(business_date=DAY)
    assert day.compared == alone["compared"]
    assert day.balanced >= alone["balanced"]
    before_run = Reconciliation.objects.values_list("business_date", "compared", "balanced")
    before = sorted(before_run)
    for one in ("2026-03-17", DAY, "2026-03-15", "2026-03-17"):
        of_day(one, tmp_path)
    assert [one for one in sorted(before_run.all()) if one[0].day != 15] == before
    assert missing not in told(reconciled(tmp_path))


def test_a_line_over_midnight_whose_settlement_comes_later_is_no_fault_any_more(
    settled: Staff, samples: Path, tmp_path: Path
) -> None:
    first, *_rest = lines_of(samples)
    sent(first, by=settled, name=on(17))
    sent("S-later\tM\tP\t1.00\t0.00\t0.00\t0", by=settled, name=on(15))
    assert of_day("2026-03-17", tmp_path)["differences"] == []
    assert [one["code"] for one in of_day("2026-03-15", tmp_path)["differences"]] == ["2"]
    assert of_day("2026-03-17", tmp_path)["compared"] == 0


def test_what_an_institution_tells_on_two_days_is_one_settlement_and_one_line_too_many(
    settled: Staff, samples: Path, tmp_path: Path
) -> None:
    first, *rest = lines_of(samples)
    number, _visit, _person, fee, *_more = first.split("\t")
    wrong = first.replace(f"\t{fee}\t", "\t1.00\t", 1)
    for day in (15, 17):
        sent(wrong, by=settled, name=on(day))
    sent(*rest, by=settled)
    assert fees_told(number, reconciled(tmp_path)) == ["1.00"]
    assert of_day("2026-03-15", tmp_path)["differences"] == []
    surplus = of_day("2026-03-17", tmp_path)
    assert told(surplus) == {(number, "2", "missing_from_centre")}
    assert (surplus["compared"], surplus["balanced"]) == (1, 0)
    sent(first, *rest, by=settled)
    assert fees_told(number, reconciled(tmp_path)) == []
    assert told(of_day("2026-03-15", tmp_path)) == {(number, "2", "missing_from_centre")}


def test_a_line_for_what_another_institution_settled_names_both(
    settled: Staff, samples: Path, tmp_path: Path
) -> None:
    load_all(samples, tmp_path)
    first, *_rest = lines_of(samples)
    before = reconciled(tmp_path)
    stranger = make_institution("421002")
    sent(first, by=settled, name=f"{stranger.pk}_20260316_3202.zip")
    after = reconciled(tmp_path)
    (new,) = [one for one in after["differences"] if one not in before["differences"]]
    number = first.split("\t")[0]
    assert new == {
        "setl_id": number,
        "institution": stranger.pk,
        "code": "3",
        "field": "fixmedins_code",
        "centre": "H42100200003",
        "institution_value": stranger.pk,
    }
    assert after["compared"] == before["compared"] + 1
