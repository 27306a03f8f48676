"""The same registrations as a Django developer writes them first: a ModelResource, a model instance for each row.

django-import-export as it comes, with `clean_model_instances`: a ForeignKeyWidget looks the person up,
`before_import_row` gets or creates the group with its owner and case, `after_save_instance` writes what follows from
a member. What it leaves behind is what the product's own import leaves behind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import uuid4

import tablib
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import CharWidget, DateWidget, ForeignKeyWidget

from accounts import keys
from accounts.models import InsuredPerson, Staff
from families.models import CaseLine, Grant, GroupMember, MutualAidGroup, RegistrationCase, Sharing
from families.models.case import CaseKind, CaseState, Channel
from families.rules.kinship import NEAR_RELATIVES_2024, OWNER, may_pay, pair_relation, relation_from_text

EMPLOYEE = "310"
Row = Mapping[str, Any]


class PersonWidget(ForeignKeyWidget):
    """By the number on the certificate, of which the database keeps a digest."""

    def get_lookup_kwargs(self, value: str, row: Row | None = None, **kwargs: Any) -> dict[str, Any]:
        return {"certno_digest": keys.number_digest(value)}


class RelationWidget(CharWidget):
    def clean(self, value: str, row: Row | None = None, **kwargs: Any) -> str:
        return relation_from_text(value)


class MemberResource(ModelResource):
    """One row, one member. `handled_by`, `reviewed_by`: of the cases."""

    group = Field("group", "家庭编号", ForeignKeyWidget(MutualAidGroup))
    person = Field("person", "成员证件号码", PersonWidget(InsuredPerson))
    relation = Field("relation", "与户主关系", RelationWidget())
    joined_on = Field("joined_on", "开始日期", DateWidget("%Y-%m-%d"))

    class Meta:
        model = GroupMember
        fields = ("group", "person", "relation", "joined_on")
        import_id_fields = ("group", "person")
        clean_model_instances = True

    def __init__(self, *, handled_by: Staff, reviewed_by: Staff) -> None:
        super().__init__()
        self.handled_by, self.reviewed_by = handled_by, reviewed_by
        self.opened: dict[RegistrationCase, dt.date] = {}

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        owner = InsuredPerson.objects.get(certno_digest=keys.number_digest(row["户主证件号码"]))
        stay = GroupMember.objects.filter(person=owner, relation=OWNER, left_on=None).first()
        group = stay.group if stay else self._open_group(owner, dt.date.fromisoformat(row["开始日期"]))
        row["家庭编号"] = group.pk

    def _open_group(self, owner: InsuredPerson, day: dt.date) -> MutualAidGroup:
        _refuse_unfit(owner, shares=True)
        group = MutualAidGroup.objects.create(
            number=f"GJ{owner.region_id}{_next('families_group_number'):08d}", region=owner.region, opened_on=day
        )
        seat = GroupMember(group=group, person=owner, seat=1, relation=OWNER, exclusive=True, joined_on=day)
        seat.full_clean()
        seat.save()
        case = RegistrationCase.objects.create(
            number=f"DJ{timezone.localdate():%Y%m%d}{_next('families_case_number'):06d}",
            kind=CaseKind.CREATE,
            region=owner.region,
            owner=owner,
            group=group,
            channel=Channel.IMPORT,
            opened_by=self.handled_by,
            handled_by=self.handled_by,
            submitted_at=timezone.now(),
            submission_key=uuid4(),
        )
        self.opened[case] = day
        self._share(case, seat, rank=1, limit=None)
        return group

    def before_save_instance(self, instance: GroupMember, row: Row, **kwargs: Any) -> None:
        _refuse_unfit(instance.person, shares=row["是否授权共享"] == "是")

    def after_init_instance(self, instance: GroupMember, new: bool, row: Row, **kwargs: Any) -> None:
        if new:
            instance.seat = GroupMember.objects.filter(group=row["家庭编号"]).count() + 1
            instance.exclusive = True

    def after_save_instance(self, instance: GroupMember, row: Row, **kwargs: Any) -> None:
        case = RegistrationCase.objects.get(group=instance.group)
        shares = row["是否授权共享"] == "是"
        limit = Decimal(row["共享限额"]) if row["共享限额"] else None
        self._share(case, instance, rank=int(row["顺序号"]) if shares else None, limit=limit)
        for other in GroupMember.objects.filter(group=instance.group).exclude(pk=instance.pk):
            _grant(instance, other)
            _grant(other, instance)

    def _share(self, case: RegistrationCase, member: GroupMember, *, rank: int | None, limit: Decimal | None) -> None:
        CaseLine.objects.get_or_create(
            case=case,
            person=member.person,
            defaults={
                "position": member.seat,
                "relation": member.relation,
                "shares": rank is not None,
                "rank": rank,
                "share_limit": limit,
                "starts_on": member.joined_on,
            },
        )
        if rank is not None:
            Sharing.objects.get_or_create(
                group=member.group,
                payer=member,
                defaults={"rank": rank, "share_limit": limit, "starts_on": member.joined_on},
            )

    def after_import(self, dataset: tablib.Dataset, result: Any, **kwargs: Any) -> None:
        """A case takes lines while it is a draft, so that it becomes effective when the last row is in."""
        for case in self.opened:
            case.state, case.effective_on = CaseState.EFFECTIVE, self.opened[case]
            case.reviewed_by, case.decided_at = self.reviewed_by, timezone.now()
            case.save()


def _refuse_unfit(person: InsuredPerson, *, shares: bool) -> None:
    if person.status != "1":
        raise ValidationError("insurance suspended")
    if shares and person.insutype != EMPLOYEE:
        raise ValidationError("payer not employed")


def _grant(payer: GroupMember, beneficiary: GroupMember) -> None:
    if not payer.sharings.exists():
        return
    pair = pair_relation(payer.relation, beneficiary.relation)
    if may_pay(pair, near_relatives=NEAR_RELATIVES_2024, allow_parents_in_law=False):
        Grant.objects.get_or_create(
            group=payer.group,
            payer=payer,
            beneficiary=beneficiary,
            defaults={"basis": pair.verdict.value, "starts_on": max(payer.joined_on, beneficiary.joined_on)},
        )


def _next(sequence: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [sequence])
        return int(cursor.fetchone()[0])


def import_by_resource(content: str, *, handled_by: Staff, reviewed_by: Staff) -> int:
    """Import a CSV file of rows without faults. Returns: how many members were made."""
    resource = MemberResource(handled_by=handled_by, reviewed_by=reviewed_by)
    dataset = tablib.Dataset().load(content, format="csv")
    result = resource.import_data(dataset, raise_errors=True)
    return int(result.totals["new"])
