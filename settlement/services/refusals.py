"""Why a settlement was not recorded: faults of balance, data and system are told apart (DOMAIN.md section 3, S3).

Invariant: whatever is refused has written nothing.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from settlement.rules.bills import Inadmissible, NewSettlement

if TYPE_CHECKING:
    from decimal import Decimal


class Fault(StrEnum):
    """Who can mend it: the family by other money, whoever sent the data, or time."""

    BALANCE = "balance"
    DATA = "data"
    SYSTEM = "system"


class SettlementRefused(Exception):
    """`code`: FORMATS.md's; the text says what to do. `column`: the national field that it is about."""

    fault = Fault.DATA
    code = ""
    column = ""


class SameIdOtherContent(SettlementRefused):
    code = "same_id_other_content"
    column = "setl_id"

    def __init__(self, setl_id: str) -> None:
        self.setl_id = setl_id
        super().__init__(
            _(
                "Settlement {setl_id} is stored already with other content. Compare both with the institution; "
                "what is stored is corrected by a reversal."
            ).format(setl_id=setl_id)
        )


class OriginalUnknown(SettlementRefused):
    code = "original_unknown"
    column = "init_setl_id"

    def __init__(self, setl_id: str) -> None:
        super().__init__(
            _("There is no settlement {setl_id} to reverse. Send the original first, or correct its number.").format(
                setl_id=setl_id
            )
        )


class AlreadyReversed(SettlementRefused):
    code = "already_reversed"
    column = "init_setl_id"

    def __init__(self, setl_id: str, by: str) -> None:
        super().__init__(
            _("Settlement {setl_id} was reversed already, by {by}. Nothing is left to give back.").format(
                setl_id=setl_id, by=by
            )
        )


class NotItsMirror(SettlementRefused):
    code = "amounts_do_not_add_up"
    column = "medfee_sumamt"

    def __init__(self, setl_id: str) -> None:
        super().__init__(
            _("A reversal of {setl_id} is of the same person and carries the same amounts negated.").format(
                setl_id=setl_id
            )
        )


class AmountsDoNotAddUp(SettlementRefused):
    code = "amounts_do_not_add_up"
    column = "medfee_sumamt"

    def __init__(self) -> None:
        super().__init__(
            _(
                "The amounts do not add up: the total is the four parts of the fee, and also fund, personal part "
                "and the institution's part."
            )
        )


def refusal_of(fault: Inadmissible, bill: NewSettlement) -> SettlementRefused:
    """In words, what stands against a bill."""
    match fault.code:
        case "same_id_other_content":
            return SameIdOtherContent(bill.setl_id)
        case "original_unknown":
            return OriginalUnknown(bill.reverses)
        case "already_reversed":
            return AlreadyReversed(bill.reverses, fault.other)
        case "amounts_do_not_add_up":
            return NotItsMirror(bill.reverses) if fault.other else AmountsDoNotAddUp()


class PersonUnknown(SettlementRefused):
    code = "unknown_person"
    column = "psn_no"

    def __init__(self) -> None:
        super().__init__(_("Nobody on the roster of the region has this number. Compare it with the card."))


class NotCovered(SettlementRefused):
    """The accounts do not hold enough for what has to be paid whole."""

    fault = Fault.BALANCE

    def __init__(self, *, asked: Decimal, covered: Decimal) -> None:
        self.asked, self.covered = asked, covered
        super().__init__(
            _(
                "The accounts can pay {covered} of {asked} yuan. Ask for less, wait for the next credit, "
                "or have it paid in cash."
            ).format(covered=covered, asked=asked)
        )


class SystemBusy(SettlementRefused):
    fault = Fault.SYSTEM

    def __init__(self) -> None:
        super().__init__(_("The system was too busy; nothing was taken from any account. Send the same again."))
