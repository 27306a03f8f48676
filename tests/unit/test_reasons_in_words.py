"""Each reason for what an account paid has its sentence, in both languages, with the value that decided."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from families.rules.policy import Policy
from settlement.messages import SENTENCES, in_words
from settlement.rules.allocation import LIMITS, SHARE_LIMIT, Consideration, Reason
from settlement.rules.facts import Buckets

VALUES = {SHARE_LIMIT: Decimal("500.00"), "visit_limit": Decimal("500.00"), "annual_limit_ratio": Decimal("0.5")}
PARAMETERS = {reason: parameter for reason, parameter, _rule in LIMITS} | {Reason.USAGE_NOT_ALLOWED: "usages"}


def considered(reason: Reason) -> Consideration:
    parameter = PARAMETERS.get(reason, "")
    value = VALUES.get(parameter, getattr(Policy(), parameter, None))
    return Consideration(1, Buckets(), Decimal(0), Buckets(), reason, parameter, value)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_reason_is_a_whole_sentence(language: str) -> None:
    assert set(SENTENCES) == set(Reason)
    with translation.override(language):
        for reason in Reason:
            sentence = in_words(considered(reason))
            assert sentence.endswith((".", "。"))
            assert "{" not in sentence


@pytest.mark.parametrize(("reason", "sentence"), [
    (Reason.LIMIT_REACHED, "授权人每年共享500.00元，本年度已用完。"),
    (Reason.VISIT_LIMIT, "家庭成员账户单次结算最多支付500.00元，已用完。"),
    (Reason.ANNUAL_LIMIT_RATIO, "每年为他人支付最多为年初余额的50 %，本年度已用完。"),
])  # fmt: skip
def test_a_limit_is_told_with_its_value(reason: Reason, sentence: str) -> None:
    with translation.override("zh-hans"):
        assert in_words(considered(reason)) == sentence
