"""Fills the demo with institutions and bills (`make demo`)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.management.base import staff_named
from settlement import demo

SUPERVISOR = "zhuguan"


class Command(BaseCommand):
    help = "Fill the demo with institutions and bills; on a database that has settlements, change nothing"

    def handle(self, *args: Any, **options: Any) -> None:
        result = demo.seed_settlements(by=staff_named(SUPERVISOR), today=timezone.localdate())
        if result is None:
            self.stdout.write(_("The demo data are there already: nothing changed."))
        else:
            self.stdout.write(_("{n} settlements").format(n=result.created))
