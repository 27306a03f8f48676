"""Reports for other systems, on the samples: the figures of the page, complete, and of one moment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import AuditEvent, Staff
from accounts.models.audit import AuditKind
from reports.standard import REPORTS
from tests.conftest import KEPT as STANDING
from tests.factories import make_staff
from tests.integration.test_api import API, ask, held_to, token_of
from tests.integration.test_reconcile import settle
from tests.kept import made_once

pytestmark = pytest.mark.usefixtures("committed_db")
WIDE = {"since": "2000-01-01", "until": "2099-12-31"}


@pytest.fixture
def supervisor(samples: Path) -> Staff:
    """The samples, settled."""
    made_once("of_the_samples_settled", lambda: settle(samples), beside=STANDING)
    cache.clear()
    return Staff.objects.get(username="zhuguan")


def period_of(code: str) -> dict[str, str]:
    return WIDE if "since" in REPORTS[code].narrow.base_filters else {"day": "2026-03-16"}


def read(code: str, token: str, **asked: Any) -> list[dict[str, Any]]:
    """Every line, page by page."""
    answer = ask(f"reports/{code}", token, **asked).json()
    lines = list(answer["lines"])
    while answer["next"]:
        answer = Client().get(answer["next"], headers={"Authorization": f"Bearer {token}"}).json()
        lines += answer["lines"]
    return lines


def as_on_the_page(columns: list[dict[str, str]], line: dict[str, Any]) -> list[str]:
    """Figures with their commas, and a dash for none."""
    shown = []
    for column in columns:
        value = line[column["key"]]
        match column["kind"]:
            case "count":
                shown.append(f"{value:,}")
            case "amount":
                whole, decimals = value.split(".")
                shown.append(f"{int(whole):,}.{decimals}")
            case "percent":
                shown.append("—" if value is None else value)
    return shown


@pytest.mark.parametrize("code", REPORTS)
def test_lines_and_totals_are_those_of_the_page_and_as_described(supervisor: Staff, code: str) -> None:
    token, client = token_of(supervisor), Client()
    client.force_login(supervisor, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/reports/{code}/", period_of(code)).context
    answer = ask(f"reports/{code}", token, **period_of(code))
    told = answer.json()
    held_to(ask("openapi.json", token).json(), f"{API}/reports/{{code}}", answer)
    words = [column["key"] for column in told["columns"] if column["kind"] == "text"]
    assert [
        (tuple(line[key] for key in words), as_on_the_page(told["columns"], line)) for line in told["lines"]
    ] == page["lines"]
    assert as_on_the_page(told["columns"], told["totals"] | dict.fromkeys(words)) == page["totals"]
    assert read(code, token, limit=3, **period_of(code)) == told["lines"]


def test_what_it_is_narrowed_to_counts_and_is_said(supervisor: Staff) -> None:
    token = token_of(supervisor)
    whole = ask("reports/mutual-aid", token, **WIDE).json()["totals"]
    part = ask("reports/mutual-aid", token, region="421002", med_type="11", **WIDE).json()
    assert 0 < part["totals"]["visits"] < whole["visits"]
    assert part["asked"] == WIDE | {"region": "421002", "med_type": "11"}


def test_which_reports_there_are_goes_by_rights(supervisor: Staff) -> None:
    told = ask("reports", token_of(supervisor)).json()["items"]
    assert [one["code"] for one in told] == list(REPORTS)
    assert told[0]["parameters"] == list(REPORTS["mutual-aid"].narrow.base_filters)
    auditor = make_staff("auditor", "421000")
    auditor.groups.clear()
    assert ask("reports", token_of(auditor)).status_code == 403
    clerk = token_of(make_staff("clerk", "421000"))
    assert ask("reports/mutual-aid", clerk, **WIDE).status_code == 403
    assert ask("reports/none", token_of(supervisor)).status_code == 404


def test_another_region_has_other_figures(supervisor: Staff) -> None:
    token = token_of(make_staff("supervisor", "330100"))
    for code in REPORTS:
        assert ask(f"reports/{code}", token, **period_of(code)).json()["lines"] == [], code


def test_a_report_that_was_read_leaves_its_event(supervisor: Staff) -> None:
    lines = ask("reports/regions", token_of(supervisor), **WIDE).json()["lines"]
    event = AuditEvent.objects.filter(kind=AuditKind.API).latest("sequence")
    assert (event.staff, event.detail["path"], event.detail["rows"]) == (
        supervisor,
        f"{API}/reports/regions",
        len(lines),
    )
