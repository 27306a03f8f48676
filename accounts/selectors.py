"""Questions asked of persons and accounts."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.translation import get_language

from accounts.models import Code, InsuredPerson, PersonalAccount, RegionMove, Staff, Suspension
from accounts.rules.identity import normalise_number

# A change of contact data is to be reported within this many days (DOMAIN.md section 3, S2): asked for again
# when the last confirmation is older.
CONTACT_DAYS = 15


def find_persons(text: str, *, staff: Staff, limit: int = 50) -> QuerySet[InsuredPerson]:
    """Persons in scope by certificate number, `psn_no`, or the beginning of the name or its pinyin.

    The number of a merged record finds the one it was merged into; by name merged records are not found.
    """
    scope = InsuredPerson.objects.for_staff(staff).select_related("region")
    number = normalise_number(text)
    if any(character.isdigit() for character in number):
        known = InsuredPerson.objects.with_number(number).select_related("merged_into")
        return scope.filter(pk__in={record.survivor.pk for record in known})[:limit]
    if not number:
        return scope.none()
    scope = scope.filter(merged_into=None)
    by_name = scope.filter(name__startswith=text.strip())
    by_pinyin = scope.filter(name_key__startswith=text.strip().lower())
    return (by_name | by_pinyin)[:limit]


def person_known_as(psn_no: str, *, staff: Staff) -> InsuredPerson | None:
    """The person in scope with this number, or whose merged record has it."""
    record = InsuredPerson.objects.filter(psn_no=psn_no).select_related("merged_into").first()
    return survivor_in_scope(record, staff=staff) if record else None


def survivor_in_scope(record: InsuredPerson, *, staff: Staff) -> InsuredPerson | None:
    """The record that stands for the person now; None when another region keeps it."""
    return InsuredPerson.objects.for_staff(staff).filter(pk=record.survivor.pk).first()


def records_merged_into(person: InsuredPerson, *, staff: Staff) -> list[InsuredPerson]:
    """Every record in scope that leads to this one, also by way of another."""
    found: set[int] = set()
    level = {person.pk}
    while level := set(InsuredPerson.objects.filter(merged_into__in=level).values_list("pk", flat=True)):
        found |= level
    return list(InsuredPerson.objects.for_staff(staff).filter(pk__in=found)) if found else []


def contact_is_old(person: InsuredPerson, *, today: dt.date) -> bool:
    return (today - person.contact_confirmed_on).days > CONTACT_DAYS


def account_of(person: InsuredPerson, *, staff: Staff) -> PersonalAccount | None:
    return PersonalAccount.objects.for_staff(staff).filter(person=person).first()


def accounts_of(person_ids: Collection[int], *, staff: Staff) -> dict[int, PersonalAccount]:
    """The accounts in scope, by person."""
    accounts = PersonalAccount.objects.for_staff(staff).filter(person__in=person_ids)
    return {account.person_id: account for account in accounts}


def suspended_on(person_ids: Collection[int], day: dt.date) -> dict[int, list[Suspension]]:
    """Who of these takes no part in family payment on a day, and why; whoever takes part is not in it."""
    found: dict[int, list[Suspension]] = defaultdict(list)
    for suspension in Suspension.objects.on(day).filter(person__in=person_ids):
        found[suspension.person_id].append(suspension)
    return dict(found)


def suspensions_from(person: InsuredPerson, day: dt.date) -> list[Suspension]:
    """What keeps a person from family payment on a day, and what will."""
    return list(person.suspensions.reaching(day))


def planned_move_of(person: InsuredPerson) -> RegionMove | None:
    return person.moves.filter(applied_at=None, withdrawn_at=None).select_related("region").first()


def code_labels(table: str) -> dict[str, str]:
    """Code → name in the language of the page; read once a minute, because every line of a list asks."""
    language = get_language() or "zh"
    labels: dict[str, str] | None = cache.get(f"codes:{table}:{language}")
    if labels is None:
        labels = {code.code: code.label for code in Code.objects.filter(table=table)}
        cache.set(f"codes:{table}:{language}", labels, 60)
    return labels
