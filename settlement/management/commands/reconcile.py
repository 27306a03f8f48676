"""Compares a day with the statements of the institutions (FORMATS.md, "Commands")."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from accounts.management.base import Outcome, StaffCommand
from accounts.models import Staff
from settlement.services.reconciling import RIGHT, reconcile


class Command(StaffCommand):
    help = "Compare the settlements of a day with what the institutions report"
    right = RIGHT

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--date", type=dt.date.fromisoformat, required=True, metavar="YYYY-MM-DD")

    def act(self, staff: Staff, options: dict[str, Any]) -> Outcome:
        reconciled = reconcile(day=options["date"], by=staff)
        run = reconciled.run
        summary = [
            _("{compared} compared, {balanced} balanced, {n} differences.").format(
                compared=run.compared, balanced=run.balanced, n=len(reconciled.differences)
            ),
            *(
                f"{one.institution_id} {one.setl_id} {one.code} {one.field}: {one.centre} / {one.institution_value}"
                for one in reconciled.differences
            ),
        ]
        return Outcome(reconciled.as_json(), summary)
