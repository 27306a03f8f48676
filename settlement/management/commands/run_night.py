"""Runs the nightly chain by hand: of today, or of a night that was missed or failed."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models.job import JobState
from settlement.night_steps import LABELS, STEPS
from settlement.services.night import NightNotCome, NoRegion, run_night


class Command(BaseCommand):
    help = "Run what of a night has not been done: turn of the day, reconciliation, proof, returns, morning report"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", type=dt.date.fromisoformat, help="YYYY-MM-DD; today by default")
        parser.add_argument("--again", action="store_true", help="also what was done")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            jobs = run_night(day=options["date"] or timezone.localdate(now), now=now, again=options["again"])
        except (NightNotCome, NoRegion) as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        states = {job.kind: job for job in jobs}
        for step in STEPS:
            job = states.get(step.kind)
            state = job.get_state_display() if job else _("not yet due")
            self.stdout.write(f"{step.kind} ({LABELS[step.kind]}): {state} {job.failure if job else ''}".rstrip())
        if any(job.state != JobState.DONE for job in jobs):
            raise CommandError(_("Not every step of this night is done."))
