"""Shows the group that a person belongs to today (FORMATS.md, "Commands"); that it was looked at is recorded."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.management.base import Outcome, Refused, StaffCommand
from accounts.management.commands.show_account import unknown_person
from accounts.models import Staff
from accounts.models.audit import AuditKind
from accounts.selectors import person_known_as
from accounts.services.audit import record_event
from families.models import GroupMember
from families.selectors import GroupPicture, group_on


class Command(StaffCommand):
    help = "Show the mutual-aid group of one person"
    right = "families.view_mutualaidgroup"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("psn_no", metavar="PSN_NO")

    def act(self, staff: Staff, options: dict[str, Any]) -> Outcome:
        psn_no, today = options["psn_no"], timezone.localdate()
        person = person_known_as(psn_no, staff=staff)
        known = Q(person=person) if person else Q(person__psn_no=psn_no)
        stays = GroupMember.objects.for_staff(staff).on(today).filter(known)
        stay = stays.select_related("group", "person").order_by("joined_on", "pk").first()
        if stay is None:
            if person is not None:
                raise Refused(_("{psn_no} is in no group that you may see.").format(psn_no=psn_no))
            raise unknown_person(psn_no)
        record_event(AuditKind.LOOK, by=staff, person=stay.person, what="group", channel="command")
        json = _as_json(group_on(stay.group, today))
        return Outcome(json, list(_summary(json)))


def _as_json(picture: GroupPicture) -> dict[str, Any]:
    return {
        "number": picture.group.number,
        "members": [
            {
                "psn_no": member.person.psn_no,
                "seat": member.seat,
                "relation": member.relation,
                "shares": terms.rank is not None,
                "share_limit": None if terms.share_limit is None else str(terms.share_limit),
            }
            for member, terms in picture.members
        ],
        "grants": [
            {"payer": payer.person.psn_no, "beneficiary": beneficiary.person.psn_no, "rank": rank}
            for payer, beneficiary, rank, _basis in picture.grants
        ],
    }


def _summary(json: dict[str, Any]) -> Iterator[str]:
    yield _("Group {number}").format(number=json["number"])
    for member in json["members"]:
        line = _("seat {seat}: {psn_no}, relation {relation}")
        if member["shares"]:
            line = _("seat {seat}: {psn_no}, relation {relation}, shares (limit {share_limit})")
        yield line.format(**member | {"share_limit": member["share_limit"] or _("none")})
    for grant in json["grants"]:
        yield _("{rank}. {payer} pays for {beneficiary}").format(**grant)
