"""One checked file, confirmed by several clicks at once: one import."""

from __future__ import annotations

from functools import partial

import pytest

from accounts.models import Job
from accounts.services.jobs import run_job
from accounts.services.master_data import check_file, confirm_check
from tests.concurrency.threads import at_once, kinds
from tests.factories import make_staff

pytestmark = pytest.mark.usefixtures("committed_db")


def test_of_several_confirmations_at_once_one_asks_for_the_import() -> None:
    supervisor = make_staff("supervisor", "421000")
    content = "admdvs,name,parent\n421004,新区,421000\n".encode()
    check = check_file(kind="import_regions", file=("r.csv", content), by=supervisor)
    run_job(check.pk)

    answers = at_once(*[partial(confirm_check, check=check, by=supervisor)] * 6)

    assert kinds(answers) == {"Job": 1, "NotToConfirm": 5}
    assert Job.objects.get(confirms=check).kind == "import_regions"
