"""What statements of institutions came to, statement by statement, as expressions that reports add up.

A difference belongs to the institution and day that it was found for. What agrees now, and what a later file
replaced, counts nowhere.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    CharField,
    Count,
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Abs, Cast, Coalesce

from settlement.models import Discrepancy, Reconciliation, Statement
from settlement.models.discrepancy import DifferenceCode, DiscrepancyState
from settlement.models.statement import ReconciliationKind
from settlement.rules.differences import AMOUNT_FIELDS, REFERENCE_FIELDS

DAY = dt.timedelta(days=1)
YUAN = DecimalField(max_digits=16, decimal_places=2)
NOT_DONE = (DiscrepancyState.OPEN, DiscrepancyState.PROPOSED)
# As `Differing.at_stake`, in the database.
AT_STAKE = Case(
    When(field__in=REFERENCE_FIELDS, then=Value(Decimal(0))),
    When(
        field__in=AMOUNT_FIELDS,
        centre__isnull=False,
        institution_value__isnull=False,
        then=Abs(Cast("centre", YUAN) - Cast("institution_value", YUAN)),
    ),
    default=Abs(Coalesce("settlement__medfee_sumamt", "line__medfee_sumamt")),
    output_field=YUAN,
)


def with_outcome(statements: QuerySet[Statement]) -> QuerySet[Statement]:
    """Those that count, each with `agreed` lines, what differs by result, what is open or decided, and `at_stake`.

    `agreed`: lines in which nothing differs, once the day was compared with this statement; `at_stake`: yuan; of a
    bill that differs in several fields the largest.
    """
    of_statement = Discrepancy.objects.filter(
        institution=OuterRef("institution"), business_date=OuterRef("business_date"), closed_at=None
    )
    around = Discrepancy.objects.filter(
        institution=OuterRef("institution"),
        business_date__range=(OuterRef("business_date") - DAY, OuterRef("business_date") + DAY),
        line__statement=OuterRef("pk"),
        closed_at=None,
    )
    bills = of_statement.order_by().values("setl_id").annotate(most=Max(AT_STAKE)).values("most")
    states: Any = of_statement.with_state()
    return statements.filter(counts=True).annotate(
        agreed=Case(When(_compared(), then=F("lines_count") - _counted(around, "line")), default=0),
        centre_alone=_counted(of_statement.filter(code=DifferenceCode.MISSING_FROM_INSTITUTION), "setl_id"),
        institution_alone=_counted(of_statement.filter(code=DifferenceCode.MISSING_FROM_CENTRE), "setl_id"),
        data_differ=_counted(of_statement.filter(code=DifferenceCode.DIFFERS), "setl_id"),
        open=_counted(states.filter(state__in=NOT_DONE), "pk"),
        decided=_counted(states.filter(state=DiscrepancyState.DECIDED), "pk"),
        at_stake=Func(
            ArraySubquery(bills),
            template="(SELECT COALESCE(sum(bill), 0) FROM unnest(%(expressions)s) AS bill)",
            output_field=YUAN,
        ),
    )


def _compared() -> Exists:
    """Whether the day was reconciled, for this region or one above it, after the statement came."""
    path = ExpressionWrapper(OuterRef("institution__region__path"), output_field=CharField())
    runs = Reconciliation.objects.filter(
        kind=ReconciliationKind.DETAIL, business_date=OuterRef("business_date"), run_at__gte=OuterRef("loaded_at")
    )
    return Exists(runs.annotate(path=path).filter(path__startswith=F("region__path")))


def _counted(differences: QuerySet[Discrepancy], what: str) -> Coalesce:
    one_row = differences.order_by().values("closed_at").annotate(n=Count(what, distinct=True)).values("n")
    return Coalesce(Subquery(one_row, output_field=IntegerField()), 0)
