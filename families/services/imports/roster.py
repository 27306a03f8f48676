"""What the database knows of the persons that some families name, read in a few queries however many there are.

Outside the scope of whoever loaded the file, number and name have to be right together (ADR 0009).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Q

from accounts import keys
from accounts.bulk import any_of
from accounts.models import InsuredPerson, Staff
from accounts.rules.identity import mask_name, mask_number
from families.models import GroupMember, MutualAidGroup, RegistrationCase
from families.models.case import OPEN, CaseKind
from families.person_facts import Known, known_from
from families.rules.kinship import OWNER
from families.selectors import PolicyBook
from families.services.groups import lock_persons
from families.services.imports.faults import RowFault
from families.services.imports.reading import FormFamily
from families.services.imports.rows import FormRow, Named


class Roster:
    """First `find_persons`, then `lock` where the answer has to hold, then `gather`; after that, it only answers."""

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
        digests = {digest for _type, digest in wanted}
        found = InsuredPerson.objects.filter(any_of("certno_digest", digests)).order_by()
        records = found.values_list("pk", "cert_type", "certno_digest", "name", "region__path", "merged_into")
        stand_for = _names_and_paths([survivor for *_record, survivor in records if survivor])
        for key, cert_type, digest, name, path, survivor in records:
            other_name, its_path = stand_for[survivor] if survivor else (name, path)
            in_scope = its_path.startswith(self._by.region.path)
            for one in wanted.get((cert_type, bytes(digest)), ()):
                if one.name not in (name, other_name):
                    (self._misnamed if in_scope else self.refused).add(one)
                elif in_scope or look_elsewhere:
                    self._found[one] = survivor or key

    @property
    def _owners(self) -> list[int]:
        return [self._found[family.owner] for family in self._families if family.owner in self._found]

    def lock(self) -> None:
        """The groups of the owners, then everybody named and every member, by primary key."""
        groups = [group.pk for group in _groups_of(self._owners, self._today).values()]
        list(MutualAidGroup.objects.filter(any_of("pk", groups)).order_by("pk").select_for_update().values_list("pk"))
        members = GroupMember.objects.filter(any_of("group", groups)).order_by().values_list("person", flat=True)
        lock_persons([*members, *self._found.values()])

    def gather(self) -> None:
        owners = self._owners
        first_day = min(
            [self._today, *(row.starts_on for family in self._families for row in family.rows if row.starts_on)]
        )
        self.known = known_from(set(self._found.values()), day=first_day)
        self.policies = PolicyBook.of({self.known[owner].region.path for owner in owners})
        self.groups = _groups_of(owners, self._today)
        members = GroupMember.objects.filter(any_of("group", [group.pk for group in self.groups.values()]))
        for row in members.exclude(left_on__lte=self._today):
            self.members_in[row.group_id][row.person_id] = row
        self._gather_open_cases(owners)

    def _gather_open_cases(self, owners: Sequence[int]) -> None:
        groups = [group.pk for group in self.groups.values()]
        cases = RegistrationCase.objects.filter(
            Q(any_of("owner", owners), kind=CaseKind.CREATE) | Q(any_of("group", groups)), state__in=OPEN
        )
        for number, kind, owner, group in cases.values_list("number", "kind", "owner", "group"):
            if kind == CaseKind.CREATE:
                self._open[owner] = number
            else:
                self._open_of_group[group] = number

    def owner_of(self, family: FormFamily) -> tuple[Known | None, list[RowFault]]:
        if family.owner is None:
            return None, []
        owner, faults = self._person(family.owner, family.owner_row, "owner")
        if owner is not None and not owner.region.path.startswith(self._by.region.path):
            return None, [RowFault(family.owner_row, "owner_number", "other_region", sentence="owner_elsewhere")]
        return owner, faults

    def members_of(self, family: FormFamily) -> tuple[list[tuple[FormRow, Known]], list[RowFault]]:
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

    def _person(self, named: Named, row: int, whose: str) -> tuple[Known | None, list[RowFault]]:
        if named in self._found:
            return self.known[self._found[named]], []
        if named in self._misnamed:
            values = {"value": mask_name(named.name)}
            return None, [RowFault(row, f"{whose}_name", "name_mismatch", values)]
        return None, [RowFault(row, f"{whose}_number", "not_insured", {"value": mask_number(named.number)})]

    def open_elsewhere(self, family: FormFamily, owner: Known) -> list[RowFault]:
        group = self.groups.get(owner.person_id)
        number = self._open_of_group.get(group.pk) if group else self._open.get(owner.person_id)
        return [RowFault(family.owner_row, "owner_number", "open_elsewhere", {"value": number})] if number else []


def _names_and_paths(person_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """By person. Asked apart: to join the few merged records to theirs, PostgreSQL reads the whole roster."""
    persons = InsuredPerson.objects.filter(any_of("pk", person_ids)).order_by()
    return {key: (name, path) for key, name, path in persons.values_list("pk", "name", "region__path")}


def _named_in(family: FormFamily) -> list[Named]:
    return [one for one in (family.owner, *(row.member for row in family.rows)) if one is not None]


def _region_faults(row: FormRow, person: Known) -> list[RowFault]:
    """The form may name the person's region or one above it."""
    if not row.region or f"/{row.region}/" in person.region.path:
        return []
    return [RowFault(row.number, "region", "other_region", {"value": row.region}, "region_differs")]


def _groups_of(owners: Sequence[int], today: dt.date) -> dict[int, MutualAidGroup]:
    """The group that each of these persons owns today or will own."""
    stays = (
        GroupMember.objects.filter(any_of("person", owners), relation=OWNER)
        .exclude(left_on__lte=today)
        .filter(Q(group__dissolved_on=None) | Q(group__dissolved_on__gt=today))
        .select_related("group__region")
        .order_by("-joined_on")
    )
    return {stay.person_id: stay.group for stay in stays}
