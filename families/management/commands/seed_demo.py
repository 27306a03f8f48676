"""Fills an empty database with the demo: invented families, their accounts, groups and cases."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from families import demo


class Command(BaseCommand):
    help = "Fill an empty database with invented families; on a database that has them, change nothing"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--households", type=int, default=demo.HOUSEHOLDS)
        parser.add_argument("--seed", type=int, default=demo.SEED)
        parser.add_argument("--today", type=dt.date.fromisoformat, help="YYYY-MM-DD; the local date by default")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = demo.seed(households=options["households"], seed=options["seed"], today=options["today"])
        except demo.NotEmpty as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        if made is None:
            self.stdout.write(_("The demo data are there already: nothing changed."))
            return
        for name, count in made.as_rows():
            self.stdout.write(f"{name}: {count}")
