"""Questions asked of persons and accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.translation import get_language

from accounts.models import Code, InsuredPerson, PersonalAccount, Staff
from accounts.rules.identity import normalise_number

# A change of contact data is to be reported within this many days (DOMAIN.md section 3, S2): asked for again
# when the last confirmation is older.
CONTACT_DAYS = 15


def find_persons(text: str, *, staff: Staff, limit: int = 50) -> QuerySet[InsuredPerson]:
    """Persons in scope by certificate number, `psn_no`, or the beginning of the name or its pinyin."""
    scope = InsuredPerson.objects.for_staff(staff).select_related("region")
    number = normalise_number(text)
    if any(character.isdigit() for character in number):
        return scope.with_number(number)[:limit]
    if not number:
        return scope.none()
    by_name = scope.filter(name__startswith=text.strip())
    by_pinyin = scope.filter(name_key__startswith=text.strip().lower())
    return (by_name | by_pinyin)[:limit]


def contact_is_old(person: InsuredPerson, *, today: dt.date) -> bool:
    return (today - person.contact_confirmed_on).days > CONTACT_DAYS


def account_of(person: InsuredPerson, *, staff: Staff) -> PersonalAccount | None:
    return PersonalAccount.objects.for_staff(staff).filter(person=person).first()


def accounts_of(persons: Iterable[InsuredPerson], *, staff: Staff) -> dict[int, PersonalAccount]:
    """The accounts in scope, by person."""
    accounts = PersonalAccount.objects.for_staff(staff).filter(person__in=persons)
    return {account.person_id: account for account in accounts}


def code_labels(table: str) -> dict[str, str]:
    """Code → name in the language of the page; read once a minute, because every line of a list asks."""
    language = get_language() or "zh"
    labels: dict[str, str] | None = cache.get(f"codes:{table}:{language}")
    if labels is None:
        labels = {code.code: code.label for code in Code.objects.filter(table=table)}
        cache.set(f"codes:{table}:{language}", labels, 60)
    return labels
