"""Importing persons: the whole file or nothing, every fault at once, the same file again changes nothing."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
import rustpy_xlsxwriter
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AccountEntry, AuditEvent, InsuredPerson, PersonalAccount, Suspension
from accounts.models.audit import AuditKind
from accounts.services.import_persons import import_persons
from accounts.services.import_result import ImportResult
from accounts.services.person_rows import COLUMNS
from accounts.services.rights import RightMissing
from tests.factories import make_number, make_person, make_staff, make_suspension

pytestmark = pytest.mark.usefixtures("regions")

Line = dict[str, str]


def make_line(serial: int = 1, **values: str) -> Line:
    """One row of a persons file, without fault."""
    number = values.get("certno") or make_number()
    line = {
        "psn_no": f"R{serial:06d}", "psn_name": "贾婷晓", "psn_cert_type": "01", "certno": number, "gend": "1",
        "brdy": "1985-03-14", "mobile": f"1600000{serial:04d}", "insu_admdvs": "421002", "insutype": "310",
        "psn_type": "1101", "psn_insu_stas": "1", "prior_years_balance": "100.00", "current_year_balance": "20.50",
    }  # fmt: skip
    return line | values


def as_csv(lines: list[Line], columns: tuple[str, ...] = COLUMNS) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode()


def load(lines: list[Line], *, region: str = "421000") -> ImportResult:
    return import_persons(content=as_csv(lines), name="persons.csv", by=make_staff("clerk", region))


def faults(result: ImportResult) -> list[tuple[int, str, str]]:
    return [(error.row, error.column, error.code) for error in result.errors]


def test_the_sample_roster_goes_in_and_again_changes_nothing(samples: Path) -> None:
    clerk = make_staff("clerk", "420000")
    content = (samples / "persons.csv").read_bytes()

    first = import_persons(content=content, name="persons.csv", by=clerk)
    again = import_persons(content=content, name="persons.csv", by=clerk)

    assert (first.rows, first.accepted_rows, first.created, first.errors) == (230, 230, 230, [])
    assert (again.rows, again.accepted_rows, again.unchanged, again.errors) == (230, 230, 230, [])
    assert again.changed_nothing
    assert not first.changed_nothing
    assert InsuredPerson.objects.count() == 230
    assert PersonalAccount.objects.count() == 139
    person = InsuredPerson.objects.get(psn_no="42001000000000000")
    assert (person.name, person.name_key, person.certno) == ("贾婷晓", "jia ting xiao", "422801199505251560")
    assert (person.account.prior_years, person.account.current_year) == (Decimal("4087.44"), Decimal("1134.47"))
    assert AuditEvent.objects.filter(kind=AuditKind.IMPORT, staff=clerk).count() == 2


def test_an_opening_balance_is_one_entry_carried_over() -> None:
    load([make_line()])

    entry = AccountEntry.objects.get()
    assert (entry.kind, entry.source, entry.sequence) == ("113", "opening", 1)
    assert (entry.prior_change, entry.current_change) == (Decimal("100.00"), Decimal("20.50"))


def test_an_employee_without_balance_gets_an_account_and_a_resident_none() -> None:
    blank = {"prior_years_balance": "", "current_year_balance": ""}
    load([make_line(1, **blank), make_line(2, insutype="390", psn_type="1501", **blank)])

    account = PersonalAccount.objects.get()
    assert (account.person.psn_no, account.entry_count) == ("R000001", 0)


def good_with(**values: str) -> Callable[[], list[Line]]:
    return lambda: [make_line(1), make_line(2, **values), make_line(3)]


def twice(column: str) -> list[Line]:
    first, second = make_line(1), make_line(2)
    return [first, second | {column: first[column]}, make_line(3)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (lambda: [make_line(1), make_line(2) | {"certno": ""}, make_line(3)], (3, "certno", "id_missing")),
        (good_with(psn_no=""), (3, "psn_no", "id_missing")),
        (good_with(certno="110105194912310021", brdy="1949-12-31"), (3, "certno", "id_checksum")),
        (good_with(certno="11010519491231002", brdy="1949-12-31"), (3, "certno", "id_format")),
        (good_with(certno="110105491231002", brdy="1949-12-31"), (3, "certno", "id_format")),
        (good_with(certno="4.21002E+17"), (3, "certno", "id_numeric_cell")),
        (good_with(psn_no="4.2001E+16"), (3, "psn_no", "id_numeric_cell")),
        (good_with(psn_name=" "), (3, "psn_name", "name_missing")),
        (good_with(psn_name="长" * 61), (3, "psn_name", "text_invalid")),
        (good_with(brdy="1985-02-30"), (3, "brdy", "date_invalid")),
        (good_with(brdy="1985-03-15"), (3, "brdy", "date_invalid")),
        (good_with(prior_years_balance="1.005"), (3, "prior_years_balance", "amount_invalid")),
        (good_with(current_year_balance="-1"), (3, "current_year_balance", "amount_invalid")),
        (good_with(insutype="390"), (3, "prior_years_balance", "amount_invalid")),
        (good_with(insu_admdvs="999999"), (3, "insu_admdvs", "other_region")),
        (good_with(insu_admdvs="330100"), (3, "insu_admdvs", "other_region")),
        (good_with(gend="3"), (3, "gend", "code_unknown")),
        (good_with(insutype="777"), (3, "insutype", "code_unknown")),
        (good_with(psn_insu_stas="9"), (3, "psn_insu_stas", "code_unknown")),
        (good_with(mobile="telephone"), (3, "mobile", "text_invalid")),
        (lambda: twice("psn_no"), (3, "psn_no", "duplicate_row")),
        (lambda: twice("certno"), (3, "certno", "duplicate_row")),
    ],
)
def test_one_bad_row_among_good_ones_keeps_the_whole_file_out(
    lines: Callable[[], list[Line]], expected: tuple[int, str, str]
) -> None:
    result = load(lines())

    assert expected in faults(result)
    assert {error.row for error in result.errors} == {3}
    assert (result.rows, result.accepted_rows, result.rejected_rows) == (3, 0, 1)
    assert not InsuredPerson.objects.exists()
    assert not PersonalAccount.objects.exists()


def test_every_fault_of_every_row_is_told_and_no_number_shown() -> None:
    number = "110105194912310021"
    result = load([make_line(1, certno=number, gend="x", brdy="never"), make_line(2, psn_name="")])

    assert {(row, code) for row, _column, code in faults(result)} == {
        (2, "id_checksum"), (2, "code_unknown"), (2, "date_invalid"), (3, "name_missing"),
    }  # fmt: skip
    assert number not in str(result.as_json())


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_refuses_the_file_and_is_named(column: str) -> None:
    columns = tuple(name for name in COLUMNS if name != column)
    result = import_persons(content=as_csv([make_line()], columns), name="p.csv", by=make_staff("clerk"))

    assert [(error.column, error.code) for error in result.errors] == [(column, "header_missing")]
    assert result.unreadable


def test_columns_come_in_any_order_and_unknown_ones_are_listed() -> None:
    content = as_csv([make_line() | {"remark": "x"}], (*COLUMNS[::-1], "remark"))
    result = import_persons(content=content, name="p.csv", by=make_staff("clerk"))

    assert (result.accepted_rows, result.ignored_columns) == (1, ["remark"])


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "file_unreadable"), (b"\x00\x01\x02\x03" * 50, "file_unreadable"), (b"a" * 51 * 2**20, "file_too_large")],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_code(content: bytes, code: str) -> None:
    result = import_persons(content=content, name="p.csv", by=make_staff("clerk"))

    assert [error.code for error in result.errors] == [code]
    assert result.unreadable


def test_a_workbook_is_read_like_the_csv_and_its_numeric_ids_are_refused(tmp_path: Path) -> None:
    good = make_line(1)
    number = make_number()
    typed: dict[str, object] = {**make_line(2), "certno": int(number[:17] + "0"), "prior_years_balance": 12.5}
    clerk = make_staff("clerk")

    def load_workbook(rows: list[dict[str, object]]) -> ImportResult:
        rustpy_xlsxwriter.write_worksheet(rows, str(tmp_path / "p.xlsx"))
        return import_persons(content=(tmp_path / "p.xlsx").read_bytes(), name="p.xlsx", by=clerk)

    refused = load_workbook([dict(good), typed])
    assert faults(refused) == [(3, "certno", "id_numeric_cell")]
    accepted = load_workbook([dict(good), typed | {"certno": number}])
    assert (accepted.accepted_rows, accepted.errors) == (2, [])
    assert PersonalAccount.objects.get(person__psn_no="R000002").prior_years == Decimal("12.50")


def test_a_known_person_is_brought_up_to_date_and_the_version_rises() -> None:
    line = make_line()
    load([line])

    result = load(
        [line | {"mobile": "16099999999", "psn_insu_stas": "2", "insu_admdvs": "421003", "psn_type": "1201"}]
    )

    person = InsuredPerson.objects.get()
    assert (result.created, result.updated, result.unchanged) == (0, 1, 0)
    assert (person.mobile, person.status, person.status_reason) == ("16099999999", "2", "import")
    assert (person.region_id, person.psn_type, person.version) == ("421003", "1201", 2)


def test_a_blank_phone_says_nothing() -> None:
    line = make_line()
    load([line])

    assert load([line | {"mobile": ""}]).unchanged == 1
    assert InsuredPerson.objects.get().mobile == line["mobile"]


def test_a_resident_who_becomes_employed_gets_an_account() -> None:
    line = make_line(insutype="390", psn_type="1501", prior_years_balance="", current_year_balance="")
    load([line])

    result = load([line | {"insutype": "310", "prior_years_balance": "7.00"}])

    assert result.updated == 1
    assert PersonalAccount.objects.get().prior_years == Decimal("7.00")


def test_another_opening_balance_than_the_recorded_is_refused() -> None:
    line = make_line()
    load([line])

    result = load([line | {"current_year_balance": "20.51"}])

    assert faults(result) == [(2, "current_year_balance", "amount_invalid")]
    assert AccountEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "column"),
    [({"psn_name": "贾婷"}, "psn_name"), ({"psn_no": "R000009"}, "psn_no")],
)
def test_a_certificate_known_under_another_name_or_number_is_a_mismatch(change: Line, column: str) -> None:
    line = make_line()
    load([line])

    assert faults(load([line | change])) == [(2, column, "name_mismatch")]


def test_a_person_number_known_with_another_certificate_is_a_mismatch() -> None:
    line = make_line()
    load([line])

    assert faults(load([line | {"certno": make_number()}])) == [(2, "certno", "name_mismatch")]


def test_a_person_of_another_region_is_not_moved_into_ones_own() -> None:
    person = make_person("贾婷晓", region="330100", certno=(number := make_number()))

    result = load([make_line(psn_no=person.psn_no, certno=number)])

    assert faults(result) == [(2, "psn_no", "other_region")]
    person.refresh_from_db()
    assert person.region_id == "330100"


def test_a_clerk_imports_into_their_own_region_alone() -> None:
    assert faults(load([make_line()], region="421003")) == [(2, "insu_admdvs", "other_region")]


@pytest.mark.parametrize("role", ["reviewer", "supervisor", "auditor", "administrator"])
def test_who_lacks_the_right_imports_nothing(role: str) -> None:
    with pytest.raises(RightMissing, match=r"accounts\.import_insuredperson"):
        import_persons(content=as_csv([make_line()]), name="p.csv", by=make_staff(role))
    assert not InsuredPerson.objects.exists()


# Suspensions follow the roster.


def suspensions() -> list[tuple[str, str, str, dt.date, dt.date | None]]:
    rows = Suspension.objects.order_by("pk")
    return [(row.person.psn_no, row.cause, row.status, row.starts_on, row.ends_on) for row in rows]


@pytest.mark.parametrize(
    ("status", "cause"), [("0", "not_insured"), ("2", "suspended"), ("3", "void"), ("4", "ended")]
)
def test_a_new_person_who_is_not_in_normal_status_is_suspended_from_that_day(status: str, cause: str) -> None:
    today = timezone.localdate()
    load([make_line(1, psn_insu_stas=status), make_line(2)])
    assert suspensions() == [("R000001", cause, status, today, None)]
    person = InsuredPerson.objects.get(psn_no="R000001")
    assert (person.status, person.status_since) == (status, today)


def test_a_status_that_changes_ends_one_suspension_and_begins_another() -> None:
    today = timezone.localdate()
    lines = [make_line(1), make_line(2), make_line(3)]
    load(lines)
    persons = {person.psn_no: person for person in InsuredPerson.objects.all()}
    begun, to_come = today - dt.timedelta(days=90), today + dt.timedelta(days=9)
    for number, starts_on in (("R000001", begun), ("R000002", begun), ("R000003", to_come)):
        make_suspension(persons[number], "suspended", starts_on)
    InsuredPerson.objects.exclude(psn_no="R000003").update(status="2", status_since=begun, status_reason="test")

    load([lines[0], lines[1] | {"psn_insu_stas": "4"}, lines[2] | {"psn_insu_stas": "3"}])

    assert suspensions() == [
        ("R000001", "suspended", "2", begun, today),
        ("R000002", "suspended", "2", begun, today),
        ("R000003", "suspended", "2", to_come, to_come),
        ("R000002", "ended", "4", today, None),
        ("R000003", "void", "3", today, None),
    ]


def test_the_same_status_again_leaves_the_suspension_as_it_is() -> None:
    lines = [make_line(1, psn_insu_stas="2")]
    load(lines)
    before = suspensions()
    assert load([lines[0] | {"psn_type": "1201"}]).updated == 1
    assert suspensions() == before


def test_a_roster_that_names_the_dead_as_insured_is_refused() -> None:
    lines = [make_line(1), make_line(2)]
    load(lines)
    dead = InsuredPerson.objects.get(psn_no="R000001")
    make_suspension(dead, "death", dt.date(2026, 3, 1))
    InsuredPerson.objects.filter(pk=dead.pk).update(
        status="4", status_since=dt.date(2026, 3, 1), status_reason="test"
    )

    refused = load([lines[0], lines[1] | {"psn_type": "1201"}])
    accepted = load([lines[0] | {"psn_insu_stas": "4"}, lines[1] | {"psn_type": "1201"}])

    assert faults(refused) == [(2, "psn_insu_stas", "insurance_suspended")]
    assert (accepted.errors, accepted.updated) == ([], 1)
    assert suspensions() == [("R000001", "death", "4", dt.date(2026, 3, 1), None)]


def test_suspensions_cost_as_many_queries_for_many_persons_as_for_few() -> None:
    def cost(serials: range) -> int:
        with CaptureQueriesContext(connection) as captured:
            load([make_line(serial, psn_insu_stas="2") for serial in serials])
        return len(captured)

    assert cost(range(1000, 1090)) == cost(range(2000, 2003))
