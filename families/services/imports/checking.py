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

from django.db.models import Q

from accounts import keys
from accounts.models import Code, InsuredPerson, Region, Staff
from accounts.rules.identity import mask_name, mask_number
from families.models import GroupMember, MutualAidGroup, RegistrationCase
from families.models.case import OPEN, CaseKind
from families.person_facts import Known, known_from
from families.rules.facts import PastMembership
from families.rules.findings import Level, Preflight
from families.rules.kinship import OWNER
from families.rules.policy import SEATS, Policy
from families.rules.preflight import check_family
from families.selectors import PolicyBook
from families.services.groups import Binding, NewMember, applicants_of, lock_persons
from families.services.imports.faults import RowFault
from families.services.imports.findings import Rows, faults_from, warnings_from
from families.services.imports.reading import FormFamily
from families.services.imports.rows import FormRow, Named, Tables
from families.services.lookup import look_ups_left
from families.services.plans import GroupChange, plan_change

DOCUMENTS = "documents"
Members = Sequence[tuple[FormRow, InsuredPerson]]


@dataclass
class Checked:
    """What the check of one family says. Ready families have a `binding` (a new group) or a `change` (of `group`).

    `persons`: whom the rows name, as far as they are known; a family without faults and without anything to do is
    known already.
    """

    faults: list[RowFault]
    warnings: list[RowFault] = field(default_factory=list)
    persons: list[int] = field(default_factory=list)
    owner: InsuredPerson | None = None
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
        chunk = _Chunk(families, by=self._by, today=self.today)
        chunk.find_persons(look_elsewhere=lock or len(self.refused) < self._look_ups_left)
        self.refused |= chunk.refused
        if lock:
            chunk.lock()
        chunk.gather()
        return [self._check(chunk, family) for family in families]

    def _check(self, chunk: _Chunk, family: FormFamily) -> Checked:
        members, faults = chunk.members_of(family)
        owner, owner_faults = chunk.owner_of(family)
        checked = Checked(sorted([*family.faults, *owner_faults, *faults], key=lambda fault: fault.row))
        checked.persons = [person.pk for _row, person in members] + ([owner.pk] if owner else [])
        checked.owner = owner
        if owner is None:
            return checked
        checked.faults += chunk.open_elsewhere(family, owner)
        if members:
            self._judge(checked, chunk, family, owner, members)
        if not checked.faults:
            self._claim(checked, family)
        return checked

    def _judge(
        self, checked: Checked, chunk: _Chunk, family: FormFamily, owner: InsuredPerson, members: Members
    ) -> None:
        checked.group = chunk.groups.get(owner.pk)
        joining = [_joining(row, person, self.today) for row, person in members]
        policy = checked.policy = chunk.policies.on(owner.region, min(member.starts_on for member in joining))
        if policy.proof_mode == DOCUMENTS:
            checked.faults.append(RowFault(family.owner_row, "owner_number", "documents_asked"))
        if checked.group is None:
            self._create(checked, chunk, family, owner, policy, members, joining)
        else:
            self._add(checked, chunk.members_in[checked.group.pk], family, checked.group, members, joining)

    def _create(
        self,
        checked: Checked,
        chunk: _Chunk,
        family: FormFamily,
        owner: InsuredPerson,
        policy: Policy,
        members: Members,
        joining: Sequence[NewMember],
    ) -> None:
        first_day = min(member.starts_on for member in joining)
        everybody = [NewMember(owner.pk, OWNER, first_day, rank=1), *joining]
        facts = {
            member.person_id: chunk.known[member.person_id].on(first_day, self._claimed.get(member.person_id, ()))
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
            stay = there.get(person.pk)
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

    def claim(self, person_id: int, stay: PastMembership) -> None:
        """Count a family that is not in the chunk as bound already."""
        self._claimed[person_id].append(stay)


def claimed_by(family: FormFamily) -> str:
    """A mark instead of a group's number: the family of the same file."""
    return f"#{family.number or family.owner_row}"


def _joining(row: FormRow, person: InsuredPerson, today: dt.date) -> NewMember:
    return NewMember(
        person_id=person.pk,
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


class _Chunk:
    """What the database knows of the persons of some families, read in a few queries however many there are."""

    def __init__(self, families: Sequence[FormFamily], *, by: Staff, today: dt.date) -> None:
        self._families, self._by, self._today = families, by, today
        self._found: dict[Named, int] = {}
        self._misnamed: set[Named] = set()
        self.refused: set[Named] = set()
        self.known: dict[int, Known] = {}
        self.groups: dict[int, MutualAidGroup] = {}
        self.members_in: dict[int, dict[int, GroupMember]] = defaultdict(dict)
        self._open: dict[int, str] = {}
        self._open_of_group: dict[int, str] = {}

    def find_persons(self, *, look_elsewhere: bool) -> None:
        """By certificate; under that of a merged record, the one that stands for it. The name has to agree.

        Outside the scope, nothing tells that the number alone exists (ADR 0009).
        """
        wanted = defaultdict(set)
        for family in self._families:
            for one in _named_in(family):
                wanted[one.cert_type, keys.number_digest(one.number)].add(one)
        records = InsuredPerson.objects.filter(certno_digest__in=[digest for _type, digest in wanted])
        for key, cert_type, digest, name, path, stands_for, other_name, other_path in records.values_list(
            "pk", "cert_type", "certno_digest", "name", "region__path",
            "merged_into", "merged_into__name", "merged_into__region__path",
        ):  # fmt: skip
            in_scope = (other_path or path).startswith(self._by.region.path)
            for one in wanted.get((cert_type, bytes(digest)), ()):
                if one.name not in (name, other_name):
                    (self._misnamed if in_scope else self.refused).add(one)
                elif in_scope or look_elsewhere:
                    self._found[one] = stands_for or key

    @property
    def _owners(self) -> list[int]:
        return [self._found[family.owner] for family in self._families if family.owner in self._found]

    def lock(self) -> None:
        """The groups of the owners, then everybody named and every member, by primary key."""
        groups = [group.pk for group in _groups_of(self._owners, self._today).values()]
        list(MutualAidGroup.objects.filter(pk__in=groups).order_by("pk").select_for_update().values_list("pk"))
        members = GroupMember.objects.filter(group__in=groups).values_list("person", flat=True)
        lock_persons([*members, *self._found.values()])

    def gather(self) -> None:
        owners = self._owners
        first_day = min(
            [self._today, *(row.starts_on for family in self._families for row in family.rows if row.starts_on)]
        )
        self.known = known_from(set(self._found.values()), day=first_day)
        self.policies = PolicyBook({self.known[owner].person.region for owner in owners})
        self.groups = _groups_of(owners, self._today)
        rows = GroupMember.objects.filter(group__in=self.groups.values()).exclude(left_on__lte=self._today)
        for row in rows:
            self.members_in[row.group_id][row.person_id] = row
        self._gather_open_cases(owners)

    def _gather_open_cases(self, owners: Sequence[int]) -> None:
        groups = [group.pk for group in self.groups.values()]
        cases = RegistrationCase.objects.filter(
            Q(kind=CaseKind.CREATE, owner__in=owners) | Q(group__in=groups), state__in=OPEN
        )
        for number, kind, owner, group in cases.values_list("number", "kind", "owner", "group"):
            if kind == CaseKind.CREATE:
                self._open[owner] = number
            else:
                self._open_of_group[group] = number

    def owner_of(self, family: FormFamily) -> tuple[InsuredPerson | None, list[RowFault]]:
        if family.owner is None:
            return None, []
        owner, faults = self._person(family.owner, family.owner_row, "owner")
        if owner is not None and not owner.region.path.startswith(self._by.region.path):
            return None, [RowFault(family.owner_row, "owner_number", "other_region", sentence="owner_elsewhere")]
        return owner, faults

    def members_of(self, family: FormFamily) -> tuple[list[tuple[FormRow, InsuredPerson]], list[RowFault]]:
        """The members on the roster, with their rows; and what is wrong with the others."""
        members, faults = [], list[RowFault]()
        for row in family.rows:
            if row.member is None:
                continue
            person, wrong = self._person(row.member, row.number, "member")
            if person is not None and not wrong:
                wrong = _region_faults(row, person)
            faults += wrong
            if person is not None and not wrong:
                members.append((row, person))
        return members, faults

    def _person(self, named: Named, row: int, whose: str) -> tuple[InsuredPerson | None, list[RowFault]]:
        if named in self._found:
            return self.known[self._found[named]].person, []
        if named in self._misnamed:
            values = {"value": mask_name(named.name)}
            return None, [RowFault(row, f"{whose}_name", "name_mismatch", values)]
        return None, [RowFault(row, f"{whose}_number", "not_insured", {"value": mask_number(named.number)})]

    def open_elsewhere(self, family: FormFamily, owner: InsuredPerson) -> list[RowFault]:
        group = self.groups.get(owner.pk)
        number = self._open_of_group.get(group.pk) if group else self._open.get(owner.pk)
        return [RowFault(family.owner_row, "owner_number", "open_elsewhere", {"value": number})] if number else []


def _named_in(family: FormFamily) -> list[Named]:
    return [one for one in (family.owner, *(row.member for row in family.rows)) if one is not None]


def _region_faults(row: FormRow, person: InsuredPerson) -> list[RowFault]:
    """The form may name the person's region or one above it."""
    if not row.region or f"/{row.region}/" in person.region.path:
        return []
    return [RowFault(row.number, "region", "other_region", {"value": row.region}, "region_differs")]


def _groups_of(owners: Sequence[int], today: dt.date) -> dict[int, MutualAidGroup]:
    """The group that each of these persons owns today or will own."""
    stays = (
        GroupMember.objects.filter(person__in=owners, relation=OWNER)
        .exclude(left_on__lte=today)
        .filter(Q(group__dissolved_on=None) | Q(group__dissolved_on__gt=today))
        .select_related("group__region")
        .order_by("-joined_on")
    )
    return {stay.person_id: stay.group for stay in stays}
