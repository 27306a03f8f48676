"""What holds for every bill, family and policy (settlement/rules/allocation.py)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from families.rules.policy import EVERY_USAGE, PARAMETERS, Policy
from settlement.rules.allocation import CLOSED, GATES, LIMITS, ORDERS, SHARE_LIMIT, Allocation, Reason, allocate
from settlement.rules.facts import Beneficiary, Bill, Buckets, Payer

Case = tuple[Bill, Beneficiary, tuple[Payer, ...], Policy]


def yuan(most: int = 3_000) -> st.SearchStrategy[Decimal]:
    """Up to so many yuan: whole hundreds often, so that limits and balances meet, or any number of fen."""
    hundreds = st.integers(0, most // 100).map(lambda n: n * 10_000)
    return st.one_of(hundreds, st.integers(0, most * 100)).map(lambda fen: Decimal(fen).scaleb(-2))


def perhaps(strategy: st.SearchStrategy[Decimal]) -> st.SearchStrategy[Decimal | None]:
    return st.one_of(st.none(), strategy)


BUCKETS = st.builds(Buckets, yuan(), yuan())
SELDOM = st.sampled_from([False] * 7 + [True])
PAYERS = st.lists(
    st.builds(
        Payer,
        payer_id=st.integers(1, 9),
        rank=st.integers(1, 3),
        account=BUCKETS,
        bound_on=st.dates(dt.date(2025, 1, 1), dt.date(2025, 1, 3)),
        opening_balance=yuan(),
        share_limit=perhaps(yuan()),
        drawn=yuan(),
        in_force=SELDOM.map(lambda closed: not closed),
        suspended=SELDOM,
        card_lent=SELDOM,
    ),
    max_size=7,
    unique_by=lambda payer: payer.payer_id,
).map(tuple)
BENEFICIARIES = st.builds(
    Beneficiary, account=st.one_of(st.none(), BUCKETS), suspended=SELDOM, card_lent=SELDOM, drawn=yuan()
)
POLICIES = st.builds(
    Policy,
    payer_order=st.sampled_from(PARAMETERS["payer_order"].choices),
    shareable_funds=st.sampled_from(PARAMETERS["shareable_funds"].choices),
    bucket_order=st.sampled_from(PARAMETERS["bucket_order"].choices),
    reserve_floor=yuan(500),
    annual_limit_ratio=perhaps(st.integers(0, 100).map(lambda n: Decimal(n).scaleb(-2))),
    annual_limit_payer=perhaps(yuan(5_000)),
    annual_limit_beneficiary=perhaps(yuan(5_000)),
    visit_limit=perhaps(yuan(1_000)),
    visit_limit_designated_disease=st.booleans(),
    usages=st.frozensets(st.sampled_from(EVERY_USAGE), min_size=4),
)
BILLS = st.builds(
    Bill,
    amount=yuan(9_000),
    usage=st.sampled_from(EVERY_USAGE),
    accounts_used=SELDOM.map(lambda closed: not closed),
    networked=st.booleans(),
)
CASES = st.tuples(BILLS, BENEFICIARIES, PAYERS, POLICIES)


def settle(case: Case) -> Allocation:
    bill, beneficiary, payers, policy = case
    return allocate(bill=bill, beneficiary=beneficiary, payers=payers, policy=policy)


@given(CASES)
def test_the_shares_add_up_to_the_fen_and_no_balance_goes_below_zero(case: Case) -> None:
    result = settle(case)
    assert result.own.paid + sum(one.paid for one in result.family) + result.cash == case[0].amount
    assert result.cash >= 0
    for one in (result.own, *result.payers):
        parts = (*vars_of(one.share), *vars_of(one.after))
        assert min(parts) >= 0
        assert all(part.as_tuple().exponent == -2 for part in (one.paid, result.cash))
        assert one.paid <= one.available <= one.before.total


def vars_of(buckets: Buckets) -> tuple[Decimal, Decimal]:
    return buckets.prior_years, buckets.current_year


@given(CASES)
def test_no_payer_gives_a_fen_while_the_own_account_could(case: Case) -> None:
    result = settle(case)
    if result.family:
        assert result.own.after.total == 0


@given(CASES)
def test_nobody_pays_before_those_in_front_paid_all_they_could(case: Case) -> None:
    result = settle(case)
    for place, one in enumerate(result.payers):
        if any(later.paid for later in result.payers[place + 1 :]):
            assert one.paid == one.available


@given(CASES)
def test_payers_stand_in_the_order_of_the_policy_whatever_the_order_they_come_in(case: Case) -> None:
    bill, beneficiary, payers, policy = case
    by_id = {payer.payer_id: payer for payer in payers}
    result = settle(case)
    ordered = [by_id[one.payer_id] for one in result.payers if one.payer_id]
    assert ordered == sorted(payers, key=ORDERS[policy.payer_order])
    assert settle((bill, beneficiary, payers[::-1], policy)) == result


@given(CASES, yuan())
def test_a_larger_bill_never_lowers_anybodys_share(case: Case, more: Decimal) -> None:
    bill, beneficiary, payers, policy = case
    small, large = settle(case), settle((replace(bill, amount=bill.amount + more), beneficiary, payers, policy))
    for before, after in zip((small.own, *small.payers), (large.own, *large.payers), strict=True):
        assert before.share.prior_years <= after.share.prior_years
        assert before.share.current_year <= after.share.current_year
    assert small.cash <= large.cash


@given(CASES)
def test_everybody_considered_has_a_reason_that_fits_what_they_paid(case: Case) -> None:
    result = settle(case)
    assert {one.payer_id for one in result.payers} == {payer.payer_id for payer in case[2]}
    rest = case[0].amount
    for one in (result.own, *result.payers):
        assert (one.reason is Reason.PAID_IN_FULL) == (one.paid == rest > 0)
        if one.reason in CLOSED:
            assert one.available == 0
        elif one.reason is Reason.NOT_NEEDED:
            assert rest == 0
        elif one.reason is not Reason.PAID_IN_FULL:
            assert one.paid == one.available < rest
        rest -= one.paid


@given(CASES)
def test_no_limit_is_exceeded(case: Case) -> None:
    bill, beneficiary, payers, policy = case
    result = settle(case)
    paid = {one.payer_id: one for one in result.family}
    for payer in payers:
        if payer.payer_id not in paid:
            continue
        one = paid[payer.payer_id]
        year = payer.drawn + one.paid
        assert payer.share_limit is None or year <= payer.share_limit
        assert policy.annual_limit_payer is None or year <= policy.annual_limit_payer
        assert policy.annual_limit_ratio is None or year <= policy.annual_limit_ratio * payer.opening_balance
        assert one.after.total >= policy.reserve_floor
        assert policy.shareable_funds == "all" or not one.share.current_year
    if result.family:
        drawn = beneficiary.drawn + result.family_amount
        assert policy.annual_limit_beneficiary is None or drawn <= policy.annual_limit_beneficiary
        lifted = bill.usage == "designated_disease" and not policy.visit_limit_designated_disease
        assert lifted or policy.visit_limit is None or result.family_amount <= policy.visit_limit


@given(CASES)
def test_who_takes_no_part_pays_nothing(case: Case) -> None:
    bill, beneficiary, payers, policy = case
    out = {one.payer_id for one in payers if one.suspended or one.card_lent or not one.in_force}
    result = settle(case)
    paying = {one.payer_id for one in result.family}
    assert not paying & out
    if beneficiary.suspended or beneficiary.card_lent or bill.usage not in policy.usages or not bill.accounts_used:
        assert not paying


@given(CASES)
def test_the_own_account_is_spent_whatever_stands_against_the_family(case: Case) -> None:
    bill, beneficiary, _payers, _policy = case
    blocked = not bill.accounts_used or (bill.networked and beneficiary.card_lent)
    most = Decimal("0.00") if blocked or not beneficiary.account else beneficiary.account.total
    assert settle(case).own.paid == min(bill.amount, most)


@given(CASES)
def test_a_reason_names_its_parameter_with_the_value_of_the_policy(case: Case) -> None:
    policy, by_id = case[3], {payer.payer_id: payer for payer in case[2]}
    for one in settle(case).payers:
        assert one.payer_id
        if one.parameter == SHARE_LIMIT:
            assert one.value == by_id[one.payer_id].share_limit
        elif one.parameter:
            assert one.value == getattr(policy, one.parameter)
        else:
            assert one.value is None


def test_every_reason_can_be_reached_and_every_parameter_is_one() -> None:
    rules = {reason: parameter for table in (GATES, LIMITS) for reason, parameter, _rule in table}
    assert {parameter for parameter in rules.values() if parameter} <= {*PARAMETERS, SHARE_LIMIT}
    assert {*rules, Reason.PAID_IN_FULL, Reason.NOT_NEEDED, Reason.NO_ACCOUNT} == set(Reason)
    assert set(ORDERS) == set(PARAMETERS["payer_order"].choices)
