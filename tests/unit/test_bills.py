"""Bills beside those that are settled, and the amounts of a message (settlement/rules/bills.py, amounts.py)."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.rules.amounts import USAGE_OF, Amounts, usage_of
from settlement.rules.bills import Book, Inadmissible, NewSettlement

NOON = dt.datetime(2026, 3, 16, 12, tzinfo=dt.UTC)
YUAN = st.integers(0, 10**16 - 1).map(lambda fen: Decimal(fen).scaleb(-2))


def amounts(personal: str = "10.00") -> Amounts:
    return Amounts.all_personal(Decimal(personal))


def bill(setl_id: str = "S1", **changed: Any) -> NewSettlement:
    sent = NewSettlement(setl_id, 7, "P7", NOON, NOON.date(), amounts(), "outpatient", "networked", "11", "H1")
    return replace(sent, **changed)


def reversal(of: str = "S1", setl_id: str = "R1", **changed: Any) -> NewSettlement:
    return bill(setl_id, **{"amounts": amounts().negated, "reverses": of} | changed)


def refused(book: Book, one: NewSettlement) -> tuple[str, str]:
    with pytest.raises(Inadmissible) as fault:
        book.admit(one)
    return fault.value.code, fault.value.other


def test_a_bill_that_was_struck_out_may_come_again_with_other_content() -> None:
    book = Book()
    book.admit(bill())
    book.strike(bill())
    assert refused(book, reversal()) == ("original_unknown", "S1")
    assert book.admit(bill(amounts=amounts("20.00")))


def test_a_bill_is_admitted_once() -> None:
    book = Book()
    assert [book.admit(bill()), book.admit(bill()), book.admit(bill("S2"))] == [True, False, True]


def test_whose_record_it_is_by_now_and_what_is_asked_of_the_accounts_is_no_content() -> None:
    book = Book([bill()])
    assert book.admit(bill(person_id=8, usage="pharmacy", in_full=True)) is False


@pytest.mark.parametrize(
    "name", sorted({one.name for one in fields(NewSettlement)} - {"setl_id", "person_id", "usage", "in_full"})
)
def test_everything_else_is(name: str) -> None:
    other = {"amounts": amounts("10.01"), "settled_at": NOON + dt.timedelta(seconds=1), "acct_used": False}
    changed = other.get(name, "x")
    assert refused(Book([bill()]), bill(**{name: changed})) == ("same_id_other_content", "S1")


def test_a_refused_bill_leaves_its_number_free() -> None:
    book = Book()
    assert refused(book, bill(amounts=replace(amounts(), medfee_sumamt=Decimal("9.99")))) == (
        "amounts_do_not_add_up", "",
    )  # fmt: skip
    assert book.admit(bill())


def test_a_reversal_needs_its_original_before_it() -> None:
    book = Book()
    assert refused(book, reversal()) == ("original_unknown", "S1")
    assert book.admit(bill())
    assert book.admit(reversal())
    assert book.admit(reversal()) is False


def test_of_two_reversals_the_second_is_told_the_first() -> None:
    book = Book([bill(), reversal()])
    assert refused(book, reversal(setl_id="R2")) == ("already_reversed", "R1")
    assert refused(book, reversal("R1", "R2", amounts=amounts())) == ("original_unknown", "R1")


@pytest.mark.parametrize(
    "changed",
    [{"psn_no": "P8"}, {"kind": "claim"}, {"amounts": amounts("9.99").negated}, {"amounts": amounts()}],
    ids=lambda changed: next(iter(changed)),
)
def test_a_reversal_is_the_mirror_of_its_original(changed: dict[str, Any]) -> None:
    assert refused(Book([bill()]), reversal(**changed)) == ("amounts_do_not_add_up", "S1")


def test_a_reversal_of_itself_has_no_original() -> None:
    assert refused(Book(), reversal("R1")) == ("original_unknown", "R1")


def test_the_number_of_a_bill_is_not_taken_by_a_reversal_and_the_other_way_round() -> None:
    assert refused(Book([bill()]), reversal("S2", "S1")) == ("same_id_other_content", "S1")
    assert refused(Book([bill(), reversal()]), bill("R1")) == ("same_id_other_content", "R1")


@given(st.lists(YUAN, min_size=4, max_size=4), YUAN, YUAN)
def test_amounts_add_up_when_parts_and_payers_do_and_a_fen_off_is_seen(
    parts: list[Decimal], fund: Decimal, hospital: Decimal
) -> None:
    total = sum(parts, Decimal("0.00"))
    personal = total - fund - hospital
    one = Amounts(total, *parts, fund, hospital, personal)
    assert one.add_up is (personal >= 0)
    assert one.negated.add_up is one.add_up
    assert one.negated.negated == one
    for name in (field.name for field in fields(Amounts)):
        assert not replace(one, **{name: getattr(one, name) + Decimal("0.01")}).add_up


def test_nothing_adds_up_and_its_negation_is_no_minus_zero() -> None:
    nothing = amounts("0.00")
    assert nothing.add_up
    assert {str(getattr(nothing.negated, field.name)) for field in fields(Amounts)} == {"0.00"}


def test_provinces_add_digits_behind_the_kind_of_care() -> None:
    assert [usage_of(code) for code in ("11", "1101", "14", "9901", "", "1", "９9", "81")] == [
        "outpatient", "outpatient", "designated_disease", None, None, None, None, None,
    ]  # fmt: skip
    assert {len(code) for code in USAGE_OF} == {2}
