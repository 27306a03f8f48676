"""The steps of the nightly chain, in the order of the page: one more is a line here, and its kind in JOB_KINDS."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from settlement.rules.night import Step

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

STATEMENTS = "statements"
REPORT = "morning_report"
# The ledger is proved whether statements are here or not; money that was held goes back at 06:00 in any case.
CHAIN: list[tuple[Step, StrOrPromise]] = [
    (Step("turn_day", dt.time(0, 10)), _("Turn of the day")),
    (Step("reconcile_day", dt.time(0, 30), awaits=STATEMENTS, until=settings.STATEMENTS_UNTIL), _("Reconciliation")),
    (Step("audit_ledger", dt.time(1, 0)), _("Proof of the ledger")),
    (Step("refresh_anomalies", dt.time(1, 30)), _("Anomalies")),
    (Step("refresh_summaries", dt.time(2, 0)), _("Summaries")),
    (Step("return_transfers", dt.time(6, 0)), _("Return of wallet transfers")),
    (
        Step(REPORT, dt.time(6, 30), whatever_came=True,
             after=("turn_day", "reconcile_day", "audit_ledger", "refresh_anomalies", "refresh_summaries",
                    "return_transfers")),
        _("Morning report"),
    ),
]  # fmt: skip
STEPS = [step for step, _label in CHAIN]
LABELS: dict[str, StrOrPromise] = {step.kind: label for step, label in CHAIN}
