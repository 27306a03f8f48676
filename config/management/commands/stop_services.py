"""Stops the embedded PostgreSQL and Valkey, which outlive the commands that started them.

What is left of a killed demo, or a running one, is ended first: it cannot work without them.
"""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from config import embedded
from config.embedded.strays import end_strays


class Command(BaseCommand):
    help = "Stop the embedded PostgreSQL and Valkey of VAR_DIR"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        end_strays()
        stopped = embedded.stop()
        if stopped:
            self.stdout.write(_("Stopped: %(names)s") % {"names": ", ".join(stopped)})
        else:
            self.stdout.write(_("Nothing was running in %(directory)s") % {"directory": embedded.var_dir()})
