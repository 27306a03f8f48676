"""Files of reference data loaded by several people at once: each row is new once, and nobody waits in a circle."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
from django.db import IntegrityError, OperationalError

from accounts.services import reference_rows
from accounts.services.import_result import ImportResult
from accounts.services.reference_files import Loaded, load_reference
from settlement.models import Institution
from settlement.services.institutions import import_institutions
from tests.concurrency.threads import at_once
from tests.factories import make_staff

pytestmark = pytest.mark.usefixtures("committed_db")

ROWS = 400


def hospitals(number: int = ROWS) -> bytes:
    lines = [f"H421002{n:05d},第{n}医院,2" for n in range(number)]
    return "\n".join(["fixmedins_code,fixmedins_name,hosp_lv", *lines]).encode()


def load_twice() -> list[ImportResult | Exception]:
    supervisors = [make_staff("supervisor", "421000") for _ in range(2)]
    return at_once(*[partial(import_institutions, content=hospitals(), name="i.csv", by=one) for one in supervisors])


def test_of_two_who_load_the_same_new_institutions_one_adds_them_and_the_other_finds_them_known() -> None:
    done = [answer for answer in load_twice() if isinstance(answer, ImportResult)]
    assert sorted((one.created, one.unchanged, len(one.errors)) for one in done) == [(0, ROWS, 0), (ROWS, 0, 0)]
    assert Institution.objects.count() == ROWS


def test_control_without_the_lock_the_second_runs_into_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    both_are_here = Barrier(2, timeout=20)
    monkeypatch.setattr(reference_rows, "lock_reference", both_are_here.wait)
    assert [answer for answer in load_twice() if isinstance(answer, IntegrityError)]


def test_regions_with_institutions_and_institutions_alone_do_not_wait_for_one_another(samples: Path) -> None:
    supervisor = make_staff("supervisor", "100000")
    both = {name: (f"{name}.csv", (samples / f"{name}.csv").read_bytes()) for name in ("regions", "institutions")}
    alone = {"institutions": ("i.csv", hospitals())}

    answers = at_once(*[partial(load_reference, files=files, by=supervisor) for files in (both, alone) * 3])

    assert not [answer for answer in answers if isinstance(answer, OperationalError)]
    assert [answer.errors for answer in answers if isinstance(answer, Loaded)] == [[]] * 6
