"""Bills as they come to the window: the family, the bill, who pays what, in yuan (DOMAIN.md sections 3, 4, 6).

An account is written as prior years + current year. Everybody is invented.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from families.rules.policy import Origin, Policy
from settlement.rules.allocation import Allocation, Consideration, allocate
from settlement.rules.facts import Beneficiary, Bill, Buckets, Payer

FAMILY = ("周建平", "林秀兰", "周晓月", "周国栋")
BOUND_ON = dt.date(2025, 3, 1)


def account(text: str) -> Buckets:
    """`800+300`: 800.00 yuan of prior years, 300.00 of this year."""
    return Buckets(*(Decimal(part).quantize(Decimal("0.01")) for part in text.split("+")))


def yuan(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def shares(name: str, holds: str, **terms: Any) -> Payer:
    """A member of the family who shares an account; places are those of the list unless told otherwise."""
    amounts = {key: yuan(terms.pop(key)) for key in ("share_limit", "drawn", "opening_balance") if key in terms}
    place = FAMILY.index(name) + 1
    known = {"rank": place, "bound_on": BOUND_ON, **amounts, **terms}
    return Payer(payer_id=place, account=account(holds), **known)


def region(**parameters: Any) -> Policy:
    """A region whose policy sets these, each cited."""
    cited = {
        name: Origin("421000", "荆州市", dt.date(2025, 1, 1), f"荆医保〔2025〕1号 {name}") for name in parameters
    }
    values = {name: Decimal(value) if is_amount(value) else value for name, value in parameters.items()}
    return Policy(origins=cited, **values)


def is_amount(value: Any) -> bool:
    return isinstance(value, str) and value.replace(".", "").isdigit()


def pay(
    bill: str,
    *family: Payer,
    own: str | None = None,
    at: str = "outpatient",
    policy: Policy | None = None,
    on: dict[str, bool] | None = None,
    **patient: Any,
) -> Allocation:
    """`own`: the patient's account, None for a patient without one; `on`: how the bill came."""
    beneficiary = Beneficiary(account(own) if own else None, drawn=Decimal(patient.pop("drew", "0")), **patient)
    return allocate(
        bill=Bill(Decimal(bill), at, **(on or {})), beneficiary=beneficiary, payers=family, policy=policy or Policy()
    )


def told(result: Allocation) -> dict[str, str]:
    """Who pays, in order, in yuan: 本人, members of the family, 现金."""
    paid = {"本人": result.own.paid, **{name_of(one): one.paid for one in result.family}, "现金": result.cash}
    return {who: str(amount) for who, amount in paid.items() if amount}


def name_of(one: Consideration) -> str:
    assert one.payer_id is not None
    return FAMILY[one.payer_id - 1]


def why(result: Allocation) -> dict[str, str]:
    return {name_of(one): one.reason.value for one in result.payers}


HUSBAND = shares("周建平", "800+300")
WIFE = shares("林秀兰", "1200+400")
DAUGHTER = shares("周晓月", "50+0")


# In which order


def test_the_own_account_is_enough_and_nobody_else_is_asked() -> None:
    result = pay("186.50", HUSBAND, own="150+100")
    assert told(result) == {"本人": "186.50"}
    assert result.own.share == Buckets(Decimal("150.00"), Decimal("36.50"))
    assert why(result) == {"周建平": "not_needed"}


def test_the_own_account_is_used_up_first_then_the_family_in_the_order_of_the_form_then_cash() -> None:
    result = pay("3000.00", WIFE, HUSBAND, own="100+50")
    assert told(result) == {"本人": "150.00", "周建平": "1100.00", "林秀兰": "1600.00", "现金": "150.00"}
    assert (result.own.reason, why(result)) == ("empty", {"周建平": "empty", "林秀兰": "empty"})


def test_a_child_without_an_account_draws_on_the_family_at_once() -> None:
    result = pay("404.30", HUSBAND, WIFE)
    assert told(result) == {"周建平": "404.30"}
    assert (result.own.reason, why(result)) == ("no_account", {"周建平": "paid_in_full", "林秀兰": "not_needed"})


def test_an_account_that_holds_exactly_the_bill_paid_it_in_full() -> None:
    result = pay("1100.00", HUSBAND, own="0+0")
    assert (result.own.reason, why(result)) == ("empty", {"周建平": "paid_in_full"})
    assert pay("150.00", own="100+50").own.reason == "paid_in_full"


def test_a_patient_in_no_family_pays_the_rest_in_cash() -> None:
    assert told(pay("200.00", own="30+20")) == {"本人": "50.00", "现金": "150.00"}


def test_a_bill_of_nothing_asks_nobody() -> None:
    result = pay("0.00", HUSBAND, own="30+20")
    assert told(result) == {}
    assert (result.own.reason, why(result)) == ("not_needed", {"周建平": "not_needed"})


@pytest.mark.parametrize(
    ("order", "pays"),
    [("recorded", "林秀兰"), ("user_sorted", "林秀兰"), ("first_bound", "周建平"), ("last_bound", "周晓月")],
)
def test_whose_turn_it_is_follows_the_order_of_the_region(order: str, pays: str) -> None:
    family = (
        shares("周建平", "500+0", rank=3, bound_on=dt.date(2023, 5, 1)),
        shares("林秀兰", "500+0", rank=1, bound_on=dt.date(2024, 5, 1)),
        shares("周晓月", "500+0", rank=2, bound_on=dt.date(2025, 5, 1)),
    )
    result = pay("300.00", *family, policy=region(payer_order=order))
    assert told(result) == {pays: "300.00"}
    (first, *_others) = result.payers
    assert (first.parameter, first.value, first.citation) == ("payer_order", order, "荆医保〔2025〕1号 payer_order")


@pytest.mark.parametrize("order", ["first_bound", "last_bound"])
def test_those_who_joined_on_the_same_day_pay_in_the_order_of_the_form(order: str) -> None:
    family = (shares("周建平", "300+0", rank=2), shares("林秀兰", "300+0", rank=1))
    assert told(pay("300.00", *family, policy=region(payer_order=order))) == {"林秀兰": "300.00"}


# Which balance


@pytest.mark.parametrize(("order", "left"), [("prior_first", "0+200"), ("current_first", "200+0")])
def test_which_balance_of_an_account_is_used_first_is_for_the_region(order: str, left: str) -> None:
    result = pay("600.00", shares("周建平", "400+400"), own="0+0", policy=region(bucket_order=order))
    assert result.payers[0].after == account(left)
    assert pay("600.00", own="400+400", policy=region(bucket_order=order)).own.after == account(left)


def test_where_prior_years_alone_are_shared_this_years_balance_stays_with_the_payer() -> None:
    """Zhejiang. The own account is the patient's whole account."""
    result = pay("2000.00", HUSBAND, own="100+200", policy=region(shareable_funds="prior_years"))
    assert told(result) == {"本人": "300.00", "周建平": "800.00", "现金": "900.00"}
    assert result.payers[0].after == account("0+300")
    assert why(result) == {"周建平": "shareable_funds"}


def test_prior_years_are_what_the_family_takes_even_where_this_year_comes_first() -> None:
    policy = region(shareable_funds="prior_years", bucket_order="current_first")
    result = pay("500.00", HUSBAND, own="100+50", policy=policy)
    assert told(result) == {"本人": "150.00", "周建平": "350.00"}
    assert result.payers[0].after == account("450+300")


# How much


def test_a_father_who_shares_500_yuan_a_year_and_gave_320_gives_180_more() -> None:
    result = pay("600.00", shares("周建平", "800+300", share_limit="500.00", drawn="320.00"), WIFE)
    assert told(result) == {"周建平": "180.00", "林秀兰": "420.00"}
    (father, _mother) = result.payers
    assert (father.reason, father.parameter, father.value) == ("limit_reached", "share_limit", Decimal("500.00"))


def test_a_limit_that_was_lowered_below_what_was_drawn_leaves_nothing() -> None:
    result = pay("600.00", shares("周建平", "800+300", share_limit="200.00", drawn="320.00"))
    assert (told(result), result.payers[0].available) == ({"现金": "600.00"}, Decimal("0.00"))


def test_in_quzhou_1000_yuan_stay_in_every_payers_account_but_not_in_the_patients_own() -> None:
    result = pay("1500.00", HUSBAND, WIFE, DAUGHTER, own="200+0", policy=region(reserve_floor="1000"))
    assert told(result) == {"本人": "200.00", "周建平": "100.00", "林秀兰": "600.00", "现金": "600.00"}
    assert why(result) == dict.fromkeys(("周建平", "林秀兰", "周晓月"), "reserve_floor")


def test_this_years_balance_counts_for_the_floor_where_prior_years_alone_are_shared() -> None:
    policy = region(reserve_floor="1000", shareable_funds="prior_years")
    assert told(pay("900.00", HUSBAND, policy=policy)) == {"周建平": "100.00", "现金": "800.00"}
    assert told(pay("900.00", shares("周建平", "200+5000"), policy=policy)) == {"周建平": "200.00", "现金": "700.00"}


def test_an_account_that_opened_the_year_with_1000_99_yuan_gives_half_of_it_and_no_fen_more() -> None:
    father = shares("周建平", "800+300", opening_balance="1000.99", drawn="100.00")
    result = pay("900.00", father, policy=region(annual_limit_ratio="0.5"))
    assert told(result) == {"周建平": "400.49", "现金": "499.51"}
    assert why(result) == {"周建平": "annual_limit_ratio"}


def test_a_payer_reaches_the_limit_of_the_year_and_the_next_one_goes_on() -> None:
    policy = region(annual_limit_payer="8000")
    result = pay("1000.00", shares("周建平", "5000+0", drawn="7700.00"), WIFE, policy=policy)
    assert told(result) == {"周建平": "300.00", "林秀兰": "700.00"}
    assert why(result) == {"周建平": "annual_limit_payer", "林秀兰": "paid_in_full"}


def test_a_patient_who_drew_14_700_of_15_000_yuan_this_year_gets_300_from_all_of_the_family_together() -> None:
    policy = region(annual_limit_beneficiary="15000")
    result = pay("2000.00", shares("周建平", "200+0"), WIFE, policy=policy, drew="14700.00")
    assert told(result) == {"周建平": "200.00", "林秀兰": "100.00", "现金": "1700.00"}
    assert why(result) == {"周建平": "empty", "林秀兰": "annual_limit_beneficiary"}


def test_500_yuan_a_visit_is_what_the_family_pays_together_and_the_own_account_comes_on_top() -> None:
    policy = region(visit_limit="500")
    result = pay("2000.00", shares("周建平", "350+0"), WIFE, DAUGHTER, own="120+0", policy=policy)
    assert told(result) == {"本人": "120.00", "周建平": "350.00", "林秀兰": "150.00", "现金": "1380.00"}
    assert why(result) == {"周建平": "empty", "林秀兰": "visit_limit", "周晓月": "visit_limit"}


def test_the_limit_of_a_visit_is_lifted_for_designated_diseases_unless_the_region_says_otherwise() -> None:
    assert told(pay("900.00", WIFE, at="designated_disease", policy=region(visit_limit="500"))) == {
        "林秀兰": "900.00"
    }
    strict = region(visit_limit="500", visit_limit_designated_disease=True)
    assert told(pay("900.00", WIFE, at="designated_disease", policy=strict)) == {"林秀兰": "500.00", "现金": "400.00"}


# What for, and who takes no part


def test_a_checkup_is_not_paid_by_the_family_where_the_region_does_not_allow_it() -> None:
    """`usages` is about the family's accounts (DOMAIN.md section 4); one's own can still be spent."""
    result = pay("380.00", HUSBAND, own="200+0", at="checkup")
    assert told(result) == {"本人": "200.00", "现金": "180.00"}
    assert why(result) == {"周建平": "usage_not_allowed"}
    assert (result.payers[0].parameter, result.payers[0].citation) == ("usages", "")
    everything = region(usages=frozenset({"outpatient", "checkup"}))
    assert told(pay("380.00", HUSBAND, own="200+0", at="checkup", policy=everything))["周建平"] == "180.00"


def test_a_hospital_stay_is_not_paid_by_the_family_where_the_region_leaves_it_out() -> None:
    policy = region(usages=frozenset({"outpatient", "pharmacy"}))
    result = pay("2172.41", HUSBAND, at="inpatient", policy=policy)
    assert told(result) == {"现金": "2172.41"}
    assert result.payers[0].citation == "荆医保〔2025〕1号 usages"


def test_the_premium_of_a_resident_is_paid_from_the_family() -> None:
    assert told(pay("400.00", HUSBAND, at="resident_premium")) == {"周建平": "400.00"}


def test_a_suspended_payer_is_passed_over() -> None:
    result = pay("300.00", shares("周建平", "800+300", suspended=True), WIFE)
    assert told(result) == {"林秀兰": "300.00"}
    assert why(result) == {"周建平": "suspended", "林秀兰": "paid_in_full"}


def test_a_suspended_patient_spends_the_own_account_and_nobody_elses() -> None:
    result = pay("300.00", HUSBAND, own="120+0", suspended=True)
    assert told(result) == {"本人": "120.00", "现金": "180.00"}
    assert why(result) == {"周建平": "beneficiary_suspended"}


def test_whoever_lent_their_card_pays_networked_bills_in_cash_and_may_claim_with_the_own_account() -> None:
    online = pay("300.00", HUSBAND, own="120+0", card_lent=True)
    assert (told(online), online.own.reason) == ({"现金": "300.00"}, "card_lending")
    claim = pay("300.00", HUSBAND, own="120+0", card_lent=True, on={"networked": False})
    assert told(claim) == {"本人": "120.00", "现金": "180.00"}
    assert why(online) == why(claim) == {"周建平": "beneficiary_card_lending"}


def test_the_account_of_a_payer_who_lent_the_card_is_passed_over() -> None:
    result = pay("300.00", shares("周建平", "800+300", card_lent=True), WIFE)
    assert told(result) == {"林秀兰": "300.00"}
    assert why(result)["周建平"] == "card_lending"


def test_a_grant_that_does_not_hold_that_day_pays_nothing_and_is_named_even_when_nothing_is_needed() -> None:
    former = shares("周国栋", "900+0", in_force=False)
    assert why(pay("300.00", former)) == {"周国栋": "not_in_force"}
    assert why(pay("300.00", former, own="300+0")) == {"周国栋": "not_in_force"}


def test_whoever_asks_not_to_use_accounts_pays_everything_in_cash() -> None:
    result = pay("300.00", HUSBAND, own="500+0", on={"accounts_used": False})
    assert told(result) == {"现金": "300.00"}
    assert (result.own.reason, why(result)) == ("accounts_not_used", {"周建平": "accounts_not_used"})


def test_the_narrowest_of_several_limits_is_the_one_that_is_told() -> None:
    policy = region(visit_limit="500", annual_limit_payer="8000", reserve_floor="1000")
    family = (shares("周建平", "1200+0", drawn="7900.00"), shares("林秀兰", "9000+0", share_limit="5000.00"))
    result = pay("2000.00", *family, policy=policy)
    assert told(result) == {"周建平": "100.00", "林秀兰": "400.00", "现金": "1500.00"}
    assert why(result) == {"周建平": "annual_limit_payer", "林秀兰": "visit_limit"}
    assert [one.value for one in result.payers] == [Decimal(8000), Decimal(500)]


# What is no bill


def test_neither_a_negative_amount_nor_one_account_given_twice_is_allocated() -> None:
    for bill, family in (("-1.00", (HUSBAND,)), ("1.00", (HUSBAND, HUSBAND))):
        with pytest.raises(ValueError, match="negative, or a payer"):
            pay(bill, *family)
