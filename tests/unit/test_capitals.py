"""Amounts in capital numerals, as a cashier writes them."""

from decimal import Decimal

import pytest

from accounts.rules.money import AmountFault
from settlement.rules.capitals import in_capitals


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0.00", "零元整"),
        ("100.00", "壹佰元整"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("10.00", "壹拾元整"),
        ("1010.10", "壹仟零壹拾元壹角整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("100000000.00", "壹亿元整"),
        ("1200000003.00", "壹拾贰亿零叁元整"),
        ("99999999999999.99", "玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_an_amount_is_written_as_the_rules_for_bills_ask(amount: str, written: str) -> None:
    assert in_capitals(Decimal(amount)) == written


@pytest.mark.parametrize("amount", ["-1.00", "1.005", "NaN"])
def test_what_is_no_amount_is_not_written(amount: str) -> None:
    with pytest.raises(AmountFault):
        in_capitals(Decimal(amount))
