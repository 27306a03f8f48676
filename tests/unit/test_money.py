"""Amounts: the one way in, and everything that must not come in by it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules.money import ZERO, AmountFault, parse_amount


def reason_of(value: object, **allowed: bool) -> str:
    with pytest.raises(AmountFault) as caught:
        parse_amount(value, **allowed)  # type: ignore[arg-type]
    assert caught.value.code == "amount_invalid"
    return caught.value.reason


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("0", "0.00"),
        ("1500", "1500.00"),
        ("1500.5", "1500.50"),
        (" 12.34 ", "12.34"),
        ("007.10", "7.10"),
        ("99999999999999.99", "99999999999999.99"),
        (1500, "1500.00"),
        (0, "0.00"),
        (Decimal("3.1"), "3.10"),
        (Decimal("0.00"), "0.00"),
    ],
)
def test_an_amount_comes_out_with_two_decimals(value: str | Decimal | int, amount: str) -> None:
    assert str(parse_amount(value)) == amount


@pytest.mark.parametrize("value", [1.5, 0.0, float("nan"), True, False, None, b"1", [1]])
def test_floats_and_other_types_are_refused_whatever_their_value(value: object) -> None:
    assert reason_of(value) == "wrong_type"


@pytest.mark.parametrize("value", ["", "  ", "\u3000"])
def test_an_empty_cell_is_not_zero(value: str) -> None:
    assert reason_of(value) == "empty"


@pytest.mark.parametrize("value", ["1.005", "1.500", "0.000", Decimal("1.005"), Decimal("2.000")])
def test_a_third_decimal_is_refused_even_when_it_is_nought(value: str | Decimal) -> None:
    assert reason_of(value) == "too_many_decimals"


@pytest.mark.parametrize(
    "value",
    [
        "NaN", "sNaN", "Infinity", "-inf", "1e3", "1E+3", "1,000", "1，000", "1 000", "1_000", "１２", "٣",
        "1.", ".5", "1.2.3", "+5", "--5", "5-", "￥5", "5元", "0x10", "12\n3", "=1+1", "十",
        Decimal("NaN"), Decimal("Infinity"), Decimal("1E+2"),
    ],
)  # fmt: skip
def test_what_is_not_plainly_digits_is_refused(value: str | Decimal) -> None:
    assert reason_of(value, allow_negative=True) == "not_an_amount"


@pytest.mark.parametrize(
    "value",
    [
        "100000000000000",
        "100000000000000.00",
        10**14,
        Decimal(10**14),
        pytest.param(10**5000, id="int of 5,001 digits"),
        pytest.param("9" * 5000, id="text of 5,000 digits"),
    ],
)
def test_fifteen_digits_before_the_point_do_not_fit(value: str | Decimal | int) -> None:
    assert reason_of(value) == "too_large"


def test_a_large_negative_does_not_fit_either() -> None:
    assert reason_of(-(10**14), allow_negative=True) == "too_large"
    assert parse_amount("-99999999999999.99", allow_negative=True) == Decimal("-99999999999999.99")


@pytest.mark.parametrize("value", ["-1", "-0.01", -5, Decimal("-2.50"), "-0"])
def test_a_minus_is_refused_unless_negatives_are_allowed(value: str | Decimal | int) -> None:
    assert reason_of(value) == "negative"
    assert parse_amount(value, allow_negative=True) == Decimal(str(value))


def test_minus_nought_becomes_plain_nought() -> None:
    assert str(parse_amount("-0.00", allow_negative=True)) == "0.00"


@pytest.mark.parametrize("value", ["0", "0.00", 0, Decimal("0")])
def test_nought_is_refused_where_it_is_not_allowed(value: str | Decimal | int) -> None:
    assert reason_of(value, allow_zero=False) == "zero"
    assert parse_amount(value) == ZERO


@given(st.integers(-(10**16) + 1, 10**16 - 1))
def test_every_amount_in_fen_survives_the_round_trip(fen: int) -> None:
    amount = Decimal(fen).scaleb(-2)
    assert parse_amount(f"{amount:.2f}", allow_negative=True) * 100 == fen


@given(st.one_of(st.text(max_size=20), st.decimals(), st.integers(), st.floats()))
def test_whatever_comes_in_is_an_exact_amount_or_a_fault(value: object) -> None:
    try:
        amount = parse_amount(value, allow_negative=True)  # type: ignore[arg-type]
    except AmountFault:
        return
    assert amount.as_tuple().exponent == -2
    assert amount == Decimal(str(value).strip())
    assert abs(amount) < 10**14
