"""Questions asked of policies, groups and grants; each can be asked for any day."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from accounts.models import InsuredPerson, Region, Staff, Suspension
from accounts.models.dated import holds_on
from accounts.models.suspension import suspended
from accounts.prepared import Rows, fetch
from accounts.selectors import suspended_on
from accounts.trail import TrailLine, changes_of
from families.models import (
    CaseDocument,
    FollowUp,
    FollowUpNote,
    Grant,
    GroupMember,
    MutualAidGroup,
    PersonMatch,
    RegionPolicy,
    RegistrationCase,
    Sharing,
)
from families.models.case import OPEN
from families.models.follow_up import FollowUpState
from families.models.match import UNDECIDED
from families.models.policy import PolicyQuerySet
from families.rules.kinship import OWNER
from families.rules.policy import Origin, Policy, parse_value


def policy_on(region: Region, day: dt.date) -> Policy:
    """The policy of a region on a day: the version in force of each region above it, the nearest one wins.

    Rule: DOMAIN.md section 4. Parameters that no version sets keep the product's default; drafts hold nowhere.
    """
    above = region.path.strip("/").split("/")
    return inherited(versions_on(RegionPolicy.objects.filter(region__in=above), day))


PUBLISHED = """
    SELECT version.region_id, region.name, version.effective_on, setting.parameter,
           COALESCE(setting.value, 'null')::text, setting.citation
      FROM families_regionpolicy AS version
      JOIN accounts_region AS region ON region.code = version.region_id
      LEFT JOIN families_policysetting AS setting ON setting.policy_id = version.id
     WHERE version.state = 'published' AND version.region_id = ANY(%s)
     ORDER BY version.effective_on
"""


class PolicyBook:
    """Every published version that counts in some regions, read at once and asked for any of them on any day."""

    @staticmethod
    def asked(paths: Iterable[str]) -> tuple[str, list[str]]:
        """The statement to read it by. `paths`: the regions, each as the way down to it (`Region.path`)."""
        return PUBLISHED, sorted({code for path in paths for code in path.strip("/").split("/")})

    @classmethod
    def of(cls, paths: Iterable[str]) -> PolicyBook:
        return cls(fetch(*cls.asked(paths)))

    def __init__(self, published: Rows) -> None:
        self._versions: dict[str, dict[dt.date, list[Setting]]] = defaultdict(lambda: defaultdict(list))
        for code, name, effective_on, parameter, value, citation in published:
            version = self._versions[code][effective_on]
            if parameter is not None:
                origin = Origin(code, name, effective_on, citation)
                version.append((parameter, parse_value(parameter, json.loads(value or "null")), origin))
        self._policies: dict[tuple[str, dt.date], Policy] = {}

    def on(self, path: str, day: dt.date) -> Policy:
        """As `policy_on`."""
        if (path, day) not in self._policies:
            self._policies[path, day] = _merged(self._in_force(path, day))
        return self._policies[path, day]

    def sets(self, *parameters: str) -> bool:
        """Whether any of these versions says something of any of these parameters."""
        versions = (version for versions in self._versions.values() for version in versions.values())
        return any(parameter in parameters for version in versions for parameter, _value, _origin in version)

    def _in_force(self, path: str, day: dt.date) -> Iterator[Setting]:
        for code in path.strip("/").split("/"):
            begun = [effective_on for effective_on in self._versions.get(code, ()) if effective_on <= day]
            yield from self._versions[code][begun[-1]] if begun else ()


def versions_on(versions: PolicyQuerySet, day: dt.date) -> PolicyQuerySet:
    """Of these, the one in force in each region, from the root of the tree down, with its values."""
    return (
        versions.published()
        .filter(effective_on__lte=day)
        .order_by("region__path", "-effective_on")
        .distinct("region__path")
        .select_related("region")
        .prefetch_related("settings")
    )


def policies_in(
    regions: QuerySet[Region],
    day: dt.date,
    *,
    with_draft: RegionPolicy | None = None,
    but: RegionPolicy | None = None,
) -> dict[str, Policy]:
    """The policy of each of these regions on a day, in three queries.

    `with_draft`: as if this version were in force in its region; `but`: as if this one had not been published.
    """
    paths = dict(regions.values_list("code", "path"))
    above = {code for path in paths.values() for code in path.strip("/").split("/")}
    known = RegionPolicy.objects.filter(region__in=above).exclude(pk__in=[but.pk] if but else [])
    versions = {one.region_id: one for one in versions_on(known, day)}
    if with_draft is not None:
        versions[with_draft.region_id] = with_draft
    merged: dict[tuple[str, ...], Policy] = {}
    found = {}
    for code, path in paths.items():
        chain = tuple(step for step in path.strip("/").split("/") if step in versions)
        if chain not in merged:
            merged[chain] = inherited(versions[step] for step in chain)
        found[code] = merged[chain]
    return found


Setting = tuple[str, Any, Origin]  # parameter, value, where it comes from


def inherited(versions: Iterable[RegionPolicy]) -> Policy:
    """What versions, from the root of the tree down, come to. Raises: PolicyFault for a value nobody can read."""
    return _merged(
        (
            setting.parameter,
            parse_value(setting.parameter, setting.value),
            Origin(version.region.code, version.region.name, version.effective_on, setting.citation),
        )
        for version in versions
        for setting in version.settings.all()
    )


def _merged(settings: Iterable[Setting]) -> Policy:
    """Of two that set the same, the later one, the nearer region's, counts."""
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    for parameter, value, origin in settings:
        values[parameter], origins[parameter] = value, origin
    return Policy(**values, origins=origins)


def members_on(group: MutualAidGroup, day: dt.date) -> QuerySet[GroupMember]:
    """The members of a group on a day, by seat."""
    return GroupMember.objects.filter(group=group).on(day).select_related("person__region").order_by("seat")


def membership_on(person: InsuredPerson, day: dt.date) -> GroupMember | None:
    """The group a person belongs to on a day; the longest-standing where the policy lets there be several."""
    stays = GroupMember.objects.filter(person=person).on(day).select_related("group__region")
    return stays.order_by("joined_on", "pk").first()


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose account a beneficiary may draw on. `share_limit`: yuan per calendar year with the whole family."""

    person_id: int
    psn_no: str
    name: str
    group_id: int
    rank: int
    share_limit: Decimal | None
    granted_on: dt.date


def payers_for(person: InsuredPerson, day: dt.date) -> list[Payer]:
    """Whose accounts may pay for a person on a day, in the recorded order.

    Rule: DOMAIN.md section 3 (S0, S1, S3). A payer counts while grant, sharing and both memberships hold, and
    neither of the two is suspended on that day; the own account can be spent meanwhile (S4).
    """
    grants = (
        Grant.objects.filter(beneficiary__person=person)
        .on(day)
        .filter(holds_on("payer", GroupMember.period, day), holds_on("beneficiary", GroupMember.period, day))
        .filter(holds_on("payer__sharings", Sharing.period, day))
        .filter(~suspended("payer__person", day), ~suspended("beneficiary__person", day))
        .annotate(
            rank=F("payer__sharings__rank"),
            share_limit=F("payer__sharings__share_limit"),
            psn_no=F("payer__person__psn_no"),
            payer_person=F("payer__person_id"),
            payer_name=F("payer__person__name"),
        )
        .order_by("group_id", "rank")
    )
    return [
        Payer(
            person_id=grant.payer_person,
            psn_no=grant.psn_no,
            name=grant.payer_name,
            group_id=grant.group_id,
            rank=grant.rank,
            share_limit=grant.share_limit,
            granted_on=grant.starts_on,
        )
        for grant in grants
    ]


def open_cases_of(person: InsuredPerson, *, staff: Staff) -> QuerySet[RegistrationCase]:
    """Cases that are not decided yet and name this person."""
    return (
        RegistrationCase.objects.for_staff(staff)
        .filter(lines__person=person, state__in=OPEN)
        .select_related("handled_by", "owner")
    )


def matches_of(person: InsuredPerson, *, staff: Staff) -> QuerySet[PersonMatch]:
    """Pairs that are not decided yet and name this person."""
    matches = PersonMatch.objects.for_staff(staff).current().filter(state__in=UNDECIDED)
    return matches.filter(Q(first=person) | Q(second=person))


def open_follow_ups_of(group: MutualAidGroup, *, staff: Staff) -> QuerySet[FollowUp]:
    """What a clerk has to settle with this family."""
    return FollowUp.objects.for_staff(staff).filter(group=group, state=FollowUpState.OPEN).select_related("person")


def worklist_for(staff: Staff, *, today: dt.date) -> QuerySet[FollowUp, Any]:
    """Follow-ups in scope, the oldest first, each with the group's owner of today and the last note."""
    owners = GroupMember.objects.on(today).filter(group=OuterRef("group"), relation=OWNER)
    notes = FollowUpNote.objects.filter(follow_up=OuterRef("pk")).order_by("-pk")
    rows = FollowUp.objects.for_staff(staff).select_related("group__region", "person")
    return rows.annotate(
        owner_id=Subquery(owners.values("person")[:1]),
        owner_name=Subquery(owners.values("person__name")[:1]),
        last_note=Subquery(notes.values("text")[:1]),
        again_on=Subquery(notes.values("again_on")[:1]),
    ).order_by("since", "pk")


def open_follow_up_counts(staff: Staff) -> dict[str, int]:
    """Kind → how many are open in scope."""
    rows = FollowUp.objects.for_staff(staff).filter(state=FollowUpState.OPEN).order_by()
    return dict(rows.values_list("kind").annotate(n=Count("pk")))


@dataclass(frozen=True, slots=True)
class Terms:
    """What a member shares on a day. `rank`: None where nothing is shared; `share_limit`: yuan per year.

    `suspensions`: why the member takes no part on that day, empty for whoever does.
    """

    rank: int | None = None
    share_limit: Decimal | None = None
    suspensions: tuple[Suspension, ...] = ()


GrantOn = tuple[GroupMember, GroupMember, int, str]  # payer, beneficiary, rank, basis


@dataclass(frozen=True, slots=True)
class GroupPicture:
    """A group as it stood on a day."""

    group: MutualAidGroup
    day: dt.date
    members: list[tuple[GroupMember, Terms]]
    grants: list[GrantOn]

    @property
    def chains(self) -> list[tuple[GroupMember, list[tuple[GroupMember, str]]]]:
        """For each member, whose accounts pay after the own one, in order."""
        return [
            (member, [(payer, basis) for payer, taker, _rank, basis in self.grants if taker.pk == member.pk])
            for member, _terms in self.members
        ]


def group_on(group: MutualAidGroup, day: dt.date) -> GroupPicture:
    """Members by seat with what they share, and every grant by rank and seat of the beneficiary.

    A suspended member stays among the members, without grants.
    """
    return groups_on([group], day)[0]


def groups_on(groups: Sequence[MutualAidGroup], day: dt.date) -> list[GroupPicture]:
    """As `group_on`, of many, in four queries."""
    stays = GroupMember.objects.filter(group__in=groups).on(day).select_related("person__region").order_by("seat")
    members = {member.pk: member for member in stays}
    suspensions = suspended_on([member.person_id for member in members.values()], day)
    taking_part = {key for key, member in members.items() if member.person_id not in suspensions}
    sharings = {sharing.payer_id: sharing for sharing in Sharing.objects.filter(group__in=groups).on(day)}
    grants: dict[int, list[GrantOn]] = defaultdict(list)
    for grant in Grant.objects.filter(group__in=groups).on(day):
        if grant.payer_id in sharings and {grant.payer_id, grant.beneficiary_id} <= taking_part:
            payer, beneficiary = members[grant.payer_id], members[grant.beneficiary_id]
            grants[grant.group_id].append((payer, beneficiary, sharings[grant.payer_id].rank, grant.basis))
    of_group: dict[int, list[tuple[GroupMember, Terms]]] = defaultdict(list)
    for member in members.values():
        terms = _terms(sharings.get(member.pk), suspensions.get(member.person_id, []))
        of_group[member.group_id].append((member, terms))
    return [
        GroupPicture(
            group=group,
            day=day,
            members=of_group[group.pk],
            grants=sorted(grants[group.pk], key=lambda grant: (grant[2], grant[1].seat)),
        )
        for group in groups
    ]


def _terms(sharing: Sharing | None, suspensions: list[Suspension]) -> Terms:
    if sharing is None:
        return Terms(suspensions=tuple(suspensions))
    return Terms(sharing.rank, sharing.share_limit, tuple(suspensions))


def family_trail_of(person: InsuredPerson, *, staff: Staff) -> list[TrailLine]:
    """Every change of a person's memberships, sharings, grants, cases, papers and matches in scope, newest first."""
    memberships = GroupMember.objects.for_staff(staff).filter(person=person)
    kinds: list[QuerySet[Any]] = [
        memberships,
        Sharing.objects.filter(payer__in=memberships),
        Grant.objects.filter(Q(payer__in=memberships) | Q(beneficiary__in=memberships)),
        RegistrationCase.objects.for_staff(staff).filter(lines__person=person).distinct(),
        PersonMatch.objects.for_staff(staff).filter(Q(first=person) | Q(second=person)),
        CaseDocument.objects.for_staff(staff).filter(person=person),
    ]
    lines = [line for rows in kinds for line in changes_of(list(rows))]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def find_by_number(text: str, *, staff: Staff) -> MutualAidGroup | RegistrationCase | None:
    """The group or the case in scope with exactly this number."""
    number = "".join(text.split()).upper()
    groups = MutualAidGroup.objects.for_staff(staff).filter(number=number)
    return groups.first() or RegistrationCase.objects.for_staff(staff).filter(number=number).first()
