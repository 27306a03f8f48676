"""Several windows add papers to one case together: thirty is the most, and none is lost below it."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError

from accounts.models import Staff
from accounts.models.paper import MOST_PAPERS
from accounts.services.papers import AlreadyReplaced, SameDocument, TooManyDocuments, Upload
from families.models import CaseDocument, RegistrationCase
from families.services import documents as service
from families.services.case_forms import CaseInput, LineInput
from families.services.drafts import save_case
from tests.concurrency.threads import at_once, kinds
from tests.factories import START, make_person, make_staff
from tests.files.scans import picture

pytestmark = pytest.mark.usefixtures("committed_db")
THREADS = 4


def case_with(papers: int, by: Staff) -> RegistrationCase:
    owner = make_person(current="1.00", by=by)
    line = LineInput(owner.pk, "01", True, START, rank=1)
    case = save_case(form=CaseInput(key=uuid4(), owner_id=owner.pk, lines=[line]), by=by)
    CaseDocument.objects.bulk_create(
        CaseDocument(
            case=case, number=number, kind="other", name="x", content_type="image/jpeg", size=1, sha256=str(number),
            pages=1, added_by=by,
        )
        for number in range(1, papers + 1)
    )  # fmt: skip
    return case


def add(case: RegistrationCase, shade: int, by: Staff) -> CaseDocument:
    upload = Upload("x.jpg", picture(shade=5 * shade))  # nearer ones are the same JPEG
    return service.add_document(case_id=case.pk, kind="other", person_id=None, upload=upload, by=by)


def test_of_four_papers_at_once_two_find_the_last_places() -> None:
    clerk = make_staff()
    case = case_with(MOST_PAPERS - 2, clerk)
    answers = at_once(*[partial(add, case, shade, clerk) for shade in range(THREADS)])
    assert kinds(answers) == {"CaseDocument": 2, TooManyDocuments.__name__: THREADS - 2}
    assert sorted(case.documents.values_list("number", flat=True)) == list(range(1, MOST_PAPERS + 1))


def test_without_the_lock_the_database_still_holds_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: papers are lost to errors, but there are never two of a number, and never a thirty-first."""
    unlocked = service._open_case
    monkeypatch.setattr(service, "_open_case", lambda case_id, by, **_: unlocked(case_id, by))
    clerk = make_staff()
    case = case_with(MOST_PAPERS - 2, clerk)
    for round_ in range(5):
        answers = at_once(*[partial(add, case, 10 * round_ + shade, clerk) for shade in range(THREADS)])
        assert set(kinds(answers)) <= {"CaseDocument", TooManyDocuments.__name__, IntegrityError.__name__}
    assert case.documents.count() <= MOST_PAPERS


def test_the_same_photograph_sent_twice_at_once_is_one_paper() -> None:
    clerk = make_staff()
    case = case_with(0, clerk)
    answers = at_once(*[partial(add, case, 1, clerk)] * THREADS)
    assert kinds(answers) == {"CaseDocument": 1, SameDocument.__name__: THREADS - 1}


def test_a_paper_is_replaced_by_one_of_two_windows() -> None:
    clerk = make_staff()
    case = case_with(0, clerk)
    old = add(case, 1, clerk)
    answers = at_once(
        *[
            partial(
                service.replace_document, document_id=old.pk, upload=Upload("y.jpg", picture(shade=shade)),
                reason="clearer", by=clerk,
            )
            for shade in (2, 3)
        ]
    )  # fmt: skip
    assert kinds(answers) == {"CaseDocument": 1, AlreadyReplaced.__name__: 1}
