"""Questions asked of wallet transfers, and what has to be known before one is made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Q, QuerySet

from accounts.models import AccountEntry, InsuredPerson, PersonalAccount, Staff, Suspension
from accounts.models.suspension import Cause
from accounts.selectors import suspended_on
from families.models import GroupMember, MutualAidGroup
from settlement.models import WalletTransfer
from settlement.rules.facts import Buckets
from settlement.rules.transfers import Asked, Party, Payee, business_date


def asked_for(
    *,
    payer: InsuredPerson,
    payee: InsuredPerson | None = None,
    amount: Decimal | None = None,
    purpose: str = "",
    at: dt.datetime,
) -> Asked:
    """What the rules need to know of a transfer. Whoever writes has locked persons and accounts before."""
    day = business_date(at)
    parties = parties_on([payer, payee] if payee else [payer], day)
    return Asked(
        payer=parties[payer.pk],
        at=at,
        made=WalletTransfer.objects.filter(payer__person=payer, business_date=day).count(),
        payee=_payee(payer, payee, parties[payee.pk], day) if payee else None,
        amount=amount,
        purpose=purpose,
    )


def _payee(payer: InsuredPerson, payee: InsuredPerson, party: Party, day: dt.date) -> Payee:
    return Payee(party, same_person=payee == payer, same_family=common_groups(payer, payee, day).exists())


def parties_on(persons: Sequence[InsuredPerson], day: dt.date) -> dict[int, Party]:
    """By person, as they stand on a day."""
    ids = [person.pk for person in persons]
    accounts = {account.person_id: account for account in PersonalAccount.objects.filter(person__in=ids)}
    suspensions = suspended_on(ids, day)
    return {one.pk: _party(one, accounts.get(one.pk), suspensions.get(one.pk, [])) for one in persons}


def _party(person: InsuredPerson, account: PersonalAccount | None, suspensions: Sequence[Suspension]) -> Party:
    return Party(
        account=Buckets(account.prior_years, account.current_year) if account else None,
        merged=person.merged_into_id is not None,
        suspended=any(one.cause != Cause.CARD_LENDING for one in suspensions),
        card_lent=any(one.cause == Cause.CARD_LENDING for one in suspensions),
    )


def common_groups(payer: InsuredPerson, payee: InsuredPerson, day: dt.date) -> QuerySet[MutualAidGroup]:
    """The groups of which both are members on a day, the longest-standing first."""
    members = GroupMember.objects.on(day)
    own, others = members.filter(person=payer), members.filter(person=payee)
    groups = MutualAidGroup.objects.filter(pk__in=own.values("group"))
    return groups.filter(pk__in=others.values("group")).order_by("opened_on", "pk")


def family_of(person: InsuredPerson, day: dt.date, *, staff: Staff) -> list[GroupMember]:
    """The others in the groups of a person on a day, where the staff member may see the group; each once."""
    members = GroupMember.objects.for_staff(staff).on(day)
    others = members.filter(group__in=members.filter(person=person).values("group")).exclude(person=person)
    found = others.select_related("person__region", "person__account").order_by("group", "seat")
    return list({member.person_id: member for member in found}.values())


def transfers_of(person: InsuredPerson, *, staff: Staff) -> QuerySet[WalletTransfer]:
    """What a person sent and received, the newest first."""
    rows = WalletTransfer.objects.for_staff(staff).filter(Q(payer__person=person) | Q(payee=person))
    return as_rows(rows)


def as_rows(transfers: QuerySet[WalletTransfer]) -> QuerySet[WalletTransfer]:
    """What a row of a list shows, in one query."""
    return transfers.select_related("payer__person__region", "payee__region", "handled_by", "answered_by")


def entries_of(transfer: WalletTransfer, *, staff: Staff) -> QuerySet[AccountEntry]:
    """What it moved, where the staff member may see the account."""
    keys = [transfer.out_entry_id, transfer.in_entry_id, transfer.back_entry_id]
    entries = AccountEntry.objects.for_staff(staff).filter(pk__in=[key for key in keys if key is not None])
    return entries.select_related("account__person", "posted_by").order_by("pk")
