"""Why a wallet transfer, or the answer to one, is not done: balance, data or system, each with what to do.

Rule: DOMAIN.md section 3 (S3: why a deduction failed, each told apart). Whichever is raised, nothing was moved.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from accounts.models import InsuredPerson
from accounts.services.retrying import retried
from settlement.models import WalletTransfer
from settlement.rules.transfers import FailureKind, Finding
from settlement.transfer_words import told

P = ParamSpec("P")
R = TypeVar("R")


class TransferRefused(Exception):
    """`kind`: balance, data or system; `advice`: what to do about it."""

    kind = FailureKind.DATA

    def __init__(self, message: str, advice: str) -> None:
        self.advice = advice
        super().__init__(message)


class OrderUnreadable(TransferRefused):
    """Number, amount or purpose are none, or a person is not known here."""


class NotAllowed(TransferRefused):
    """A rule refuses it; `findings` are those that fail."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = findings
        super().__init__(*told(findings))


class BalanceTooLow(NotAllowed):
    """Every other rule lets it pass."""

    kind = FailureKind.BALANCE


class TransferIdTaken(TransferRefused):
    """The same business id with other content; `differs`: the names of what is not as it was."""

    def __init__(self, transfer_id: str, differs: Sequence[str]) -> None:
        self.differs = differs
        super().__init__(
            _("The number {number} was used before for another transfer.").format(number=transfer_id),
            _("Look up what was done under this number; take a new one for another transfer."),
        )


class TransferAnswered(TransferRefused):
    """Somebody answered otherwise before."""

    def __init__(self, transfer: WalletTransfer) -> None:
        super().__init__(
            _("This transfer is already «{state}» ({who}).").format(
                state=transfer.get_state_display(), who=transfer.answered_by
            ),
            _("Look at it again; for another one the payer asks anew."),
        )


class OtherBureau(TransferRefused):
    """Who speaks is insured in another region: the bureau there has them at its window."""

    def __init__(self, person: InsuredPerson) -> None:
        super().__init__(
            _("This person is insured in {region}.").format(region=person.region.name),
            _("The bureau there records what the person says."),
        )


class SystemFault(TransferRefused):
    """The database did not finish it."""

    kind = FailureKind.SYSTEM

    def __init__(self) -> None:
        super().__init__(
            _("The system could not finish it. Nothing was moved."),
            _("Send it again in a minute, under the same number: it is never done twice."),
        )


def refuse_failing(findings: Sequence[Finding]) -> None:
    """Raises: NotAllowed, or BalanceTooLow where nothing but the balance is in the way."""
    failing = [finding for finding in findings if not finding.passes]
    if failing:
        balance_alone = all(finding.kind is FailureKind.BALANCE for finding in failing)
        raise (BalanceTooLow if balance_alone else NotAllowed)(failing)


def or_system_fault(service: Callable[P, R]) -> Callable[P, R]:
    """As `retried`. Raises: SystemFault for whatever the database could not do."""

    @wraps(service)
    def tried(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return retried(lambda: service(*args, **kwargs), busy=SystemFault)
        except (OperationalError, InterfaceError) as fault:
            raise SystemFault from fault

    return tried
