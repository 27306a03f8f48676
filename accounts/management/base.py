"""What every command of FORMATS.md shares: it acts as a staff member, within their scope and rights.

Invariant: exit 0 is done, 1 done with something to look at, 2 refused or unreadable and nothing written.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.acting import acting
from accounts.models import Staff
from accounts.models.audit import AuditKind
from accounts.services.audit import record_event
from accounts.services.import_result import ImportResult
from accounts.services.rights import RightMissing, require_right
from accounts.spreadsheets.limits import LIMITS

DONE, DONE_IN_PART, REFUSED = 0, 1, 2
SHOWN_LINES = 50


class Refused(CommandError):
    """The command ends with 2; nothing was written."""

    def __init__(self, message: str) -> None:
        super().__init__(message, returncode=REFUSED)


@dataclass(frozen=True)
class Outcome:
    """What a command did: the JSON of FORMATS.md, the same in words, and the exit status."""

    json: dict[str, Any]
    summary: Sequence[str] = field(default=())
    status: int = DONE


class StaffCommand(BaseCommand):
    """A command that acts as a staff member.

    `right`: what they need, as `app.codename`; empty where the service asks for more than one.
    """

    right = ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--staff", required=True, metavar="USERNAME", help="who acts: their scope and rights apply"
        )
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the result here instead of a summary")

    def act(self, staff: Staff, options: dict[str, Any]) -> Outcome:
        """Do the work. Raises: RightMissing, Refused."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        staff = staff_named(options["staff"])
        _require_writable(options["json"])
        try:
            if self.right:
                require_right(staff, self.right)
            with acting(staff, channel="command"):
                outcome = self.act(staff, options)
        except RightMissing as refusal:
            record_event(AuditKind.ACCESS_REFUSED, by=staff, right=refusal.right, channel="command")
            raise Refused(str(refusal)) from refusal
        self._tell(outcome, options["json"])

    def _tell(self, outcome: Outcome, path: Path | None) -> None:
        if path is not None:
            path.write_text(json.dumps(outcome.json, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        else:
            stream = self.stderr if outcome.status == REFUSED else self.stdout
            for line in outcome.summary:
                stream.write(line)
        if outcome.status != DONE:
            raise SystemExit(outcome.status)


def read_file(path: Path) -> bytes:
    """The bytes of a file, one more than the guard allows at most. Raises: Refused."""
    try:
        with path.open("rb") as file:
            return file.read(LIMITS.file_bytes + 1)
    except OSError as error:
        raise Refused(_("{path} cannot be read: {why}").format(path=path, why=error.strerror)) from error


def import_outcome(result: ImportResult) -> Outcome:
    """An import's result: 2 where nothing was written, 1 where rows were left out, else 0."""
    in_part = DONE_IN_PART if result.accepted_rows else REFUSED
    status = in_part if result.errors else DONE
    return Outcome(result.as_json(), list(_summary(result)), status)


def _summary(result: ImportResult) -> list[str]:
    lines = [
        _("{n} rows: {new} new, {changed} changed, {same} unchanged, {wrong} rejected.").format(
            n=result.rows,
            new=result.created,
            changed=result.updated,
            same=result.unchanged,
            wrong=result.rejected_rows,
        )
    ]
    if result.errors and not result.accepted_rows:
        lines.append(_("Nothing was written: correct the file and load it again."))
    if result.changed_nothing:
        lines.append(_("Everything was known already: nothing changed."))
    if result.ignored_columns:
        lines.append(_("Columns that were not read: {names}").format(names=", ".join(result.ignored_columns)))
    lines += [f"{error.row} {error.column} {error.code}: {error.message}" for error in result.errors[:SHOWN_LINES]]
    if len(result.errors) > SHOWN_LINES:
        lines.append(_("… and {n} more errors.").format(n=len(result.errors) - SHOWN_LINES))
    return lines


def staff_named(username: str) -> Staff:
    """Raises: Refused for nobody who may sign in."""
    staff: Staff | None = Staff.objects.select_related("region").filter(username=username, is_active=True).first()
    if staff is None:
        raise Refused(_("There is no staff member {name} who may sign in.").format(name=username))
    return staff


def _require_writable(path: Path | None) -> None:
    """Before anything is done: a result that cannot be told is worse than a refusal."""
    if path is None:
        return
    try:
        path.open("a").close()
    except OSError as error:
        raise Refused(_("{path} cannot be written: {why}").format(path=path, why=error.strerror)) from error
