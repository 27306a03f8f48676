"""What a person's account took and paid, line by line, and what care the person had.

Of the account a payer learns what was taken, when, for whom, where and why (DOMAIN.md section 3, S3); never the
disease, the doctor or the kind of care of the patient, nor what other accounts hold: a `Line` has none of it. The
record of care (消费记录) is the patient's own and has all of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import AccountEntry, InsuredPerson, PersonalAccount, Staff
from accounts.rules.money import ZERO
from accounts.selectors import records_merged_into
from settlement.explained import consideration_of
from settlement.listing import TOTALS, Settlements, as_rows
from settlement.messages import in_words
from settlement.models import Claim, Settlement, SettlementShare
from settlement.models.claim import ClaimState
from settlement.rules.facts import Buckets

Entries = QuerySet[AccountEntry]


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with what it was for. `patient`: "" for the holder's own bill, and for what is no settlement.

    `kind`: how the bill came, "" for what is no settlement; `settlement`: where the reader may open it.
    """

    entry: AccountEntry
    kind: str
    number: str
    patient: str
    place: str
    reason: str
    settlement: Settlement | None


@dataclass(frozen=True, slots=True)
class Totals:
    """What the account held before the first entry listed and after the last, and what the entries moved.

    `between`: entered among them for days outside the period, as when a late feed is settled; mostly nothing.
    """

    opening: Buckets
    came: Buckets
    went: Buckets
    closing: Buckets

    @property
    def between(self) -> Buckets:
        return self.closing.less(self.opening).less(self.came).less(self.went)


def entries_of(account: PersonalAccount, since: dt.date | None = None, until: dt.date | None = None) -> Entries:
    """Those with a business date from `since` to `until`, both included, in the order they were entered.

    Every balance is what the account held at that moment, which is what a settlement was decided on.
    """
    entries = AccountEntry.objects.filter(account=account).order_by("sequence")
    if since:
        entries = entries.filter(business_date__gte=since)
    return entries.filter(business_date__lte=until) if until else entries


def totals_of(entries: Entries, *, account: PersonalAccount, since: dt.date | None) -> Totals:
    """`entries`: of `entries_of` the account, all; without any, both balances are that of the day before `since`."""
    first, last = entries.first(), entries.last()
    if first is None or last is None:
        still = _after(entries_of(account, until=since - dt.timedelta(days=1)).last() if since else None)
        return Totals(still, Buckets(), Buckets(), still)
    opening = _after(first).less(Buckets(first.prior_change, first.current_change))
    moved = entries.order_by().aggregate(
        **{
            f"{name}_{bucket}": Coalesce(Sum(f"{bucket}_change", filter=Q(**{f"{bucket}_change__{sign}": 0})), ZERO)
            for name, sign in (("came", "gt"), ("went", "lt"))
            for bucket in ("prior", "current")
        }
    )
    came, went = (Buckets(moved[f"{name}_prior"], moved[f"{name}_current"]) for name in ("came", "went"))
    return Totals(opening, came, went, _after(last))


def _after(entry: AccountEntry | None) -> Buckets:
    return Buckets(entry.prior_after, entry.current_after) if entry else Buckets()


def lines_of(entries: Iterable[AccountEntry], *, staff: Staff) -> list[Line]:
    """What each was for, in one query however many there are."""
    entries = list(entries)
    shares = SettlementShare.objects.filter(entry__in=entries).select_related(
        "settlement__person", "settlement__institution", "settlement__region", "settlement__reverses"
    )
    by_entry = {share.entry_id: share for share in shares}
    return [_line(entry, by_entry.get(entry.pk), staff) for entry in entries]


def _line(entry: AccountEntry, share: SettlementShare | None, staff: Staff) -> Line:
    if share is None:
        return Line(entry, "", "", "", "", entry.note, None)
    settlement = share.settlement
    seen = staff.has_perm("settlement.view_settlement") and settlement.region.path.startswith(staff.region.path)
    return Line(
        entry=entry,
        kind=settlement.kind,
        number=settlement.setl_id,
        patient=settlement.person.name if share.position else "",
        place=settlement.institution.name if settlement.institution else "",
        reason=_reason(share),
        settlement=settlement if seen else None,
    )


def _reason(share: SettlementShare) -> str:
    original = share.settlement.reverses
    if original is not None:
        return _("Settlement {number} was reversed: what it took came back.").format(number=original.setl_id)
    why = consideration_of(share)
    return in_words(why) if why else ""


def records_of(person: InsuredPerson, *, staff: Staff) -> list[InsuredPerson]:
    """The record and those that were merged into it: a settlement stays where it was recorded."""
    return [person, *records_merged_into(person, staff=staff)]


def care_of(person: InsuredPerson, *, staff: Staff) -> Settlements:
    """The person's settlements in scope, newest first, whatever record they are on."""
    settlements = Settlement.objects.for_staff(staff).filter(person__in=records_of(person, staff=staff))
    return as_rows(settlements).order_by("-settled_at", "-pk")


def claims_not_settled(person: InsuredPerson, *, staff: Staff) -> QuerySet[Claim]:
    """The person's claims in scope of which no settlement speaks (yet), the newest first."""
    claims = Claim.objects.for_staff(staff).filter(person__in=records_of(person, staff=staff))
    return claims.exclude(state=ClaimState.APPROVED).select_related("institution").order_by("-settled_on", "-pk")


def has_care_elsewhere(person: InsuredPerson, *, staff: Staff) -> bool:
    """Whether something was settled while the person was insured in a region outside the scope."""
    here = Q(region__path__startswith=staff.region.path)
    return Settlement.objects.filter(person=person).exclude(here).exists()


def sums_of(settlements: Settlements) -> dict[str, Decimal]:
    """Of every amount that a line shows; reversals count against what they reverse."""
    sums: dict[str, Decimal] = settlements.order_by().aggregate(
        **{name: Coalesce(Sum(name), ZERO) for name in TOTALS}
    )
    return sums
