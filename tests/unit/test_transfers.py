"""The rules of wallet transfers, at their edges: hours, counts, limits, buckets, and what each refusal says."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from families.rules.policy import Origin, Policy
from settlement.rules.facts import Buckets
from settlement.rules.transfers import (
    SHANGHAI,
    Asked,
    FailureKind,
    Finding,
    Party,
    Payee,
    Rule,
    business_date,
    check_acceptance,
    check_transfer,
    coming_back,
    goes_back_at,
    is_quiet,
    next_open,
)

DAY = dt.date(2026, 3, 16)
NIGHT = "22:00-06:00"
FULL = Party(account=Buckets(Decimal("300.00"), Decimal("700.00")))
EMPTY = Party(account=Buckets())
ASKED = Asked(
    payer=FULL, at=dt.datetime(2026, 3, 16, 10, tzinfo=SHANGHAI), payee=Payee(EMPTY, same_family=True),
    amount=Decimal("100.00"), purpose="care",
)  # fmt: skip


def at(text: str, *, day: int = 16) -> dt.datetime:
    return dt.datetime.combine(dt.date(2026, 3, day), dt.time.fromisoformat(text), SHANGHAI)


def failing(asked: Asked, **policy: object) -> dict[Rule, Finding]:
    findings = check_transfer(asked, policy=Policy(**policy))  # type: ignore[arg-type]
    return {one.rule: one for one in findings if not one.passes}


# Quiet hours


@pytest.mark.parametrize(
    ("hours", "time", "quiet"),
    [
        (NIGHT, "21:59:59.999999", False),
        (NIGHT, "22:00", True),
        (NIGHT, "23:59:59", True),
        (NIGHT, "00:00", True),
        (NIGHT, "05:59:59.999999", True),
        (NIGHT, "06:00", False),
        ("12:00-14:00", "11:59", False),
        ("12:00-14:00", "12:00", True),
        ("12:00-14:00", "14:00", False),
        ("22:00-00:00", "23:59", True),
        ("22:00-00:00", "00:00", False),
        ("00:00-06:00", "00:00", True),
        ("08:00-08:00", "08:00", False),
        (None, "03:00", False),
    ],
)
def test_quiet_hours_hold_from_their_begin_to_the_moment_before_their_end(
    hours: str | None, time: str, quiet: bool
) -> None:
    assert is_quiet(hours, at(time)) is quiet


@pytest.mark.parametrize(
    ("hours", "moment", "passes"),
    [
        (NIGHT, at("22:30"), at("06:00", day=17)),
        (NIGHT, at("02:00"), at("06:00")),
        ("22:00-00:00", at("23:00"), at("00:00", day=17)),
        ("12:00-14:00", at("13:15"), at("14:00")),
        (NIGHT, at("09:00"), at("09:00")),
    ],
)
def test_who_asks_in_quiet_hours_is_told_when_they_are_over(
    hours: str, moment: dt.datetime, passes: dt.datetime
) -> None:
    assert next_open(hours, moment) == passes


@given(st.integers(0, 2 * 24 * 3600), st.times(), st.times())
def test_the_moment_that_is_told_is_open_and_the_one_before_it_was_not(
    second: int, begin: dt.time, end: dt.time
) -> None:
    hours, asked = f"{begin:%H:%M}-{end:%H:%M}", at("00:00") + dt.timedelta(seconds=second)
    opens = next_open(hours, asked)
    assert not is_quiet(hours, opens)
    assert opens == asked or is_quiet(hours, opens - dt.timedelta(microseconds=1))
    assert opens - asked < dt.timedelta(days=1)


def test_hours_are_those_of_shanghai_wherever_the_moment_was_read() -> None:
    """Summer time elsewhere changes nothing: Shanghai has none."""
    for moment in (dt.datetime(2026, 1, 5, 14, 30, tzinfo=dt.UTC), dt.datetime(2026, 7, 5, 14, 30, tzinfo=dt.UTC)):
        assert is_quiet(NIGHT, moment)
        assert is_quiet(NIGHT, moment.astimezone(ZoneInfo("Europe/Berlin")))
        assert next_open(NIGHT, moment) - moment == dt.timedelta(hours=7, minutes=30)
    assert business_date(dt.datetime(2026, 3, 15, 16, tzinfo=dt.UTC)) == DAY
    assert business_date(dt.datetime(2026, 3, 15, 15, 59, tzinfo=dt.UTC)) == DAY - dt.timedelta(days=1)


def test_a_moment_without_a_time_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="time zone"):
        check_transfer(replace(ASKED, at=dt.datetime(2026, 3, 16, 10)), policy=Policy())  # noqa: DTZ001


def test_a_refusal_for_the_hour_names_the_hours_their_source_and_the_end() -> None:
    origin = Origin("421000", "荆州市", DAY, "§3")
    found = failing(replace(ASKED, at=at("23:00")), origins={"quiet_hours": origin})
    (finding,) = found.values()
    assert (finding.rule, finding.value, finding.origin) == (Rule.QUIET_HOURS, NIGHT, origin)
    assert (finding.earliest_at, finding.kind) == (at("06:00", day=17), FailureKind.DATA)


# Counts


def test_the_last_transfer_of_a_day_passes_and_the_next_one_waits_for_tomorrow_and_the_end_of_quiet_hours() -> None:
    assert failing(replace(ASKED, made=2)) == {}
    (finding,) = failing(replace(ASKED, made=3)).values()
    assert (finding.rule, finding.value, finding.fact) == (Rule.TRANSFERS_PER_DAY, 3, 3)
    assert finding.earliest_at == at("06:00", day=17)
    (finding,) = failing(replace(ASKED, made=3), quiet_hours=None).values()
    assert finding.earliest_at == at("00:00", day=17)


def test_where_no_transfer_is_allowed_no_day_is_promised() -> None:
    (finding,) = failing(ASKED, transfers_per_day=0).values()
    assert (finding.rule, finding.earliest_at) == (Rule.TRANSFERS_PER_DAY, None)


# Amounts


@pytest.mark.parametrize(
    ("amount", "policy", "rules"),
    [
        ("1000.00", {}, set()),
        ("1000.01", {}, {Rule.BALANCE}),
        ("500.00", {"transfer_limit": Decimal("500.00")}, set()),
        ("500.01", {"transfer_limit": Decimal("500.00")}, {Rule.TRANSFER_LIMIT}),
        ("300.00", {"shareable_funds": "prior_years"}, set()),
        ("300.01", {"shareable_funds": "prior_years"}, {Rule.SHAREABLE_FUNDS}),
        ("1000.01", {"shareable_funds": "prior_years"}, {Rule.BALANCE, Rule.SHAREABLE_FUNDS}),
        ("400.00", {"reserve_floor": Decimal("600.00")}, set()),
        ("400.01", {"reserve_floor": Decimal("600.00")}, {Rule.RESERVE_FLOOR}),
        ("0.01", {"reserve_floor": Decimal("5000.00")}, {Rule.RESERVE_FLOOR}),
    ],
)
def test_an_amount_passes_up_to_each_limit_and_not_a_fen_beyond(
    amount: str, policy: dict[str, object], rules: set[Rule]
) -> None:
    assert set(failing(replace(ASKED, amount=Decimal(amount)), **policy)) == rules


def test_only_the_balance_is_a_matter_of_the_balance() -> None:
    found = failing(
        replace(ASKED, amount=Decimal("2000.01")), shareable_funds="prior_years", reserve_floor=Decimal("1.00")
    )
    kinds = {rule: finding.kind for rule, finding in found.items()}
    assert kinds == {
        Rule.TRANSFER_LIMIT: FailureKind.DATA, Rule.BALANCE: FailureKind.BALANCE,
        Rule.SHAREABLE_FUNDS: FailureKind.BALANCE, Rule.RESERVE_FLOOR: FailureKind.BALANCE,
    }  # fmt: skip
    assert found[Rule.BALANCE].fact == Decimal("1000.00")


@pytest.mark.parametrize(
    ("purpose", "usages", "passes"),
    [
        ("care", {"pharmacy"}, True),
        ("care", {"resident_premium"}, False),
        ("premium", {"resident_premium"}, True),
        ("premium", {"long_term_care_premium"}, True),
        ("premium", {"outpatient", "inpatient"}, False),
    ],
)
def test_what_it_is_for_is_one_of_the_usages_of_the_policy(purpose: str, usages: set[str], passes: bool) -> None:
    found = failing(replace(ASKED, purpose=purpose), usages=frozenset(usages))
    assert set(found) == (set() if passes else {Rule.PURPOSE})


# Persons


@pytest.mark.parametrize(
    ("changed", "payer_rule", "payee_rule"),
    [
        ({"merged": True}, Rule.PAYER_RECORD, Rule.PAYEE_RECORD),
        ({"suspended": True}, Rule.PAYER_INSURED, Rule.PAYEE_INSURED),
        ({"card_lent": True}, Rule.PAYER_CARD, Rule.PAYEE_CARD),
    ],
)
def test_whoever_is_merged_suspended_or_lent_the_card_neither_pays_nor_is_paid(
    changed: dict[str, bool], payer_rule: Rule, payee_rule: Rule
) -> None:
    assert set(failing(replace(ASKED, payer=replace(FULL, **changed)))) == {payer_rule}  # type: ignore[arg-type]
    payee = Payee(replace(EMPTY, **changed), same_family=True)  # type: ignore[arg-type]
    assert set(failing(replace(ASKED, payee=payee))) == {payee_rule}


def test_without_an_account_nothing_leaves_and_nothing_arrives() -> None:
    assert set(failing(replace(ASKED, payer=Party(None)))) >= {Rule.PAYER_ACCOUNT, Rule.BALANCE}
    assert set(failing(replace(ASKED, payee=Payee(Party(None), same_family=True)))) == {Rule.PAYEE_ACCOUNT}


def test_money_stays_in_the_family_and_goes_to_another_person() -> None:
    assert set(failing(replace(ASKED, payee=Payee(EMPTY)))) == {Rule.ONE_FAMILY}
    assert set(failing(replace(ASKED, payee=Payee(FULL, same_person=True, same_family=True)))) == {Rule.TWO_PERSONS}


def test_before_the_form_is_filled_in_the_payer_and_the_hour_are_looked_at() -> None:
    asked = Asked(payer=replace(FULL, card_lent=True), at=at("23:00"), made=3)
    assert set(failing(asked)) == {Rule.PAYER_CARD, Rule.QUIET_HOURS, Rule.TRANSFERS_PER_DAY}


def test_every_rule_that_passes_is_a_finding_too() -> None:
    rules = {finding.rule for finding in check_transfer(ASKED, policy=Policy())}
    assert rules == set(Rule) - {Rule.IN_TIME}


# The answer


def test_a_transfer_can_be_accepted_until_six_the_next_morning_whatever_the_hour_it_was_asked_for() -> None:
    assert goes_back_at(DAY) == at("06:00", day=17)
    late = check_acceptance(EMPTY, asked_on=DAY, at=at("06:00", day=17))
    assert [finding.rule for finding in late if not finding.passes] == [Rule.IN_TIME]
    for moment in (at("10:00"), at("23:30"), at("05:59:59", day=17)):
        assert all(finding.passes for finding in check_acceptance(EMPTY, asked_on=DAY, at=moment))


def test_the_payee_is_looked_at_again_when_accepting() -> None:
    suspended = check_acceptance(replace(EMPTY, suspended=True), asked_on=DAY, at=at("10:00"))
    assert [finding.rule for finding in suspended if not finding.passes] == [Rule.PAYEE_INSURED]


def test_what_goes_back_fills_the_buckets_that_it_left() -> None:
    parts = Buckets(Decimal("30.00"), Decimal("70.00"))
    assert coming_back(parts, asked_on=DAY, day=DAY + dt.timedelta(days=1)) == parts


def test_what_goes_back_in_the_new_year_is_of_prior_years_as_if_it_had_never_left() -> None:
    parts = Buckets(Decimal("30.00"), Decimal("70.00"))
    eve, new_year = dt.date(2026, 12, 31), dt.date(2027, 1, 1)
    assert coming_back(parts, asked_on=eve, day=new_year) == Buckets(Decimal("100.00"))
    assert coming_back(parts, asked_on=eve, day=eve) == parts
