"""The form for a group that there is: members are added, changed, released, the group is handed over or dissolved.

Present members have a row each, filled with what holds on the day; only what differs becomes a line of the case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import AmountField, DayField
from accounts.models import Staff
from families.forms.rows import (
    RowForm,
    check_rows,
    declared_from,
    line_of,
    ready,
    relation_choices,
    rows_from,
    within,
)
from families.models import CaseLine, GroupMember, MutualAidGroup, RegistrationCase
from families.models.case import ENDING, CaseKind, Cause, LineAction
from families.rules.kinship import OWNER
from families.rules.policy import SEATS
from families.rules.succession import Relative, relation_to
from families.selectors import Terms, group_on
from families.services.case_forms import CaseInput, LineInput
from families.services.plans.places import places_of


class ChangeHead(forms.Form):
    """What the form says of the business as a whole."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False, initial=0)
    starts_on = DayField(label=_("Effective from"), initial=timezone.localdate)
    cause = forms.ChoiceField(label=_("Cause"), choices=[("", _("choose")), *Cause.choices], required=False)
    agent_name = forms.CharField(label=_("Agent"), max_length=60, required=False)
    power_of_attorney = forms.CharField(label=_("Power of attorney no."), max_length=60, required=False)


TERMS = ("relation", "shares", "rank", "share_limit", "last_on")
# What each business asks of a present member, and of the owner, the present one or the next.
Fields = Mapping[str, tuple[str, ...]]
ASKED: Fields = {CaseKind.CHANGE: TERMS, CaseKind.RELEASE: ("leaves",), CaseKind.HAND_OVER: ("leaves", *TERMS)}
ASKED_OF_OWNERS: Fields = {CaseKind.CHANGE: ("share_limit",), CaseKind.HAND_OVER: ("share_limit",)}


class MemberRow(forms.Form):
    """A present member. What the kind of business does not change is not asked, and not read."""

    leaves = forms.BooleanField(required=False)
    relation = forms.ChoiceField(required=False)
    shares = forms.BooleanField(required=False)
    rank = forms.IntegerField(min_value=1, max_value=SEATS, required=False)
    share_limit = AmountField(required=False)
    last_on = DayField(required=False)

    def __init__(
        self,
        data: QueryDict | None,
        *,
        kind: str,
        member: GroupMember,
        terms: Terms,
        becomes_owner: bool,
        shown: dict[str, Any],
    ) -> None:
        """`shown`: what the row is filled with instead of what holds: a draft, or what is proposed."""
        stored = {
            "relation": member.relation,
            "shares": terms.rank is not None,
            "rank": terms.rank,
            "share_limit": terms.share_limit,
            "last_on": member.left_on - dt.timedelta(days=1) if member.left_on else None,
        }
        super().__init__(data, prefix=f"m{member.person_id}", initial=stored | shown)
        self.member, self.terms, self.stored = member, terms, stored
        self.is_owner = member.relation == OWNER
        self.becomes_owner = becomes_owner
        asked = ASKED_OF_OWNERS if becomes_owner or (self.is_owner and kind != CaseKind.HAND_OVER) else ASKED
        self.fields = {name: self.fields[name] for name in asked.get(kind, ())}
        relation = self.fields.get("relation")
        if isinstance(relation, forms.ChoiceField):
            relation.choices = relation_choices()

    def given(self) -> dict[str, Any]:
        """What the row says: typed, or as it was shown; what was not asked stands as it is."""
        if not self.is_bound:
            return self.stored | {name: self.initial.get(name) for name in self.fields}
        self.is_valid()
        return self.stored | self.cleaned_data


@dataclass
class GroupForm:
    """The whole form. `members`: the present ones by seat; `rows`: newcomers; `successor`: who becomes the owner."""

    kind: str
    group: MutualAidGroup
    head: ChangeHead
    members: list[MemberRow]
    rows: list[RowForm] = field(default_factory=list)
    declared: frozenset[tuple[int, int]] = frozenset()
    successor: int | None = None

    @classmethod
    def from_post(cls, data: QueryDict, *, kind: str, group: MutualAidGroup, staff: Staff) -> GroupForm:
        successor = _number(data.get("successor", ""))
        rows = rows_from(data, staff) if kind == CaseKind.ADD else []
        members = _member_rows(kind, group, successor, data=data)
        return cls(kind, group, ChangeHead(data), members, rows, declared_from(data), successor)

    @classmethod
    def blank(cls, *, kind: str, group: MutualAidGroup, staff: Staff, key: UUID, successor: int | None) -> GroupForm:
        head = ChangeHead(initial={"key": key, "starts_on": timezone.localdate()})
        rows = [RowForm(prefix="1", staff=staff)] if kind == CaseKind.ADD else []
        return cls(kind, group, head, _member_rows(kind, group, successor), rows, successor=successor)

    @classmethod
    def from_case(cls, case: RegistrationCase, group: MutualAidGroup, *, staff: Staff) -> GroupForm:
        lines = list(case.lines.select_related("person__region").order_by("position"))
        successor = next(
            (line.person_id for line in lines if line.relation == OWNER and line.action == LineAction.CHANGE), None
        )
        terms = {line.person_id: _shown(line) for line in lines}
        joins = [line for line in lines if line.action == LineAction.JOIN]
        rows = [RowForm.of_line(line, str(number), staff) for number, line in enumerate(joins, start=1)]
        if case.kind == CaseKind.ADD:
            rows.append(RowForm(prefix=str(len(rows) + 1), staff=staff))
        fields = ("version", "cause", "agent_name", "power_of_attorney")
        head = ChangeHead(
            initial={name: getattr(case, name) for name in fields}
            | {"key": case.submission_key, "starts_on": lines[0].starts_on}
        )
        members = _member_rows(case.kind, group, successor, stored=terms)
        declared = frozenset((payer, taker) for payer, taker in case.declared_pairs)
        return cls(case.kind, group, head, members, rows, declared, successor)

    nothing_asked = _("Nothing is asked for yet: say what changes.")

    @property
    def filled(self) -> bool:
        """Whether anything is asked for."""
        return bool(self._lines(timezone.localdate()))

    def is_valid(self) -> bool:
        valid = self.head.is_valid()
        if self.kind in ENDING and not self.head.data.get("cause"):
            self.head.add_error("cause", _("Say why."))
            valid = False
        for row in self.members:
            valid &= self._check_member(row)
        taken = {row.terms.rank for row in self.members if row.terms.rank is not None}
        return valid & check_rows(self.rows, taken_ranks=taken)

    def _check_member(self, row: MemberRow) -> bool:
        given = row.given()
        if "relation" not in row.fields or given.get("leaves"):
            return not row.errors
        if not given.get("relation") and "relation" not in row.errors:
            row.add_error("relation", _("Choose the relation to the owner, or let the member leave."))
        if given.get("shares") and not given.get("rank") and "rank" not in row.errors:
            row.add_error("rank", _("Say at which place this account pays."))
        return not row.errors

    def take_version(self, version: int) -> None:
        """Go on from the stored version, for a clerk who was told and saves again."""
        self.head.data = {name: self.head.data[name] for name in self.head.data} | {"version": str(version)}

    def case_input(self) -> CaseInput:
        """What is asked for, for the services. Expects a valid head."""
        head = self.head.cleaned_data if self.head.is_bound else self.head.initial
        lines = self._lines(head["starts_on"])
        present = {row.member.person_id for row in self.members}
        return CaseInput(
            key=head["key"],
            owner_id=next(row.member.person_id for row in self.members if row.is_owner),
            kind=self.kind,
            group_id=self.group.pk,
            lines=lines,
            declared=within(self.declared, present | {line.person_id for line in lines}),
            cause=(head.get("cause") or "") if self.kind in ENDING else "",
            agent_name=head.get("agent_name") or "",
            power_of_attorney=head.get("power_of_attorney") or "",
            version=head.get("version") or 0,
        )

    def _lines(self, day: dt.date) -> list[LineInput]:
        if self.kind == CaseKind.ADD:
            return [line_of(row, day) for row in ready(self.rows)]
        lines = (self._line(row, row.given(), day) for row in self.members)
        return [line for line in lines if line is not None]

    def _line(self, row: MemberRow, given: dict[str, Any], day: dt.date) -> LineInput | None:
        """What is asked of a present member; None where nothing is."""
        if self.kind == CaseKind.DISSOLVE or given.get("leaves"):
            return LineInput(row.member.person_id, row.member.relation, False, day, action=LineAction.LEAVE)
        if self.kind == CaseKind.RELEASE:
            return None
        if row.becomes_owner:
            given |= {"relation": OWNER, "shares": True, "rank": 1, "last_on": None}
        shares = bool(given["shares"])
        line = LineInput(
            person_id=row.member.person_id,
            relation=given["relation"] or row.member.relation,
            shares=shares,
            rank=(given.get("rank") or SEATS) if shares else None,
            share_limit=given.get("share_limit") if shares else None,
            starts_on=day,
            last_on=given.get("last_on"),
            action=LineAction.CHANGE,
        )
        changed = any(getattr(line, name) != row.stored[name] for name in TERMS)
        return line if changed or self.kind == CaseKind.HAND_OVER else None


def _shown(line: CaseLine) -> dict[str, Any]:
    """A stored line as its row is filled; who leaves keeps what else the row would say."""
    if line.action == LineAction.LEAVE:
        return {"leaves": True}
    return {name: getattr(line, name) for name in TERMS}


def _member_rows(
    kind: str,
    group: MutualAidGroup,
    successor: int | None,
    *,
    data: QueryDict | None = None,
    stored: dict[int, dict[str, Any]] | None = None,
) -> list[MemberRow]:
    """A row for each member of today as agreed, what is still to come included: saying nothing undoes none of it."""
    today = timezone.localdate()
    agreed = {place.stored.pk: place for place in places_of(group, today) if place.stored is not None}
    members = [
        (member, Terms(agreed[member.pk].rank, agreed[member.pk].share_limit))
        for member, _terms in group_on(group, today).members
    ]
    proposals = _proposals(members, successor) if kind == CaseKind.HAND_OVER else {}
    return [
        MemberRow(
            data,
            kind=kind,
            member=member,
            terms=terms,
            becomes_owner=kind == CaseKind.HAND_OVER and member.person_id == successor,
            shown=proposals.get(member.person_id, {}) | (stored or {}).get(member.person_id, {}),
        )
        for member, terms in members
    ]


def _proposals(members: Iterable[tuple[GroupMember, Terms]], successor: int | None) -> dict[int, dict[str, Any]]:
    """Relation to the new owner, by person; the former owner, who pays first by now, pays last among the others."""
    rows = {member.person_id: member for member, _terms in members}
    if successor not in rows:
        return {}
    owner = next(member for member in rows.values() if member.relation == OWNER)
    ranks = [terms.rank for _member, terms in members if terms.rank is not None]
    heir = rows[successor]
    proposals: dict[int, dict[str, Any]] = {}
    for person, member in rows.items():
        if person != successor:
            relation = relation_to(_relative(heir), _relative(member), owner_gender=owner.person.gender)
            proposals[person] = {"relation": relation or ""}
    freed = next((terms.rank for member, terms in members if member is heir), None)
    proposals[owner.person_id]["rank"] = freed or max(ranks, default=1) + 1
    return proposals


def _relative(member: GroupMember) -> Relative:
    return Relative(member.relation, member.person.gender, member.person.born_on)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
