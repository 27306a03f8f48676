"""Groups with their members as of a day, and in which order the members' accounts pay."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router

from accounts.models import Region, Staff
from accounts.selectors import code_labels
from families.models import GroupMember, MutualAidGroup
from families.selectors import GroupPicture, Terms, group_on, groups_on
from reports.api import shapes
from reports.api.door import ApiRequest
from reports.api.problems import PROBLEMS, Invalid, Problem
from reports.api.questions import GroupQuestion, OneDay, next_page, reader
from settlement.listing import TooBroad, patience

VIEW = "families.view_mutualaidgroup"
router = Router(tags=["groups"])
REFUSED = {frozenset(PROBLEMS): Problem}


@router.get("/groups", response={200: shapes.GroupPage, **REFUSED}, summary="Groups of a day")
def groups(request: ApiRequest, asked: Query[GroupQuestion]) -> shapes.GroupPage:
    """Those that exist on the day, in the order they were recorded: who reads to the end has every one, once."""
    staff = reader(request, VIEW, asked)
    day = asked.day or timezone.localdate()
    keys = _first(_regions(staff, asked.region), day, after=asked.after, most=asked.limit + 1)
    shown = MutualAidGroup.objects.for_staff(staff).filter(pk__in=keys[: asked.limit]).select_related("region")
    pictures = groups_on(list(shown.order_by("pk")), day)
    request.caller.tells["rows"] = len(pictures)
    more = len(keys) > asked.limit
    return shapes.GroupPage(
        items=_told(pictures), next=next_page(request, after=keys[asked.limit - 1]) if more else None
    )


@router.get("/groups/{number}", response={200: shapes.Group, **REFUSED}, summary="One group on a day")
def group(request: ApiRequest, number: str, asked: Query[OneDay]) -> shapes.Group:
    staff = reader(request, VIEW, asked)
    groups = MutualAidGroup.objects.for_staff(staff).select_related("region")
    picture = group_on(get_object_or_404(groups, number=number), asked.day or timezone.localdate())
    request.caller.tells["group"] = number
    request.caller.person = next((member.person for member, _terms in picture.members), None)
    return _told([picture])[0]


def _regions(staff: Staff, code: str | None) -> QuerySet[Region]:
    """Raises: Invalid for a region that is not in scope."""
    if code is None:
        return Region.objects.under(staff.region)
    region = Region.objects.under(staff.region).filter(pk=code).first()
    if region is None:
        raise Invalid(("region", _("There is no such region, or it is out of scope.")))
    return Region.objects.under(region)


def _first(regions: QuerySet[Region], day: dt.date, *, after: int, most: int) -> list[int]:
    """Keys of the first groups after a place: each region gives its own by its index, as in settlement/listing.py."""
    of_one_region = MutualAidGroup.objects.on(day).filter(region=OuterRef("pk"), pk__gt=after).order_by("pk")
    heads = regions.annotate(head=ArraySubquery(of_one_region.values("pk")[:most])).values_list("head", flat=True)
    try:
        with patience():
            return sorted(key for head in heads for key in head)[:most]
    except TooBroad:
        raise Invalid(("", _("Too much at once: narrow it to a region."))) from None


def _told(pictures: list[GroupPicture]) -> list[shapes.Group]:
    relations = code_labels("relation")
    return [
        shapes.Group(
            number=picture.group.number,
            region=shapes.Coded(code=picture.group.region_id, name=picture.group.region.name),
            opened_on=picture.group.opened_on,
            dissolved_on=picture.group.dissolved_on,
            day=picture.day,
            members=[_member(member, terms, picture, relations) for member, terms in picture.members],
        )
        for picture in pictures
    ]


def _member(member: GroupMember, terms: Terms, picture: GroupPicture, relations: dict[str, str]) -> shapes.Member:
    person = member.person
    return shapes.Member(
        seat=member.seat,
        person=shapes.Person(psn_no=person.psn_no, name=person.name, certno=person.masked_number),
        relation=shapes.Coded(code=member.relation, name=relations.get(member.relation, member.relation)),
        joined_on=member.joined_on,
        left_on=member.left_on,
        place=terms.rank,
        limit_per_year=terms.share_limit,
        suspended=[one.get_cause_display() for one in terms.suspensions],
        payers=[
            shapes.Payer(psn_no=payer.person.psn_no, place=rank, basis=basis)
            for payer, taker, rank, basis in picture.grants
            if taker.pk == member.pk
        ],
    )
