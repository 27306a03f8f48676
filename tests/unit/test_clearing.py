"""What remains between regions: worked out by hand, and whatever the debts are, what all owe is what all are owed."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from settlement.rules.clearing import Debt, balances, netted

D = Decimal
SHASHI, JINGZHOU, WUHAN = "421002", "421003", "420106"


def test_two_regions_that_owe_one_another_settle_the_difference() -> None:
    there = Debt(SHASHI, JINGZHOU, fund=D("70.00"), own=D("20.00"), family=D("10.00"), settlements=3)
    back = Debt(JINGZHOU, SHASHI, fund=D("30.00"), settlements=1)
    (line,) = netted([back, there])
    assert (line.payer, line.payee, line.amount) == (SHASHI, JINGZHOU, D("70.00"))
    assert (line.owes, line.is_owed) == (there, back)


def test_who_owes_nothing_back_is_paid_all_and_the_largest_comes_first() -> None:
    lines = netted([Debt(SHASHI, JINGZHOU, fund=D(5)), Debt(WUHAN, JINGZHOU, family=D(9))])
    assert [(line.payer, line.payee, line.amount, line.is_owed.total) for line in lines] == [
        (WUHAN, JINGZHOU, D(9), D(0)), (SHASHI, JINGZHOU, D(5), D(0)),
    ]  # fmt: skip


def test_a_month_in_which_more_was_paid_back_than_paid_turns_the_debt_round() -> None:
    (line,) = netted([Debt(SHASHI, JINGZHOU, fund=D(-8), settlements=1)])
    assert (line.payer, line.payee, line.amount) == (JINGZHOU, SHASHI, D(8))


def test_each_region_has_one_balance() -> None:
    found = balances(
        [Debt(SHASHI, JINGZHOU, fund=D(5)), Debt(JINGZHOU, WUHAN, own=D(3)), Debt(SHASHI, WUHAN, fund=D(1))]
    )
    assert [(one.region, one.owes, one.is_owed, one.net) for one in found] == [
        (WUHAN, D(0), D(4), D(4)), (SHASHI, D(6), D(0), D(-6)), (JINGZHOU, D(3), D(5), D(2)),
    ]  # fmt: skip


CODES = st.sampled_from([SHASHI, JINGZHOU, WUHAN, "330100"])
YUAN = st.integers(-10_000, 10_000).map(lambda fen: D(fen) / 100)
DEBTS = st.dictionaries(st.tuples(CODES, CODES).filter(lambda pair: pair[0] != pair[1]), st.tuples(YUAN, YUAN, YUAN))


@given(DEBTS)
def test_what_all_owe_is_what_all_are_owed_and_the_net_payments_bring_every_balance_about(
    amounts: dict[tuple[str, str], tuple[Decimal, Decimal, Decimal]],
) -> None:
    debts = [Debt(*pair, *parts) for pair, parts in amounts.items()]
    found = balances(debts)
    assert sum(one.owes for one in found) == sum(one.is_owed for one in found)
    assert sum(one.net for one in found) == 0
    paid = {one.region: D(0) for one in found}
    for line in netted(debts):
        assert line.amount >= 0
        paid[line.payer] -= line.amount
        paid[line.payee] += line.amount
    assert paid == {one.region: one.net for one in found}
