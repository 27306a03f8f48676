"""Every parameter has its meaning and an example, worked out with whatever value it can take."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from families.policy_examples import MEANINGS, SECTIONS, example_of
from families.policy_words import value_in_words
from families.rules.policy import PARAMETERS, Parameter

EXTREMES = {
    "integer": [0, 1, 365],
    "yuan": [Decimal("0.00"), Decimal("0.01"), Decimal("15000.00")],
    "ratio": [Decimal("0.00"), Decimal("0.33"), Decimal("1.00")],
    "hours": ["00:00-23:59"],
    "yes_no": [True, False],
}


def values(parameter: Parameter) -> list[Any]:
    found = [parameter.default, *EXTREMES.get(parameter.shape, [])]
    if parameter.shape == "choice":
        found += parameter.choices
    if parameter.shape == "choices":
        found += [frozenset(parameter.choices[:1]), frozenset(parameter.choices)]
    return [*found, None] if parameter.optional else found


def test_every_parameter_stands_under_one_heading_with_its_meaning() -> None:
    named = [name for _heading, names in SECTIONS for name in names]
    assert sorted(named) == sorted(PARAMETERS) == sorted(MEANINGS)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", PARAMETERS)
def test_every_value_has_an_example_and_words(name: str, language: str) -> None:
    with translation.override(language):
        for value in values(PARAMETERS[name]):
            sentence = example_of(name, value)
            assert sentence.endswith((".", "。"))
            assert "{" not in sentence
            assert value_in_words(name, value)


WORKED = [
    ("max_members", 6, "户主加5名成员即满员，再加一人不予办理。"),
    ("min_bind_days", 90, "2026-03-01建立关系的，2026-05-30起可以解除。"),
    ("visit_limit", Decimal("500.00"), "个人负担1000.00元，家庭成员账户支付500.00元，其余500.00元现金支付。"),
    ("visit_limit", Decimal("800.00"), "个人负担1600.00元，家庭成员账户支付800.00元，其余800.00元现金支付。"),
    (
        "annual_limit_payer",
        Decimal("15000.00"),
        "本年度已支付14700.00元的账户，遇个人负担1000.00元时支付300.00元，其余700.00元由下一账户或现金支付。",
    ),
    (
        "annual_limit_beneficiary",
        Decimal("200.00"),
        "本年度已使用0.00元的，遇个人负担1000.00元时可再用200.00元，其余800.00元现金支付。",
    ),
    ("annual_limit_ratio", Decimal("0.70"), "年初余额5000.00元的账户，全年最多为他人支付3500.00元。"),
    ("reserve_floor", Decimal("2000.00"), "账户余额3000.00元，家庭最多可用1000.00元。"),
    ("transfer_limit", Decimal("2000.00"), "2000.00元可以办理，2000.01元不予办理。"),
    ("transfers_per_day", 3, "当日第4笔转账不予办理。"),
    (
        "near_relatives",
        PARAMETERS["near_relatives"].default,
        "可以办理：配偶、父母、子女、兄弟姐妹、祖父母、外祖父母、孙子女、外孙子女；不予办理：无。",
    ),
    ("changes_per_year", 1, "本年度已变更1次的，2027-01-01起方可再次变更。"),
    (
        "near_relatives",
        frozenset({"child", "spouse"}),
        "可以办理：配偶、子女；不予办理：父母、兄弟姐妹、祖父母、外祖父母、孙子女、外孙子女。",
    ),
]


@pytest.mark.parametrize(("name", "value", "sentence"), WORKED)
def test_an_example_is_worked_out_with_the_actual_value(name: str, value: Any, sentence: str) -> None:
    with translation.override("zh-hans"):
        assert example_of(name, value) == sentence
