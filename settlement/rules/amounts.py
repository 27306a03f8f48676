"""The amounts of a national settlement message (DOMAIN.md section 6), and what kind of care they are for."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from types import MappingProxyType

from accounts.rules.money import ZERO

# The first two digits of `med_type`; provinces add digits behind them.
USAGE_OF = MappingProxyType(
    {
        "11": "outpatient",
        "12": "outpatient",
        "13": "outpatient",
        "14": "designated_disease",
        "19": "outpatient",
        "21": "inpatient",
        "22": "inpatient",
        "23": "inpatient",
        "24": "inpatient",
        "41": "pharmacy",
        "51": "outpatient",
        "52": "inpatient",
        "53": "outpatient",
    }
)


def usage_of(med_type: str) -> str | None:
    """What the policy's `usages` calls this kind of care; None for what no account ever pays (sport, wellness …)."""
    return USAGE_OF.get(med_type[:2])


@dataclass(frozen=True, slots=True)
class Amounts:
    """Yuan with two decimals, zero or more; of a reversal all negated."""

    medfee_sumamt: Decimal
    fulamt_ownpay_amt: Decimal
    overlmt_selfpay: Decimal
    preselfpay_amt: Decimal
    inscp_scp_amt: Decimal
    fund_pay_sumamt: Decimal
    hosp_part_amt: Decimal
    psn_part_amt: Decimal

    @classmethod
    def all_personal(cls, amount: Decimal) -> Amounts:
        """A payment in which no fund takes part, such as a premium."""
        return cls(amount, amount, ZERO, ZERO, ZERO, ZERO, ZERO, amount)

    @property
    def add_up(self) -> bool:
        """Both identities of the message, and no amount of another sign than the total."""
        parts = self.fulamt_ownpay_amt + self.overlmt_selfpay + self.preselfpay_amt + self.inscp_scp_amt
        payers = self.fund_pay_sumamt + self.psn_part_amt + self.hosp_part_amt
        return self.medfee_sumamt == parts == payers and self.of_one_sign

    @property
    def of_one_sign(self) -> bool:
        every = [getattr(self, field.name) for field in fields(self)]
        return all(amount >= 0 for amount in every) or all(amount <= 0 for amount in every)

    @property
    def negated(self) -> Amounts:
        return Amounts(*(ZERO - getattr(self, field.name) for field in fields(self)))


AMOUNT_NAMES = tuple(field.name for field in fields(Amounts))
