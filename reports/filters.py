"""What reports can be narrowed to, as their address says: so an address can be sent to a colleague, and kept."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter

from accounts.models import AccountEntry, Region, Staff
from accounts.models.account import EntryKind
from accounts.selectors import code_labels
from families.models import GroupMember, ImportFamily, MutualAidGroup, RegistrationCase
from reports.reconciled import with_outcome
from settlement.filters import FIRST_DAY, LAST_DAY, DayFilter, Narrowing, SettlementFilter
from settlement.models import (
    Claim,
    Discrepancy,
    Settlement,
    SettlementKind,
    SettlementShare,
    Statement,
    WalletTransfer,
)
from settlement.models.discrepancy import DiscrepancyState, in_state

Rows = Any
DAY = dt.timedelta(days=1)


class ReportFilter(Narrowing):
    """Rows of one model in the scope of a staff member. `region_field`: the region by which they are narrowed."""

    model_of_rows: ClassVar[Any]
    region_field: ClassVar[str] = "region"

    region = ChoiceFilter(label=_("region"), method="narrow_to_region")

    def __init__(self, data: Any, *, request: HttpRequest | None, staff: Staff, today: dt.date) -> None:
        given = {name: data[name] for name in data if data[name]}
        super().__init__(self.usual(today) | given, self.model_of_rows.objects.for_staff(staff), request=request)
        regions = Region.objects.under(staff.region)
        self.filters["region"].extra["choices"] = [(region.code, region.name) for region in regions]

    @staticmethod
    def usual(today: dt.date) -> dict[str, str]:
        """What is asked for where nothing is said."""
        return {}

    def narrow_to_region(self, rows: Rows, _name: str, code: str) -> Rows:
        return rows.filter(**{f"{self.region_field}__in": Region.objects.under(Region.objects.get(pk=code))})


class PeriodFilter(ReportFilter):
    """From a day to a day, both included; the month so far where nothing is said."""

    day_field: ClassVar[str] = "business_date"

    since = DayFilter(label=FIRST_DAY, method="narrow_from")
    until = DayFilter(label=LAST_DAY, method="narrow_until")

    @staticmethod
    def usual(today: dt.date) -> dict[str, str]:
        return {"since": today.replace(day=1).isoformat(), "until": today.isoformat()}

    def narrow_from(self, rows: Rows, _name: str, day: dt.date) -> Rows:
        return rows.filter(**{f"{self.day_field}__gte": self.begin(day)})

    def narrow_until(self, rows: Rows, _name: str, day: dt.date) -> Rows:
        return rows.filter(**{f"{self.day_field}__lt": self.begin(day + DAY)})

    def begin(self, day: dt.date) -> dt.date | dt.datetime:
        return day


class MomentFilter(PeriodFilter):
    """Of rows that have a time instead of a day: the day is Asia/Shanghai's."""

    def begin(self, day: dt.date) -> dt.datetime:
        return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


class SettlementReportFilter(PeriodFilter):
    model_of_rows = Settlement

    insutype = ChoiceFilter(label=_("insurance type"))
    med_type = ChoiceFilter(label=_("kind of care"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for table in ("insutype", "med_type"):
            self.filters[table].extra["choices"] = list(code_labels(table).items())


class PremiumReportFilter(SettlementReportFilter):
    @property
    def qs(self) -> Rows:
        return super().qs.filter(kind=SettlementKind.PREMIUM)


class ReversalReportFilter(SettlementReportFilter):
    @property
    def qs(self) -> Rows:
        return super().qs.filter(reverses__isnull=False)


class TransferReportFilter(PeriodFilter):
    model_of_rows = WalletTransfer
    region_field = "payer__person__region"


class ClaimReportFilter(PeriodFilter):
    model_of_rows = Claim
    day_field = "settled_on"


class ReconciliationReportFilter(PeriodFilter):
    model_of_rows = Statement
    region_field = "institution__region"

    @property
    def qs(self) -> Rows:
        return with_outcome(super().qs)


class CaseReportFilter(MomentFilter):
    model_of_rows = RegistrationCase
    day_field = "handled_at"


class ImportReportFilter(MomentFilter):
    model_of_rows = ImportFamily
    region_field = "batch__region"
    day_field = "batch__loaded_at"


class AsOfFilter(ReportFilter):
    """What held on a day: today where nothing is said."""

    day = DayFilter(label=_("as of"), method="narrow_to_day")

    @staticmethod
    def usual(today: dt.date) -> dict[str, str]:
        return {"day": today.isoformat()}

    def narrow_to_day(self, rows: Rows, _name: str, day: dt.date) -> Rows:
        return rows.on(day)


class GroupReportFilter(AsOfFilter):
    model_of_rows = MutualAidGroup

    def narrow_to_day(self, rows: Rows, _name: str, day: dt.date) -> Rows:
        members = GroupMember.objects.on(day).filter(group=OuterRef("pk")).order_by().values("group")
        return rows.on(day).annotate(size=Subquery(members.annotate(count=Count("pk")).values("count")))


class MemberReportFilter(AsOfFilter):
    model_of_rows = GroupMember
    region_field = "group__region"


class SettlementListFilter(SettlementFilter):
    """What the page of settlements is narrowed to, by the same address; the month so far where nothing is said."""

    usual = staticmethod(PeriodFilter.usual)

    def __init__(self, data: Any, *, request: HttpRequest | None, staff: Staff, today: dt.date) -> None:
        given = {name: data[name] for name in data if data[name]}
        super().__init__(given or self.usual(today), request=request, staff=staff)
        del self.filters["before"], self.filters["after"]

    def in_words(self, name: str, value: Any) -> str:
        """A patient by the person number, which says nothing of the person."""
        if name == "person":
            return self.patient.psn_no if self.patient else "—"
        return super().in_words(name, value)


class ShareFilter(PeriodFilter):
    model_of_rows = SettlementShare
    region_field = "account__person__region"
    day_field = "settlement__business_date"


class EntryFilter(PeriodFilter):
    model_of_rows = AccountEntry
    region_field = "account__person__region"

    kind = ChoiceFilter(label=_("kind"), choices=EntryKind.choices)


class DiscrepancyListFilter(PeriodFilter):
    model_of_rows = Discrepancy
    region_field = "institution__region"

    state = ChoiceFilter(label=_("state"), choices=DiscrepancyState.choices, method="narrow_to_state")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.queryset: Rows = Discrepancy.objects.for_staff(kwargs["staff"]).with_state()

    def narrow_to_state(self, rows: Rows, _name: str, state: str) -> Rows:
        return rows.filter(in_state(state))
