"""Full numbers asked for by many windows of one staff member at once: no more are shown than the limit allows."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent
from accounts.models.audit import AuditKind
from accounts.services import persons
from accounts.services.persons import reveal_number
from tests.concurrency.threads import at_once, kinds
from tests.factories import make_person, make_staff

pytestmark = pytest.mark.usefixtures("committed_db")


def test_of_eight_reveals_at_once_three_are_shown_where_three_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persons, "REVEALS_PER_HOUR", 3)
    clerk, person = make_staff("clerk"), make_person()
    answers = at_once(*[lambda: reveal_number(person=person, reason="核对", by=clerk)] * 8)
    assert kinds(answers) == {"tuple": 3, "TooManyReveals": 5}
    refused = AuditEvent.objects.filter(kind=AuditKind.REVEAL, detail__refused="limit")
    assert (AuditEvent.objects.filter(kind=AuditKind.REVEAL).count(), refused.count()) == (8, 5)
