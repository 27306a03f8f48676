"""Runs the nightly step by hand: for today, or for a day that was missed."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models.job import JobState
from families.services.nightly import DayNotCome, NoRegion, turn_day_now


class Command(BaseCommand):
    help = "Run the nightly step of a day, unless it has run: statuses, moves, follow-ups, duplicates"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", type=dt.date.fromisoformat, help="YYYY-MM-DD; today by default")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            job = turn_day_now(day=options["date"] or timezone.localdate())
        except (DayNotCome, NoRegion) as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        if job.state != JobState.DONE:
            raise CommandError(_("The job of this day is {state}.").format(state=job.get_state_display()))
        for name, count in (job.result or {}).items():
            self.stdout.write(f"{name}: {count}")
