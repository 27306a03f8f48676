"""The standard reports, with the columns that bureaus know (DOMAIN.md section 9).

A reversal counts -1 and carries negated amounts (DOMAIN.md section 6): what was taken back is in no figure.
"""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Case, Count, F, Q, Sum, Value, When
from django.db.models.functions import NullIf, TruncMonth
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from families.models.batch import FamilyState
from families.models.case import CaseKind, CaseState, Channel
from reports import filters, words
from reports.definition import Dimension, Kind, Measure, Report
from settlement.models import SettlementKind
from settlement.models.claim import ClaimState
from settlement.models.transfer import Purpose, TransferState

SETTLEMENTS = "settlement.view_settlement"
ONE_EACH = Sum(Case(When(reverses=None, then=1), default=-1))
HUNDRED, ZERO = Value(Decimal(100)), Value(Decimal(0))

MONTH = Dimension("month", _("month"), TruncMonth("business_date"), words.months, width=10)
INSURED_IN = Dimension("insured_region", _("insured in"), "region_id", words.regions)
SETTLED_IN = Dimension("settlement_region", _("settled in"), "institution__region_id", words.regions)
INSUTYPE = Dimension("insutype_", _("insurance type"), "insutype", words.codes("insutype"))
MED_TYPE = Dimension("med_type_", _("kind of care"), "med_type", words.codes("med_type"))
PSN_TYPE = Dimension("psn_type_", _("person type"), "person__psn_type", words.codes("psn_type"))

VISITS = Measure("visits", _("visits"), ONE_EACH, Kind.COUNT)
EACH_PERSON = Count("person", distinct=True)
# With a settlement that stands: whose only one was reversed is in no figure.
PERSONS = Measure(
    "persons",
    pgettext_lazy("column of a report", "persons"),
    Count("person", distinct=True, filter=Q(reverses=None, reversed_by=None)),
    Kind.COUNT,
)
EVERYBODY = Measure("persons", pgettext_lazy("column of a report", "persons"), EACH_PERSON, Kind.COUNT)
TOTAL = Measure("total", _("total fee"), Sum("medfee_sumamt"))
FUND = Measure("fund", _("pooled fund"), Sum("fund_pay_sumamt"))
OWN = Measure("own", _("personal account"), Sum("acct_pay"))
FAMILY = Measure("family", _("mutual-aid account"), Sum("acct_mulaid_pay"))
CASH = Measure("cash", _("cash"), Sum("psn_cash_pay"))
FAMILY_PART = Measure(
    "family_part",
    _("family's part of the personal part, %"),
    Sum("acct_mulaid_pay") * HUNDRED / NullIf(Sum("psn_part_amt"), ZERO),
    Kind.PERCENT,
)
WHO_PAID = (VISITS, PERSONS, TOTAL, FUND, OWN, FAMILY, CASH)

MUTUAL_AID = Report(
    code="mutual-aid",
    title=_("Mutual-aid usage"),
    question=_("How much of what families had to pay themselves was paid from accounts, month by month"),
    right=SETTLEMENTS,
    narrow=filters.SettlementReportFilter,
    dimensions=(MONTH, INSURED_IN),
    measures=(*WHO_PAID, FAMILY_PART),
    order=("month", "insured_region"),
)
REGIONS = Report(
    code="regions",
    title=_("Settlements by insured region and settlement region"),
    question=_("Where our insured went for care, and who paid for it"),
    right=SETTLEMENTS,
    narrow=filters.SettlementReportFilter,
    dimensions=(SETTLED_IN, INSURED_IN, INSUTYPE, MED_TYPE, PSN_TYPE),
    measures=WHO_PAID,
    order=("settlement_region", "insured_region"),
)
DISEASES = Report(
    code="diseases",
    title=_("Diseases"),
    question=_("For which diseases families paid most for one another"),
    right=SETTLEMENTS,
    narrow=filters.SettlementReportFilter,
    dimensions=(
        Dimension("disease", _("disease code"), "dise_codg", words.texts, width=12),
        Dimension("disease_name", _("disease"), "dise_name", words.texts),
    ),
    measures=WHO_PAID,
    order=("-family", "-total"),
)
INSTITUTIONS = Report(
    code="institutions",
    title=_("Institutions"),
    question=_("At which institutions families paid most for one another"),
    right=SETTLEMENTS,
    narrow=filters.SettlementReportFilter,
    dimensions=(
        Dimension("institution_name", _("institution"), "institution__name", words.texts, width=30),
        Dimension("level", _("level"), "institution__hosp_lv", words.codes("hosp_lv"), width=10),
        SETTLED_IN,
    ),
    measures=WHO_PAID,
    order=("-family", "-total"),
)


PREMIUMS = Report(
    code="premiums",
    title=_("Premiums paid for others"),
    question=_("Whose premium was paid from accounts, and how much of it by the family"),
    right=SETTLEMENTS,
    narrow=filters.PremiumReportFilter,
    dimensions=(MONTH, INSURED_IN, INSUTYPE),
    measures=(
        Measure("payments", _("premiums"), ONE_EACH, Kind.COUNT),
        PERSONS,
        OWN,
        FAMILY,
    ),
    order=("month", "insured_region"),
)
REVERSALS = Report(
    code="reversals",
    title=_("Reversals"),
    question=_("How much was reversed, of which institution and how it had come"),
    right=SETTLEMENTS,
    narrow=filters.ReversalReportFilter,
    dimensions=(
        MONTH,
        Dimension("institution_name", _("institution"), "institution__name", words.texts, width=30),
        Dimension("came_as", _("came as"), "kind", words.choices(SettlementKind)),
    ),
    measures=(
        Measure("reversals", _("reversals"), Count("pk"), Kind.COUNT),
        EVERYBODY,
        TOTAL,
        FUND,
        OWN,
        FAMILY,
        CASH,
    ),
    order=("month", "total"),
)
CLAIMS = Report(
    code="claims",
    title=_("Manual reimbursements"),
    question=_("Which claims were entered at the counter, and what became of them"),
    right="settlement.view_claim",
    narrow=filters.ClaimReportFilter,
    dimensions=(
        Dimension("claim_month", _("month of the invoice"), TruncMonth("settled_on"), words.months, width=10),
        INSURED_IN,
        Dimension("claim_state", _("state"), "state", words.choices(ClaimState)),
    ),
    measures=(
        Measure("claims", _("claims"), Count("pk"), Kind.COUNT),
        EVERYBODY,
        Measure("paid_own", _("personal account"), Sum("settlement__acct_pay")),
        Measure("paid_family", _("mutual-aid account"), Sum("settlement__acct_mulaid_pay")),
    ),
    order=("claim_month", "insured_region"),
)
TRANSFERS = Report(
    code="transfers",
    title=_("Wallet transfers"),
    question=_("How much went from wallet to wallet, what for, and what came back"),
    right="settlement.view_wallettransfer",
    narrow=filters.TransferReportFilter,
    dimensions=(
        MONTH,
        Dimension("payer_region", _("insured in"), "payer__person__region_id", words.regions),
        Dimension("purpose_", _("purpose"), "purpose", words.choices(Purpose)),
        Dimension("state_", _("state"), "state", words.choices(TransferState)),
    ),
    measures=(
        Measure("transfers", _("transfers"), Count("pk"), Kind.COUNT),
        Measure("payers", _("payers"), Count("payer", distinct=True), Kind.COUNT),
        Measure("transferred", _("amount"), Sum("amount")),
    ),
    order=("month", "payer_region"),
)
RECONCILIATION = Report(
    code="reconciliation",
    title=_("Reconciliation by institution"),
    question=_("Whose statements agree with ours, what differs, and what is still open"),
    right="settlement.view_discrepancy",
    narrow=filters.ReconciliationReportFilter,
    dimensions=(
        MONTH,
        Dimension("institution_code", _("institution code"), "institution_id", words.texts),
        Dimension("institution_name", _("institution"), "institution__name", words.texts, width=30),
    ),
    measures=(
        Measure("statements", _("statements"), Count("pk"), Kind.COUNT),
        Measure("lines", _("lines"), Sum("lines_count"), Kind.COUNT),
        Measure("agreed_lines", _("lines that agree"), Sum("agreed"), Kind.COUNT),
        Measure("centre_has_more", _("the centre has more"), Sum("centre_alone"), Kind.COUNT),
        Measure("institution_has_more", _("the institution has more"), Sum("institution_alone"), Kind.COUNT),
        Measure("differing", _("the data differ"), Sum("data_differ"), Kind.COUNT),
        Measure("open_differences", _("differences open"), Sum("open"), Kind.COUNT),
        Measure("decided_differences", _("differences decided"), Sum("decided"), Kind.COUNT),
        Measure("amount_at_stake", _("amount at stake"), Sum("at_stake")),
    ),
    order=("month", "-amount_at_stake", "institution_code"),
)
GROUPS = Report(
    code="groups",
    title=_("Groups by size"),
    question=_("How many families there are of each size on a day"),
    right="families.view_mutualaidgroup",
    narrow=filters.GroupReportFilter,
    dimensions=(
        Dimension("group_region", _("region"), "region_id", words.regions),
        Dimension("group_size", _("size"), "size", words.members, width=10),
    ),
    measures=(
        Measure("groups", _("groups"), Count("pk"), Kind.COUNT),
        Measure("members", pgettext_lazy("column of a report", "members"), Sum("size"), Kind.COUNT),
    ),
    order=("group_region", "group_size"),
)
RELATIONS = Report(
    code="relations",
    title=_("Members by relation"),
    question=_("Who belongs to the families on a day, by relation to the owner"),
    right="families.view_groupmember",
    narrow=filters.MemberReportFilter,
    dimensions=(
        Dimension("member_region", _("region"), "group__region_id", words.regions),
        Dimension("relation_", _("relation to the owner"), "relation", words.codes("relation")),
    ),
    measures=(
        Measure("members", pgettext_lazy("column of a report", "members"), Count("pk"), Kind.COUNT),
        EVERYBODY,
        Measure("group_count", _("groups"), Count("group", distinct=True), Kind.COUNT),
    ),
    order=("member_region", "relation_"),
)
COUNTER_WORK = Report(
    code="counter-work",
    title=_("Counter work"),
    question=_("Which cases each office opened, and how they stand"),
    right="families.view_registrationcase",
    narrow=filters.CaseReportFilter,
    dimensions=(
        Dimension("office", _("office"), "handled_by__office", words.texts),
        Dimension("kind_", _("kind of business"), "kind", words.choices(CaseKind)),
        Dimension("channel_", _("channel"), "channel", words.choices(Channel)),
        Dimension("case_state", _("state"), "state", words.choices(CaseState)),
    ),
    measures=(
        Measure("cases", _("cases"), Count("pk"), Kind.COUNT),
        Measure("clerks", _("clerks"), Count("handled_by", distinct=True), Kind.COUNT),
    ),
    order=("office", "kind_"),
)
_FAULTY = Count("pk", filter=Q(state=FamilyState.FAULTY))
IMPORT_QUALITY = Report(
    code="import-quality",
    title=_("Import quality by sender"),
    question=_("Whose workbooks come right, and whose have to be corrected"),
    right="families.view_importbatch",
    narrow=filters.ImportReportFilter,
    dimensions=(Dimension("sender", _("sender"), "batch__sender", words.texts, width=30),),
    measures=(
        Measure("batches", _("batches"), Count("batch", distinct=True), Kind.COUNT),
        Measure("families", _("families"), Count("pk"), Kind.COUNT),
        Measure("rows", _("rows"), Sum(F("size")), Kind.COUNT),
        Measure("entered", _("entered"), Count("pk", filter=Q(state=FamilyState.APPLIED)), Kind.COUNT),
        Measure("corrected", _("corrected"), Count("pk", filter=Q(corrected_by__isnull=False)), Kind.COUNT),
        Measure("faulty", _("to correct"), _FAULTY, Kind.COUNT),
    ),
    order=("-faulty", "sender"),
)

# In the order of the page.
REPORTS = {
    report.code: report
    for report in (
        MUTUAL_AID, REGIONS, DISEASES, INSTITUTIONS, PREMIUMS, REVERSALS, CLAIMS, TRANSFERS, GROUPS, RELATIONS,
        COUNTER_WORK, IMPORT_QUALITY, RECONCILIATION,
    )
}  # fmt: skip
