"""The form of a case as the clerk fills it, and the pre-flight check of it, now and when it was submitted.

One form for every kind of business: a line for each person concerned, who joins, changes or leaves.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import InsuredPerson
from families.models import MutualAidGroup, RegistrationCase
from families.models.case import CaseKind, LineAction
from families.rules.findings import Preflight
from families.rules.kinship import OWNER
from families.rules.policy import SEATS, Policy
from families.rules.preflight import check_family
from families.selectors import Terms, policy_on
from families.services.groups import GroupDissolved, NewMember, applicants_of
from families.services.plans import GroupChange, MemberTerms, plan_change


@dataclass(frozen=True, slots=True)
class LineInput:
    """One row of the form. `share_limit`: yuan per calendar year; `last_on`: the last day, included."""

    person_id: int
    relation: str
    shares: bool
    starts_on: dt.date
    rank: int | None = None
    share_limit: Decimal | None = None
    last_on: dt.date | None = None
    action: str = LineAction.JOIN

    @property
    def left_on(self) -> dt.date | None:
        return self.last_on + dt.timedelta(days=1) if self.last_on else None

    def as_member(self) -> NewMember:
        return NewMember(
            person_id=self.person_id,
            relation=self.relation,
            starts_on=self.starts_on,
            rank=self.rank if self.shares else None,
            share_limit=self.share_limit if self.shares else None,
            left_on=self.left_on,
        )

    def as_terms(self) -> MemberTerms:
        return MemberTerms(
            person_id=self.person_id,
            relation=self.relation,
            rank=self.rank if self.shares else None,
            share_limit=self.share_limit if self.shares else None,
            left_on=self.left_on,
        )


@dataclass(frozen=True, slots=True)
class CaseInput:
    """The form as the clerk filled it.

    `key`: made by the page once, so that a double click makes one case; `version`: of the draft that the form was
    filled from, 0 for one that was not stored yet. `group_id`: of every kind but a creation. `declared`: pairs of
    persons, payer and beneficiary. `corrects`: the rejected case that this one is sent instead of.
    """

    key: UUID
    owner_id: int
    lines: Sequence[LineInput]
    declared: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    agent_name: str = ""
    power_of_attorney: str = ""
    kind: str = CaseKind.CREATE
    group_id: int | None = None
    cause: str = ""
    corrects_id: int | None = field(default=None, compare=False)
    version: int = field(default=0, compare=False)

    def in_order(self) -> CaseInput:
        """As it is stored: whoever owns the group afterwards first, those who leave last."""
        lines = sorted(self.lines, key=lambda line: (line.relation != OWNER, line.action == LineAction.LEAVE))
        return replace(self, lines=lines)

    @property
    def first_day(self) -> dt.date:
        return min(line.starts_on for line in self.lines)

    def as_change(self, *, today: dt.date) -> GroupChange:
        """What the case does to its group. Newcomers may begin in the past; everything else from today on."""
        joins = [line.as_member() for line in self.lines if line.action == LineAction.JOIN]
        return GroupChange(
            kind=self.kind,
            day=self.first_day if self.kind == CaseKind.ADD else max(self.first_day, today),
            joins=joins,
            terms=[line.as_terms() for line in self.lines if line.action == LineAction.CHANGE],
            leaves=[line.person_id for line in self.lines if line.action == LineAction.LEAVE],
            declared=self.declared,
            reason=self.cause,
        )


@dataclass(frozen=True, slots=True)
class CaseCheck:
    """The pre-flight check of a case with what its words need. By position: who it is, and what payers share.

    `declared`: pairs of positions; `day`: from which the case holds if it is decided today.
    """

    preflight: Preflight
    policy: Policy
    persons: dict[int, int]
    terms: dict[int, Terms]
    declared: frozenset[tuple[int, int]]
    day: dt.date

    @property
    def passes(self) -> bool:
        return self.preflight.passes


def check_case(form: CaseInput) -> CaseCheck:
    """The live pre-flight check of a form: reads, locks nothing, writes nothing. Raises: GroupDissolved."""
    if form.kind == CaseKind.CREATE:
        return _check_creation(form)
    group = MutualAidGroup.objects.select_related("region").get(pk=form.group_id or 0)
    change = form.as_change(today=timezone.localdate())
    if group.dissolved_on is not None and group.dissolved_on <= change.day:
        raise GroupDissolved(group)
    plan = plan_change(group, change)
    positions = {place.person_id: place.position for place in plan.places}
    return CaseCheck(
        preflight=plan.preflight,
        policy=plan.policy,
        persons={place.position: place.person_id for place in plan.places} | plan.strangers,
        terms={
            place.position: Terms(place.rank, place.share_limit) for place in plan.staying if place.rank is not None
        },
        declared=_by_position(form.declared, positions),
        day=change.day,
    )


def _check_creation(form: CaseInput) -> CaseCheck:
    owner = InsuredPerson.objects.select_related("region").get(pk=form.owner_id)
    policy = policy_on(owner.region, form.first_day)
    declared = positions_declared(form)
    return CaseCheck(
        preflight=check_family(
            applicants_of([line.as_member() for line in form.lines]), policy=policy, declared=declared
        ),
        policy=policy,
        persons={position: line.person_id for position, line in enumerate(form.lines, start=1)},
        terms={
            position: Terms(line.rank or SEATS, line.share_limit)
            for position, line in enumerate(form.lines, start=1)
            if line.shares
        },
        declared=declared,
        day=form.first_day,
    )


def positions_declared(form: CaseInput) -> frozenset[tuple[int, int]]:
    return _by_position(
        form.declared, {line.person_id: position for position, line in enumerate(form.lines, start=1)}
    )


def _by_position(declared: frozenset[tuple[int, int]], positions: dict[int, int]) -> frozenset[tuple[int, int]]:
    return frozenset(
        (positions[payer], positions[taker]) for payer, taker in declared if payer in positions and taker in positions
    )


def form_of(case: RegistrationCase) -> CaseInput:
    """The stored case as the form it was filled from."""
    return CaseInput(
        key=case.submission_key,
        owner_id=case.owner_id,
        kind=case.kind,
        group_id=case.group_id if case.kind != CaseKind.CREATE else None,
        cause=case.cause,
        corrects_id=case.corrects_id,
        lines=[
            LineInput(
                person_id=line.person_id,
                relation=line.relation,
                shares=line.shares,
                rank=line.rank,
                share_limit=line.share_limit,
                starts_on=line.starts_on,
                last_on=line.last_on,
                action=line.action,
            )
            for line in case.lines.order_by("position")
        ],
        declared=frozenset((payer, beneficiary) for payer, beneficiary in case.declared_pairs),
        agent_name=case.agent_name,
        power_of_attorney=case.power_of_attorney,
        version=case.version,
    )


def snapshot_of(check: CaseCheck) -> dict[str, Any]:
    """What a check rests on, to be compared with a later one: findings by person, persons, versions of the policy."""
    return {
        "day": check.day.isoformat(),
        "persons": sorted(check.persons.values()),
        "findings": [
            [check.persons.get(one.position), one.rule, one.level.value, one.code, one.value]
            for one in check.preflight.findings
        ],
        "pairs": sorted(
            [check.persons[one.payer], check.persons[one.beneficiary], one.granted] for one in check.preflight.pairs
        ),
        "policy": sorted(
            [name, origin.region_code, origin.effective_on.isoformat()]
            for name, origin in check.policy.origins.items()
        ),
    }


def seen_as(case: RegistrationCase, check: CaseCheck) -> str:
    """A short digest of what a reviewer is shown: approving says which one was read."""
    papers = list(case.documents.order_by("pk").values_list("pk", flat=True))
    shown = json.dumps([case.pk, case.version, case.handled_by_id, papers, snapshot_of(check)], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()[:16]
