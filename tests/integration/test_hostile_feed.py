"""Feeds as they should not come: columns astray, rows twice, reversals out of order, cells damaged at random."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AccountEntry, InsuredPerson, PersonalAccount, Region, Staff
from accounts.services.ledger_proof import check_ledger
from families.services.groups import NewMember, create_group
from settlement.models import Settlement, SettlementShare
from settlement.services.feed import FeedResult, load_settlements
from settlement.services.feed_rows import COLUMNS
from tests.factories import START, make_institution, make_person, make_staff
from tests.integration.test_mutated_registrations import BYTES, ROWS, Table, as_workbook

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
Line = dict[str, str]
MUTATIONS = int(os.environ.get("MUTATED_FEEDS", "20"))


@pytest.fixture
def supervisor() -> Staff:
    return make_staff("supervisor", "421000")


@pytest.fixture
def payer(supervisor: Staff) -> InsuredPerson:
    return make_person("户主", current="1000.00", by=supervisor)


@pytest.fixture
def row(payer: InsuredPerson) -> Line:
    """A sound row: a visit of 30.00 yuan."""
    amounts = dict.fromkeys(COLUMNS[11:19], "0.00") | {"medfee_sumamt": "30.00", "inscp_scp_amt": "30.00"}
    return {
        "setl_id": "S1", "init_setl_id": "", "refd_setl_flag": "0", "mdtrt_id": "M1", "psn_no": payer.psn_no,
        "fixmedins_code": make_institution().pk, "med_type": "11", "setl_time": "2026-03-16 07:30:00",
        "dise_codg": "I10", "dise_name": "高血压", "dr_name": "沈建洋", **amounts, "psn_part_amt": "30.00",
        "acct_used_flag": "1",
    }  # fmt: skip


def back(row: Line, **changed: str) -> Line:
    negated = {name: f"-{row[name]}" for name in COLUMNS[11:19]}
    of = {"setl_id": "R1", "init_setl_id": row["setl_id"], "refd_setl_flag": "1", "setl_time": "2026-03-16 09:00:00"}
    return row | negated | of | changed


def as_csv(rows: Sequence[Line], columns: Sequence[str] = COLUMNS, encoding: str = "utf-8") -> bytes:
    written = io.StringIO()
    writer = csv.DictWriter(written, columns, extrasaction="ignore", restval="x")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode(encoding)


def load(content: bytes, by: Staff, name: str = "settlements.csv", **options: Any) -> FeedResult:
    result = load_settlements(content=content, name=name, by=by, **options)
    if not result.unreadable:
        assert result.accepted_rows + result.rejected_rows == result.rows
    return result


def faults(result: FeedResult) -> list[tuple[int, str]]:
    return [(error.row, error.code) for error in result.errors]


def counts(result: FeedResult) -> tuple[int, int, int]:
    return result.rows, result.created, result.unchanged


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_columns_in_any_order_with_others_between_them_and_as_offices_encode_them(
    encoding: str, row: Line, supervisor: Staff
) -> None:
    columns = ["备注", *COLUMNS[::-1], "another"]
    result = load(as_csv([row], columns, encoding), supervisor)
    assert (counts(result), result.ignored_columns) == ((1, 1, 0), ["备注", "another"])
    assert Settlement.objects.get().dise_name == "高血压"


@pytest.mark.parametrize("missing", ["setl_id", "init_setl_id", "acct_used_flag"])
def test_a_column_that_is_missing_refuses_the_file(missing: str, row: Line, supervisor: Staff) -> None:
    columns = [column for column in COLUMNS if column != missing]
    result = load(as_csv([row], columns), supervisor)
    assert result.unreadable
    assert [error.code for error in result.errors] == ["header_missing"]
    assert missing in result.errors[0].message


def test_the_same_row_twice_is_settled_once(row: Line, supervisor: Staff) -> None:
    result = load(as_csv([row, row]), supervisor)
    assert (counts(result), result.errors, result.settled) == ((2, 1, 1), [], ["S1", "S1"])


def test_the_same_number_with_other_content_is_refused_at_its_row(row: Line, supervisor: Staff) -> None:
    result = load(as_csv([row, row | {"dr_name": "另一个"}]), supervisor)
    assert (counts(result), faults(result)) == ((2, 1, 0), [(3, "same_id_other_content")])
    again = load(as_csv([row | {"dise_codg": "J06"}]), supervisor)
    assert (counts(again), faults(again)) == ((1, 0, 0), [(2, "same_id_other_content")])


def test_an_original_and_its_reversal_in_one_file_leave_nothing_taken(
    row: Line, supervisor: Staff, payer: InsuredPerson
) -> None:
    result = load(as_csv([back(row), row]), supervisor)
    assert (counts(result), result.errors) == ((2, 2, 0), [])
    assert PersonalAccount.objects.get(person=payer).current_year == Decimal("1000.00")
    assert counts(load(as_csv([back(row), row]), supervisor)) == (2, 0, 2)


def test_of_two_reversals_of_one_original_in_a_file_the_later_is_refused(row: Line, supervisor: Staff) -> None:
    late = back(row, setl_id="R2", setl_time="2026-03-16 10:00:00")
    result = load(as_csv([late, back(row), row]), supervisor)
    assert (counts(result), faults(result)) == ((3, 2, 0), [(2, "already_reversed")])
    assert "R1" in result.errors[0].message


def test_a_reversal_of_before_its_original_has_none_yet(row: Line, supervisor: Staff) -> None:
    early = back(row, setl_time="2026-03-16 07:29:59")
    result = load(as_csv([row, early]), supervisor)
    assert (counts(result), faults(result)) == ((2, 1, 0), [(3, "original_unknown")])
    assert counts(load(as_csv([row, early]), supervisor)) == (2, 1, 1)


def test_rows_of_one_second_are_settled_in_the_order_of_the_file(row: Line, supervisor: Staff) -> None:
    big = {"medfee_sumamt": "990.00", "inscp_scp_amt": "990.00", "psn_part_amt": "990.00"}
    rows = [row | big | {"setl_id": "S3"}, row | {"setl_id": "S2"}]
    assert load(as_csv(rows), supervisor).settled == ["S3", "S2"]
    assert [str(one.acct_pay) for one in Settlement.objects.order_by("setl_id")] == ["10.00", "990.00"]


def test_one_bad_row_among_good_ones_is_left_out(row: Line, supervisor: Staff) -> None:
    rows = [row | {"setl_id": f"S{number}"} for number in range(5)]
    rows[2] |= {"psn_part_amt": "29.99"}
    result = load(as_csv(rows), supervisor)
    assert (counts(result), faults(result)) == ((5, 4, 0), [(4, "amounts_do_not_add_up")])


def test_looking_first_tells_the_same_and_writes_nothing(row: Line, supervisor: Staff) -> None:
    content = as_csv([row, row, back(row), row | {"setl_id": "S2", "psn_no": "nobody"}])
    looked = load(content, supervisor, check_only=True)
    assert not Settlement.objects.exists()
    done = load(content, supervisor)
    assert (counts(looked), faults(looked)) == (counts(done), faults(done))


def test_a_person_of_another_region_is_nobody(row: Line, supervisor: Staff) -> None:
    elsewhere = make_person(region="420106", current="500.00", by=supervisor)
    result = load(as_csv([row | {"psn_no": elsewhere.psn_no}]), supervisor)
    assert (counts(result), faults(result)) == ((1, 0, 0), [(2, "unknown_person")])
    assert elsewhere.psn_no not in result.errors[0].message


def test_a_time_of_the_future_is_refused_until_it_has_come(row: Line, supervisor: Staff) -> None:
    now = timezone.localtime()
    later, before = (f"{now + dt.timedelta(seconds=by):%Y-%m-%d %H:%M:%S}" for by in (60, -60))
    assert faults(load(as_csv([row | {"setl_time": later}]), supervisor)) == [(2, "time_invalid")]
    assert load(as_csv([row | {"setl_time": before}]), supervisor).created == 1


# Damaged at random


@pytest.fixture
def feed(samples: Path, supervisor: Staff, payer: InsuredPerson) -> Table:
    """Rows of the samples, of the members of one family at two institutions; every fourth is reversed."""
    family = [payer, make_person("配偶", gender="2", current="50.00", by=supervisor)]
    family.append(make_person("孩子", insutype="390", born_on=dt.date(2012, 1, 1)))
    members = [
        NewMember(family[0].pk, "01", START, 1, Decimal("200.00")),
        NewMember(family[1].pk, "12", START, 2),
        NewMember(family[2].pk, "20", START),
    ]
    create_group(region=Region.objects.get(pk="421002"), members=members, by=supervisor)
    hospitals = [make_institution().pk, make_institution(prefix="P").pk]
    lines = list(csv.DictReader(io.StringIO((samples / "settlements.csv").read_text())))
    sound = [line for line in lines if line["refd_setl_flag"] == "0"][:24]
    for number, line in enumerate(sound):
        line |= {"psn_no": family[number % 3].psn_no, "fixmedins_code": hospitals[number % 2]}
    sound += [back(line, setl_id=f"R{line['setl_id']}", setl_time="2026-03-17 09:00:00") for line in sound[::4]]
    return [list(COLUMNS), *([line[column] for column in COLUMNS] for line in sound)]


def damaged(feed: Table, chance: Random) -> tuple[str, bytes]:
    table: Table = [list(line) for line in feed]
    for change in chance.choices(ROWS, k=chance.randint(0, 3)):
        change(table, chance)
    if chance.random() < 0.2:
        return "a.xlsx", as_workbook(table, chance)
    written = io.StringIO()
    csv.writer(written).writerows(table)
    content = written.getvalue().encode(chance.choice(("utf-8", "utf-8-sig", "gb18030")))
    return "a.csv", chance.choice(BYTES)(content, chance) if chance.random() < 0.3 else content


def test_of_damaged_feeds_every_row_is_settled_or_told_and_the_ledger_proves_itself(
    feed: Table, supervisor: Staff
) -> None:
    """One after another into the same books, so that they meet what earlier ones left there."""
    chance = Random(20260316)
    settled = 0
    for _ in range(MUTATIONS):
        name, content = damaged(feed, chance)
        result = load(content, supervisor, name)
        assert len(result.settled) == result.accepted_rows
        settled += result.created
        assert Settlement.objects.count() == settled
        assert all(error.code and error.message for error in result.errors)
    assert settled
    assert check_ledger(by=supervisor).violations == []
    assert AccountEntry.objects.exclude(kind="113").count() == SettlementShare.objects.count()
    assert (
        sum(share.amount for share in SettlementShare.objects.filter(position=1, account__person__name="户主")) <= 200
    )
    for settlement in Settlement.objects.all():
        assert settlement.amounts.add_up
