"""Whether a bill was claimed or settled before: the same paper must not be paid twice.

Certain, and refused: the same invoice of the same person, claimed or paid and not reversed; the same visit number at
the same institution, settled online. Possible, and told: the same invoice number of somebody else; the same amount at
the same institution in the days of the visit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Staff
from settlement.models import Claim, Settlement, SettlementKind
from settlement.models.claim import OPEN, ClaimState


@dataclass(frozen=True, slots=True)
class Duplicate:
    """`row`: the claim or settlement that stands against it, None where the staff member does not see it."""

    number: str
    words: str
    certain: bool
    row: Claim | Settlement | None

    def __str__(self) -> str:
        return self.words.format(number=self.number)

    @property
    def settlement_id(self) -> int | None:
        return self.row.pk if isinstance(self.row, Settlement) else None

    @property
    def claim(self) -> Claim | None:
        return self.row if isinstance(self.row, Claim) else None

    @classmethod
    def of_claim(cls, claim: Claim, by: Staff) -> Duplicate:
        words = _("This person's invoice was claimed already, as {number}.")
        return cls(claim.number, words, certain=True, row=_seen(claim, by))


def duplicates_of(claim: Claim, *, by: Staff) -> list[Duplicate]:
    """What stands against a claim, stored or not, the certain first. Reads only."""
    return [*_same_invoice(claim, by), *_same_visit(claim, by), *_other_persons(claim, by), *_same_amount(claim, by)]


def _standing() -> QuerySet[Claim]:
    """Claims on their way, or paid and not reversed."""
    return Claim.objects.filter(
        Q(state__in=OPEN) | Q(state=ClaimState.APPROVED, settlement__reversed_by=None)
    ).order_by("pk")


def _settled(claim: Claim) -> QuerySet[Settlement]:
    """Online settlements of the person that count."""
    return Settlement.objects.filter(
        person=claim.person_id, kind=SettlementKind.NETWORKED, reverses=None, reversed_by=None
    ).order_by("pk")


def _same_invoice(claim: Claim, by: Staff) -> Iterator[Duplicate]:
    same = _standing().filter(person=claim.person_id, invoice_number=claim.invoice_number)
    yield from (Duplicate.of_claim(one, by) for one in same.exclude(pk=claim.pk))


def _same_visit(claim: Claim, by: Staff) -> Iterator[Duplicate]:
    if not claim.mdtrt_id or claim.institution_id is None:
        return
    for one in _settled(claim).filter(institution=claim.institution_id, mdtrt_id=claim.mdtrt_id):
        yield _of_settlement(one, by, _("This visit was settled online already, as {number}."), certain=True)


def _other_persons(claim: Claim, by: Staff) -> Iterator[Duplicate]:
    words = _("Another person claimed an invoice with this number, as {number}: compare the two papers.")
    others = _standing().filter(invoice_number=claim.invoice_number).exclude(person=claim.person_id)
    for one in others:
        yield Duplicate(one.number, words, certain=False, row=_seen(one, by))


def _same_amount(claim: Claim, by: Staff) -> Iterator[Duplicate]:
    last = max(claim.ends_on, claim.settled_on)
    at = Q(medfee_sumamt=claim.medfee_sumamt, institution=claim.institution_id)
    settled = _settled(claim).filter(at, settled_at__date__range=(claim.starts_on, last))
    if claim.mdtrt_id and claim.institution_id:
        settled = settled.exclude(mdtrt_id=claim.mdtrt_id)
    for one in settled:
        yield _of_settlement(one, by, _("The same amount was settled online in these days, as {number}: compare."))
    words = _("The same amount at the same institution was claimed for these days, as {number}: compare.")
    claims = _standing().filter(at, person=claim.person_id, starts_on__lte=last, ends_on__gte=claim.starts_on)
    others = claims.filter(institution_name=claim.institution_name).exclude(invoice_number=claim.invoice_number)
    for other in others.exclude(pk=claim.pk):
        yield Duplicate(other.number, words, certain=False, row=_seen(other, by))


def _of_settlement(one: Settlement, by: Staff, words: str, *, certain: bool = False) -> Duplicate:
    return Duplicate(one.setl_id, words, certain, _seen(one, by))


def _seen(row: Claim | Settlement, by: Staff) -> Claim | Settlement | None:
    return row if type(row).objects.for_staff(by).filter(pk=row.pk).exists() else None
