"""Families of a batch checked against roster, groups and policy: many at once, by the rules of the counter.

A chunk is checked as if the families before it were bound already, in the order of the file: of two families that
name the same person, the first that is in order has the person. `lock` makes the answer hold until the transaction
ends; without it nothing is locked.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from accounts.models import Code, Region, Staff
from families.models import GroupMember, MutualAidGroup
from families.models.case import CaseKind
from families.person_facts import Known
from families.rules.facts import PastMembership
from families.rules.findings import Level, Preflight
from families.rules.kinship import OWNER
from families.rules.policy import SEATS, Policy
from families.rules.preflight import check_family
from families.services.groups import Binding, NewMember, applicants_of
from families.services.imports.faults import RowFault
from families.services.imports.findings import Rows, faults_from, warnings_from
from families.services.imports.reading import FormFamily
from families.services.imports.roster import Roster
from families.services.imports.rows import FormRow, Named, Tables
from families.services.lookup import look_ups_left
from families.services.plans import GroupChange, plan_change

DOCUMENTS = "documents"
Members = Sequence[tuple[FormRow, Known]]


@dataclass
class Checked:
    """What the check of one family says. Ready families have a `binding` (a new group) or a `change` (of `group`).

    `persons`: whom the rows name, as far as they are known; a family without faults and without anything to do is
    known already.
    """

    faults: list[RowFault]
    warnings: list[RowFault] = field(default_factory=list)
    persons: list[int] = field(default_factory=list)
    owner_id: int | None = None
    group: MutualAidGroup | None = None
    binding: Binding | None = None
    change: GroupChange | None = None
    policy: Policy | None = None

    @property
    def is_ready(self) -> bool:
        return not self.faults and (self.binding is not None or self.change is not None)

    @property
    def members(self) -> Sequence[NewMember]:
        if self.binding is not None:
            return self.binding.members
        return self.change.joins if self.change is not None else ()


def tables_for(*, today: dt.date) -> Tables:
    """The words that rows may use, read once for a whole file."""
    cert_types: dict[str, str] = {}
    for code in Code.objects.filter(table="psn_cert_type"):
        cert_types |= {code.code: code.code, code.name_zh: code.code, code.name_en: code.code}
    regions = dict(Region.objects.values_list("name", "code"))
    regions |= dict(zip(regions.values(), regions.values(), strict=True))
    # What forms say for the commonest of them.
    cert_types |= dict.fromkeys(("身份证", "居民身份证", "二代身份证"), "01")
    return Tables(cert_types=cert_types, regions=regions, today=today)


class Checker:
    """Checks chunk after chunk of one file; remembers whom the families before have claimed.

    `refused`: named with a wrong name, outside the scope; too many of them end the looking there (ADR 0009).
    """

    def __init__(self, *, by: Staff, today: dt.date) -> None:
        self.today = today
        self._by = by
        self._look_ups_left = look_ups_left(by)
        self.refused: set[Named] = set()
        self._claimed: dict[int, list[PastMembership]] = defaultdict(list)

    @property
    def refused_names(self) -> set[tuple[str, str]]:
        return {(one.number, one.name) for one in self.refused}

    def check(self, families: Sequence[FormFamily], *, lock: bool = False) -> list[Checked]:
        """One answer for each family, in their order, which is that of the file."""
        roster = Roster(families, by=self._by, today=self.today)
        roster.find_persons(look_elsewhere=lock or len(self.refused) < self._look_ups_left)
        self.refused |= roster.refused
        if lock:
            roster.lock()
        roster.gather()
        return [self._check(roster, family) for family in families]

    def _check(self, roster: Roster, family: FormFamily) -> Checked:
        members, faults = roster.members_of(family)
        owner, owner_faults = roster.owner_of(family)
        checked = Checked(sorted([*family.faults, *owner_faults, *faults], key=lambda fault: fault.row))
        checked.persons = [person.person_id for _row, person in members]
        if owner is None:
            return checked
        checked.owner_id = owner.person_id
        checked.persons.append(owner.person_id)
        checked.faults += roster.open_elsewhere(family, owner)
        if members:
            self._judge(checked, roster, family, owner, members)
        if not checked.faults:
            self._claim(checked, family)
        return checked

    def _judge(self, checked: Checked, roster: Roster, family: FormFamily, owner: Known, members: Members) -> None:
        checked.group = roster.groups.get(owner.person_id)
        joining = [_joining(row, person, self.today) for row, person in members]
        policy = checked.policy = roster.policies.on(owner.region.path, min(member.starts_on for member in joining))
        if policy.proof_mode == DOCUMENTS:
            checked.faults.append(RowFault(family.owner_row, "owner_number", "documents_asked"))
        if checked.group is None:
            self._create(checked, roster, family, owner, policy, members, joining)
        else:
            self._add(checked, roster.members_in[checked.group.pk], family, checked.group, members, joining)

    def _create(
        self,
        checked: Checked,
        roster: Roster,
        family: FormFamily,
        owner: Known,
        policy: Policy,
        members: Members,
        joining: Sequence[NewMember],
    ) -> None:
        first_day = min(member.starts_on for member in joining)
        everybody = [NewMember(owner.person_id, OWNER, first_day, rank=1), *joining]
        facts = {
            member.person_id: roster.known[member.person_id].on(first_day, self._claimed.get(member.person_id, ()))
            for member in everybody
        }
        preflight = check_family(applicants_of(everybody, facts), policy=policy)
        rows: Rows = {1: (family.owner_row, None)}
        rows |= {position: (row.number, row) for position, (row, _person) in enumerate(members, start=2)}
        _take(checked, preflight, rows)
        if not checked.faults:
            checked.binding = Binding(owner.region, everybody, policy, preflight)

    def _add(
        self,
        checked: Checked,
        there: Mapping[int, GroupMember],
        family: FormFamily,
        group: MutualAidGroup,
        members: Members,
        joining: Sequence[NewMember],
    ) -> None:
        """Members that the group has already are left out; what differs is told, because an import changes nobody."""
        new = []
        for (row, person), member in zip(members, joining, strict=True):
            stay = there.get(person.person_id)
            if stay is None:
                new.append((row, member))
            elif stay.relation != member.relation:
                values = {"value": group.number}
                checked.faults.append(RowFault(row.number, "relation", "already_in_group", values, "member_differs"))
        if not new:
            return
        joins = [member for _row, member in new]
        change = GroupChange(
            kind=CaseKind.ADD,
            day=min(member.starts_on for member in joins),
            joins=joins,
            stays={member.person_id: self._claimed.get(member.person_id, []) for member in joins},
        )
        plan = plan_change(group, change)
        newcomers = iter(new)
        rows: Rows = {
            place.position: (family.owner_row, None) if place.stored else _row_of(next(newcomers))
            for place in plan.places
        }
        _take(checked, plan.preflight, rows)
        if not checked.faults:
            checked.change = change

    def _claim(self, checked: Checked, family: FormFamily) -> None:
        policy = checked.policy
        for member in checked.members:
            exclusive = policy is not None and policy.one_group_per_person
            stay = PastMembership(claimed_by(family), member.starts_on, member.left_on, exclusive)
            self._claimed[member.person_id].append(stay)


def claimed_by(family: FormFamily) -> str:
    """A mark instead of a group's number: the family of the same file."""
    return f"#{family.number or family.owner_row}"


def _joining(row: FormRow, person: Known, today: dt.date) -> NewMember:
    return NewMember(
        person_id=person.person_id,
        relation=row.relation,
        starts_on=row.starts_on or today,
        rank=(row.rank or SEATS) if row.shares else None,
        share_limit=row.share_limit if row.shares else None,
        left_on=row.last_on + dt.timedelta(days=1) if row.last_on else None,
    )


def _row_of(newcomer: tuple[FormRow, NewMember]) -> tuple[int, FormRow]:
    return newcomer[0].number, newcomer[0]


def _take(checked: Checked, preflight: Preflight, rows: Rows) -> None:
    checked.faults += faults_from(preflight.failures, rows)
    checked.faults.sort(key=lambda fault: fault.row)
    checked.warnings = warnings_from((one for one in preflight.findings if one.level is Level.WARN), rows)
