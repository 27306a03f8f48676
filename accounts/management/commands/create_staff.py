"""Makes a staff account. On a database without any region, the country is made for the first one."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.management.base import Refused
from accounts.models import Region
from accounts.roles import ROLES
from accounts.services.reference import ROOT, make_root
from accounts.services.staff import create_staff


class Command(BaseCommand):
    help = "Create a staff account; the password comes on standard input"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", required=True, choices=ROLES)
        parser.add_argument(
            "--region", required=True, metavar="CODE", help="what bounds their sight; 100000 at first"
        )
        parser.add_argument(
            "--password-stdin", required=True, action="store_true", help="read it from there, one line"
        )
        parser.add_argument("--full-name", default="", help="as printed; by default the user name")
        parser.add_argument("--office", default="", help="printed on forms and receipts")

    def handle(self, *args: Any, **options: Any) -> None:
        password = sys.stdin.readline().rstrip("\r\n")
        with transaction.atomic(), pghistory.context(channel="command"):
            region = _region(options["region"])
            try:
                staff = create_staff(
                    username=options["username"],
                    role=options["role"],
                    region=region,
                    password=password,
                    full_name=options["full_name"],
                    office=options["office"],
                )
            except ValidationError as error:
                raise Refused(" ".join(error.messages)) from error
            except IntegrityError as error:
                raise Refused(_("The user name {name} is taken.").format(name=options["username"])) from error
        self.stdout.write(_("Created {name}, {region}.").format(name=staff.username, region=region))


def _region(code: str) -> Region:
    """Raises: Refused for a region that is not loaded."""
    region = Region.objects.filter(pk=code).first()
    if region is not None:
        return region
    if code == ROOT[0] and not Region.objects.exists():
        return make_root()
    raise Refused(
        _(
            "Region {code} is not loaded. Load the regions first: create a supervisor with --region {root}, "
            "then run load_reference --regions FILE --staff that supervisor."
        ).format(code=code, root=ROOT[0])
    )
