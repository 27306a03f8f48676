"""The time line of a group in words: its dated rows and effective cases, told to a clerk.

What happened comes from `rules/timeline.py`; the raw history of the rows is the trail's, not this page's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.selectors import code_labels
from families.models import GroupMember, MutualAidGroup, RegistrationCase, Sharing
from families.models.case import CaseKind, CaseState, Cause, LineAction
from families.rules.timeline import Effect, Event, Membership, Share, Stay, What, events_of, stays_of, turns_of

TITLES: Mapping[What, Any] = {
    "founded": gettext_lazy("Group founded"),
    "dissolved": gettext_lazy("Group dissolved"),
    "handed_over": gettext_lazy("Owner changes"),
    "joined": gettext_lazy("Joins"),
    "left": gettext_lazy("Leaves"),
    "relation": gettext_lazy("Relation to the owner"),
    "term": gettext_lazy("Last day"),
    "shares": gettext_lazy("Shares the account"),
    "order": gettext_lazy("Place in the order"),
    "limit": gettext_lazy("Limit per year"),
    "stops_sharing": gettext_lazy("No longer shares the account"),
}
REASONS: Mapping[str, Any] = {
    **dict(CaseKind.choices),
    **dict(Cause.choices),
    "": pgettext_lazy("reason of leaving", "the agreed time is over"),
}


@dataclass(frozen=True, slots=True)
class TurnLine:
    """One kind of event on one day, with everybody whom it happened to."""

    title: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TurnInWords:
    day: dt.date
    case: RegistrationCase | None
    lines: tuple[TurnLine, ...]


@dataclass(frozen=True, slots=True)
class FormerMember:
    """A stay that is over. `reason`: in words."""

    member: GroupMember
    joined_on: dt.date
    reason: str


@dataclass
class GroupHistory:
    """Everything that was and will be of a group, read once. `cases`: all of them, newest first."""

    group: MutualAidGroup
    rows: list[GroupMember]
    sharings: list[Sharing]
    cases: list[RegistrationCase]
    stays: list[Stay] = field(init=False)

    def __post_init__(self) -> None:
        self.stays = stays_of(self._memberships())

    def _memberships(self) -> Iterator[Membership]:
        for row in self.rows:
            yield Membership(row.person_id, row.relation, row.joined_on, row.left_on, row.left_reason)

    def turns(self) -> list[TurnInWords]:
        """What happened by day, newest first; what is still to come stands before it."""
        events = events_of(self._memberships(), self._shares(), self.group.dissolved_on)
        cases = {case.pk: case for case in self.cases}
        say = _Speech({row.person_id: row.person.name for row in self.rows})
        effects = list(effects_of(self.cases))
        return [
            TurnInWords(turn.day, cases.get(turn.case or 0), say.lines(turn.events))
            for turn in turns_of(events, effects)
        ]

    def _shares(self) -> Iterator[Share]:
        persons = {row.pk: row.person_id for row in self.rows}
        for one in self.sharings:
            yield Share(persons[one.payer_id], one.rank, one.share_limit, one.starts_on, one.ends_on)

    def stays_on(self, day: dt.date) -> dict[int, Stay]:
        """By person, of those who are members that day."""
        return {
            stay.person: stay
            for stay in self.stays
            if stay.joined_on <= day and (stay.left_on is None or day < stay.left_on)
        }

    def former(self, day: dt.date) -> list[FormerMember]:
        """Who is no longer a member by that day; who stayed under another relation or owner is none of them."""
        last = {(row.person_id, row.joined_on): row for row in self.rows if row.joined_on != row.left_on}
        return [
            FormerMember(last[stay.person, stay.last.joined_on], stay.joined_on, reason_in_words(stay.last.reason))
            for stay in self.stays
            if stay.left_on is not None and stay.left_on <= day
        ]

    @property
    def open_case(self) -> RegistrationCase | None:
        return next((case for case in self.cases if case.is_open), None)


def history_of(group: MutualAidGroup) -> GroupHistory:
    """Four queries, however many members and cases there are."""
    related = ("handled_by", "reviewed_by", "import_family__batch__region")
    cases = group.cases.select_related(*related).prefetch_related("lines")
    return GroupHistory(
        group=group,
        rows=list(group.members.select_related("person").order_by("joined_on", "seat")),
        sharings=list(group.sharings.all()),
        cases=list(cases),
    )


def effects_of(cases: Iterable[RegistrationCase]) -> Iterator[Effect]:
    """On which days each effective case reaches whom: who joins, from the day on the form; else from its decision."""
    for case in cases:
        if case.state != CaseState.EFFECTIVE or case.effective_on is None or case.decided_at is None:
            continue
        decided_on = timezone.localdate(case.decided_at)
        for line in case.lines.all():
            joins = line.action == LineAction.JOIN
            first = line.starts_on if joins else max(line.starts_on, decided_on)
            yield Effect(
                case=case.pk,
                person=line.person_id,
                first_on=first,
                last_on=first if joins else max(first, case.effective_on),
                ends_on=line.last_on + dt.timedelta(days=1) if line.last_on else None,
            )


def reason_in_words(reason: str) -> str:
    """Why somebody left: a cause, a kind of business, or what a command was given."""
    return str(REASONS.get(reason, reason))


class _Speech:
    """Events in words. `names`: by person."""

    def __init__(self, names: Mapping[int, str]) -> None:
        self.names, self.relations = names, code_labels("relation")
        self.phrases: dict[What, Callable[[Event], str]] = {
            "founded": self._joins,
            "joined": self._joins,
            "left": lambda event: _("{name} ({why})").format(
                name=self._name(event), why=reason_in_words(str(event.after))
            ),
            "dissolved": lambda event: reason_in_words(str(event.after)),
            "handed_over": lambda event: f"{self.names[_key(event.before)]} → {self._name(event)}",
            "relation": lambda event: self._moves(event, self._relation),
            "term": lambda event: _("{name}: {value}").format(name=self._name(event), value=_last_day(event.after)),
            "shares": lambda event: _("{name} ({why})").format(name=self._name(event), why=self._terms(event.share)),
            "order": lambda event: self._moves(event, _place),
            "limit": lambda event: self._moves(event, _amount),
            "stops_sharing": self._name,
        }

    def lines(self, events: Iterable[Event]) -> tuple[TurnLine, ...]:
        return tuple(
            TurnLine(str(TITLES[what]), tuple(self.phrases[what](event) for event in same))
            for what, same in groupby(events, key=lambda event: event.what)
        )

    def _name(self, event: Event) -> str:
        return self.names[event.person]

    def _relation(self, code: Any) -> str:
        return self.relations.get(code, code)

    def _joins(self, event: Event) -> str:
        why = [self._relation(event.after), *([self._terms(event.share)] if event.share else [])]
        return _("{name} ({why})").format(name=self._name(event), why=_(", ").join(why))

    def _terms(self, share: Share | None) -> str:
        if share is None:
            return ""
        if share.limit is None:
            return _("pays at place {n}").format(n=share.rank)
        return _("pays at place {n}, at most {amount} yuan a year").format(n=share.rank, amount=share.limit)

    def _moves(self, event: Event, words: Callable[[Any], str]) -> str:
        return _("{name}: {before} → {after}").format(
            name=self._name(event), before=words(event.before), after=words(event.after)
        )


def _key(person: Any) -> int:
    return int(person)


def _place(rank: Any) -> str:
    return _("place {n}").format(n=rank)


def _amount(limit: Any) -> str:
    return _("without limit") if limit is None else _("{n} yuan").format(n=limit)


def _last_day(left_on: Any) -> str:
    return _("until released") if left_on is None else date_format(left_on - dt.timedelta(days=1), "Y-m-d")
