"""What speaks for one person and what for two: worked pairs, as a clerk would tell them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from accounts.rules.identity import check_digit, first_generation_number
from families.match_words import WORDS
from families.rules.duplicates import THRESHOLDS, WEIGHTS, Level, RecordFacts, compare
from families.rules.facts import PastMembership

BORN = dt.date(1961, 5, 8)
CARD = RecordFacts(
    name="秦建国",
    name_key="qin jian guo",
    born_on=BORN,
    gender="1",
    cert_type="01",
    number=b"18 characters",
    number15=b"15 digits",
    valid_id=True,
    phone=b"phone",
    region="421002",
    status="1",
    has_account=True,
)
OLD_CARD = replace(CARD, number=b"15 digits", number15=None, valid_id=False, status="4", has_account=False)
PASSPORT = replace(OLD_CARD, number=b"passport", cert_type="08", status="1")


def seat(group: str, joined_on: dt.date = dt.date(2025, 1, 1), left_on: dt.date | None = None) -> PastMembership:
    return PastMembership(group, joined_on, left_on, exclusive=True)


PAIRS = {
    "the first card and the second of one person": (CARD, OLD_CARD, Level.CERTAIN),
    "the same, in two regions with two phones": (
        CARD,
        replace(OLD_CARD, region="421003", phone=b"other"),
        Level.CERTAIN,
    ),
    "the first card under a name typed wrong": (
        CARD,
        replace(OLD_CARD, name="秦健国"),
        Level.CERTAIN,
    ),
    "the first card under quite another name": (
        CARD,
        replace(OLD_CARD, name="王芳", name_key="wang fang"),
        Level.LIKELY,
    ),
    "the first card of somebody else, as birthday and gender say": (
        CARD,
        replace(OLD_CARD, born_on=dt.date(1961, 8, 5), gender="2"),
        Level.UNLIKELY,
    ),
    "an ID and a passport": (CARD, PASSPORT, Level.LIKELY),
    "an ID and a passport that agree in everything there is": (
        CARD,
        replace(PASSPORT, status="0"),
        Level.LIKELY,
    ),
    "a passport with the name in Latin letters": (CARD, replace(PASSPORT, name="QIN JIANGUO"), Level.LIKELY),
    "two passports, one of them run out": (
        PASSPORT,
        replace(PASSPORT, number=b"old passport", phone=b"", status="4"),
        Level.POSSIBLE,
    ),
    "two valid resident IDs, same name and birthday": (
        CARD,
        replace(CARD, number=b"another", number15=b"another 15"),
        Level.UNLIKELY,
    ),
    "twins, one with a passport, who share the mother's phone": (
        CARD,
        replace(PASSPORT, name="秦建军", name_key="qin jian jun"),
        Level.UNLIKELY,
    ),
    "father and son of one name": (CARD, replace(PASSPORT, born_on=dt.date(1985, 5, 8)), Level.UNLIKELY),
    "two members of one family, side by side": (
        replace(CARD, stays=(seat("GJ1"),)),
        replace(PASSPORT, stays=(seat("GJ1", dt.date(2025, 6, 1)),)),
        Level.UNLIKELY,
    ),
    "one after the other in one family": (
        replace(CARD, stays=(seat("GJ1", left_on=dt.date(2025, 6, 1)),)),
        replace(PASSPORT, stays=(seat("GJ1", dt.date(2025, 6, 1)),)),
        Level.LIKELY,
    ),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_a_pair_is_as_certain_as_a_clerk_would_say_whichever_record_comes_first(pair: str) -> None:
    first, second, level = PAIRS[pair]
    assert compare(first, second).level is level
    assert compare(second, first) == compare(first, second)


def test_without_the_number_nothing_makes_a_pair_certain() -> None:
    most = sum(weight for code, weight in WEIGHTS.items() if weight > 0 and code not in {"same_number", "name_alike"})
    assert most < THRESHOLDS[0][0]
    best = compare(CARD, replace(PASSPORT, status="4"))
    assert not best.speaks_against
    assert best.level is Level.LIKELY


def test_the_weightiest_finding_stands_first_and_groups_are_named() -> None:
    comparison = compare(
        replace(CARD, stays=(seat("GJ2"),)), replace(OLD_CARD, has_account=True, stays=(seat("GJ1"),))
    )
    assert comparison.speaks_for[0].code == "same_number"
    assert ("in_two_groups", "GJ1/GJ2") in [(one.code, one.value) for one in comparison.speaks_against]
    assert "two_accounts" in [one.code for one in comparison.speaks_against]


def test_every_finding_has_its_words() -> None:
    assert set(WORDS) == set(WEIGHTS)


def test_the_first_card_has_the_number_without_century_and_check_character() -> None:
    first17 = "42100219610508123"
    assert first_generation_number(first17 + check_digit(first17)) == "421002610508123"


@pytest.mark.parametrize("number", ["42100220010508123", "4210021961050812", "E12345678", ""])
def test_who_was_born_in_this_century_or_has_another_document_had_no_first_card(number: str) -> None:
    whole = number + check_digit(number) if len(number) == 17 else number
    assert first_generation_number(whole) is None


def test_a_number_with_a_wrong_check_character_is_no_proof() -> None:
    first17 = "42100219610508123"
    wrong = "1" if check_digit(first17) != "1" else "2"
    assert first_generation_number(first17 + wrong) is None
