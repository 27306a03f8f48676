"""Bills on their way in, and which of them may be settled beside those that are settled already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from settlement.rules.amounts import Amounts

Code = Literal["same_id_other_content", "original_unknown", "already_reversed", "amounts_do_not_add_up"]


@dataclass(frozen=True, slots=True)
class NewSettlement:
    """A bill to be settled.

    `person_id`: the patient; `psn_no`: as sent, maybe of a record that was merged into the patient's. `settled_at`:
    aware; `business_date`: its day in Asia/Shanghai, as of which groups, grants, limits and policy count.
    `reverses`: the number of the settlement that this one takes back, with all amounts negated. `in_full`: refused
    unless the accounts pay all of it.
    """

    setl_id: str
    person_id: int
    psn_no: str
    settled_at: dt.datetime
    business_date: dt.date
    amounts: Amounts
    usage: str
    kind: str
    med_type: str = ""
    institution_id: str | None = None
    mdtrt_id: str = ""
    dise_codg: str = ""
    dise_name: str = ""
    dr_name: str = ""
    acct_used: bool = True
    reverses: str = ""
    in_full: bool = False

    def says_the_same(self, other: NewSettlement) -> bool:
        """Whose record the person number leads to, and what is asked of the accounts, is no part of the message."""
        return self == replace(other, person_id=self.person_id, usage=self.usage, in_full=self.in_full)


class Inadmissible(Exception):
    """`code`: FORMATS.md's; `other`: the number of the settlement that stands against the bill."""

    def __init__(self, code: Code, other: str = "") -> None:
        self.code, self.other = code, other
        super().__init__(f"{code} {other}")


class Book:
    """The bills that count so far, by number."""

    def __init__(self, settled: Iterable[NewSettlement] = ()) -> None:
        self._bills: dict[str, NewSettlement] = {}
        self._reversals: dict[str, str] = {}
        self.enter(settled)

    def enter(self, settled: Iterable[NewSettlement]) -> None:
        """Bills that count already."""
        for bill in settled:
            self._enter(bill)

    def admit(self, bill: NewSettlement) -> bool:
        """Enter a bill; False for one that is there already. Rule: FORMATS.md, "Settlement feed".

        Raises: Inadmissible; the bill is not entered then.
        """
        known = self._bills.get(bill.setl_id)
        if known is not None:
            if not known.says_the_same(bill):
                raise Inadmissible("same_id_other_content", bill.setl_id)
            return False
        if not bill.amounts.add_up:
            raise Inadmissible("amounts_do_not_add_up")
        if bill.reverses:
            self._require_reversible(bill)
        self._enter(bill)
        return True

    def strike(self, bill: NewSettlement) -> None:
        """Take out a bill that was admitted and could not be settled. Expects no reversal."""
        del self._bills[bill.setl_id]

    def _require_reversible(self, bill: NewSettlement) -> None:
        original = self._bills.get(bill.reverses)
        if original is None or original.reverses:
            raise Inadmissible("original_unknown", bill.reverses)
        if bill.reverses in self._reversals:
            raise Inadmissible("already_reversed", self._reversals[bill.reverses])
        if (original.psn_no, original.kind, original.amounts) != (bill.psn_no, bill.kind, bill.amounts.negated):
            raise Inadmissible("amounts_do_not_add_up", bill.reverses)

    def _enter(self, bill: NewSettlement) -> None:
        self._bills[bill.setl_id] = bill
        if bill.reverses:
            self._reversals[bill.reverses] = bill.setl_id
