"""Papers of a case: taken in, replaced, shown in scope alone, asked for before a case is submitted, never deleted."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client, override_settings

from accounts import sealed_files
from accounts.models import AuditEvent, InsuredPerson, Staff
from accounts.models.audit import AuditKind
from accounts.models.paper import MOST_PAPERS
from accounts.rules.sealing import SealBroken
from accounts.scans.refusals import ScanRefused
from accounts.services.papers import AlreadyReplaced, SameDocument, TooManyDocuments, Upload
from accounts.services.review import AlreadyDecided, NotYours
from families.models import CaseAgent, CaseDocument, RegistrationCase
from families.models.case import CaseState
from families.papers import registration_form_of
from families.services.case_forms import CaseInput, LineInput, form_of
from families.services.cases import approve_case, submit_case, withdraw_case
from families.services.document_check import check_documents
from families.services.documents import (
    DocumentsMissing,
    NoAgent,
    NotOfThisFamily,
    add_document,
    missing_documents,
    replace_document,
    set_agent,
)
from families.services.drafts import save_case
from tests.factories import START, make_document, make_number, make_person, make_policy, make_staff
from tests.files.scans import HOSTILE_SCANS, pdf, picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]


@pytest.fixture(autouse=True)
def place(tmp_path: Path) -> Path:
    with override_settings(DOCUMENTS_DIR=tmp_path / "documents"):
        yield tmp_path / "documents"  # type: ignore[misc]


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk")


@pytest.fixture
def case(clerk: Staff) -> RegistrationCase:
    return make_case(clerk)


def make_case(clerk: Staff, **fields: str) -> RegistrationCase:
    """An owner and a wife, a draft."""
    owner = make_person("户主", region=clerk.region_id, current="10.00", by=clerk)
    wife = make_person("妻子", region=clerk.region_id, gender="2")
    lines = [LineInput(owner.pk, "01", True, START, rank=1), LineInput(wife.pk, "12", False, START)]
    return save_case(form=CaseInput(key=uuid4(), owner_id=owner.pk, lines=lines, **fields), by=clerk)  # type: ignore[arg-type]


def member(case: RegistrationCase, position: int) -> InsuredPerson:
    return case.lines.get(position=position).person


def add(case: RegistrationCase, by: Staff, content: bytes = b"", **paper: object) -> CaseDocument:
    upload = Upload("IMG_1.jpg", content or picture())
    given = {"kind": "id_card", "person_id": None} | paper
    return add_document(case_id=case.pk, upload=upload, by=by, **given)  # type: ignore[arg-type]


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def files(place: Path) -> list[Path]:
    return sorted(path for path in place.rglob("*") if path.is_file())


# Taking in


def test_a_paper_is_kept_sealed_outside_the_database(case: RegistrationCase, clerk: Staff, place: Path) -> None:
    content = picture("PNG")
    document = add(case, clerk, content, person_id=member(case, 2).pk)
    assert (document.number, document.content_type, document.pages, document.width) == (1, "image/png", 1, 640)
    assert document.content == content
    assert [path.suffix for path in files(place)] == [".original", ".thumbnail"]
    for path in files(place):
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0
        assert b"PNG" not in path.read_bytes()
        assert b"JFIF" not in path.read_bytes()


def test_a_file_does_not_open_in_the_place_of_another(case: RegistrationCase, clerk: Staff, place: Path) -> None:
    one, other = add(case, clerk, picture(shade=1)), add(case, clerk, picture(shade=2))
    originals = {path.stem: path for path in files(place) if path.suffix == ".original"}
    originals[str(one.stored_as)].write_bytes(originals[str(other.stored_as)].read_bytes())
    with pytest.raises(SealBroken):
        assert one.content
    assert other.content


@pytest.mark.parametrize("name", ["a web page called .jpg", "a PDF that opens with a program", "a bomb of a PNG"])
def test_a_hostile_file_leaves_neither_row_nor_file(
    name: str, case: RegistrationCase, clerk: Staff, place: Path
) -> None:
    with pytest.raises(ScanRefused):
        add(case, clerk, HOSTILE_SCANS[name].make())
    assert not CaseDocument.objects.exists()
    assert files(place) == []


def test_a_paper_that_its_case_refuses_leaves_no_file(case: RegistrationCase, clerk: Staff, place: Path) -> None:
    stranger = make_person()
    with pytest.raises(NotOfThisFamily):
        add(case, clerk, person_id=stranger.pk)
    assert files(place) == []


def test_the_same_file_twice_for_the_same_person_is_taken_once(case: RegistrationCase, clerk: Staff) -> None:
    first = add(case, clerk)
    with pytest.raises(SameDocument) as refusal:
        add(case, clerk)
    assert refusal.value.document == first
    add(case, clerk, person_id=member(case, 1).pk)
    add(case, clerk, kind="household_register")
    assert case.documents.count() == 3


def test_a_case_holds_thirty_papers_replaced_ones_counted(case: RegistrationCase, clerk: Staff, place: Path) -> None:
    last = make_document(case, by=clerk)
    rows = [
        CaseDocument(
            case=case, number=number, kind="other", name="x", content_type="image/jpeg", size=1, sha256=str(number),
            pages=1, added_by=clerk,
        )
        for number in range(2, MOST_PAPERS + 1)
    ]  # fmt: skip
    CaseDocument.objects.bulk_create(rows)
    before = files(place)
    with pytest.raises(TooManyDocuments):
        add(case, clerk, kind="other")
    with pytest.raises(TooManyDocuments):
        replace_document(document_id=last.pk, upload=Upload("x.jpg", picture()), reason="clearer", by=clerk)
    assert (case.documents.count(), files(place)) == (MOST_PAPERS, before)


def test_a_case_takes_papers_from_who_handles_it_while_it_is_open(case: RegistrationCase, clerk: Staff) -> None:
    with pytest.raises(NotYours):
        add(case, make_staff("clerk"))
    with pytest.raises(RegistrationCase.DoesNotExist):
        add(case, make_staff("clerk", "330100"))
    submit_case(case_id=case.pk, by=clerk)
    add(case, clerk)
    approve_case(case_id=case.pk, by=make_staff("reviewer"))
    with pytest.raises(AlreadyDecided):
        add(case, clerk, picture(shade=9))
    other = make_case(clerk)
    withdraw_case(case_id=other.pk, reason="changed their minds", by=clerk)
    with pytest.raises(AlreadyDecided):
        add(other, clerk)


# Replacing


def test_a_replaced_paper_stays_and_is_replaced_once(case: RegistrationCase, clerk: Staff) -> None:
    old = add(case, clerk, picture(shade=1), person_id=member(case, 2).pk)
    new = replace_document(document_id=old.pk, upload=Upload("b.jpg", picture(shade=2)), reason="blurred", by=clerk)
    assert (new.replaces, new.kind, new.person_id, new.number) == (old, old.kind, old.person_id, 2)
    assert old.content == picture(shade=1)
    with pytest.raises(AlreadyReplaced):
        replace_document(document_id=old.pk, upload=Upload("c.jpg", picture(shade=3)), reason="again", by=clerk)
    page = signed_in(clerk).get(f"/counter/cases/{case.pk}/").content.decode()
    assert "blurred" in page
    assert page.index(f"/documents/{new.pk}/") < page.index(f"/documents/{old.pk}/")


def test_raw_sql_deletes_and_alters_no_paper(case: RegistrationCase, clerk: Staff) -> None:
    document = add(case, clerk)
    for statement in (
        "DELETE FROM families_casedocument",
        "UPDATE families_casedocument SET kind = 'other'",
        "TRUNCATE families_casedocument CASCADE",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with pytest.raises(DatabaseError), transaction.atomic():
        case.delete()
    assert CaseDocument.objects.get().content == document.content


# What is asked


def complete(case: RegistrationCase, clerk: Staff) -> None:
    for position in (1, 2):
        make_document(case, by=clerk, person=member(case, position))
    make_document(case, by=clerk, kind="marriage_certificate")


def test_under_documents_a_case_is_submitted_when_everything_is_there(case: RegistrationCase, clerk: Staff) -> None:
    make_policy("421002", proof_mode="documents")
    with pytest.raises(DocumentsMissing) as refusal:
        submit_case(case_id=case.pk, by=clerk)
    assert [proof.about for proof in refusal.value.proofs] == ["identity", "identity", "relation"]
    complete(case, clerk)
    assert missing_documents(case) == []
    assert submit_case(case_id=case.pk, by=clerk).state == CaseState.SUBMITTED


def test_under_commitment_nothing_is_asked(case: RegistrationCase, clerk: Staff) -> None:
    assert submit_case(case_id=case.pk, by=clerk).state == CaseState.SUBMITTED


def test_the_policy_of_the_forms_first_day_decides(case: RegistrationCase, clerk: Staff) -> None:
    make_policy("421002", effective_on=START.replace(year=START.year + 1), proof_mode="documents")
    assert missing_documents(case) == []


def test_a_paper_of_a_member_who_was_taken_off_the_form_counts_no_more(clerk: Staff) -> None:
    make_policy("421002", proof_mode="documents")
    case = make_case(clerk)
    complete(case, clerk)
    other = make_person("另一人", gender="2")
    lines = [LineInput(case.owner_id, "01", True, START, rank=1), LineInput(other.pk, "12", False, START)]
    save_case(form=CaseInput(key=case.submission_key, owner_id=case.owner_id, lines=lines), by=clerk)
    assert [(proof.about, proof.positions) for proof in missing_documents(case)] == [("identity", (2,))]


def test_submitting_on_the_page_says_what_is_missing(case: RegistrationCase, clerk: Staff) -> None:
    make_policy("421002", proof_mode="documents")
    desk = signed_in(clerk)
    answer = desk.post(f"/cases/{case.pk}/submit/", follow=True)
    page = answer.content.decode()
    assert "还缺 3 份材料" in page
    assert page.count("data-ask-kind") == 3
    case.refresh_from_db()
    assert case.state == CaseState.DRAFT


# Pages


def test_each_file_of_an_upload_has_its_own_answer(case: RegistrationCase, clerk: Staff) -> None:
    sent = {
        "kind": "id_card",
        "person": member(case, 1).pk,
        "files": [SimpleUploadedFile("好.jpg", picture()), SimpleUploadedFile("<b>坏.jpg", b"<html>")],
    }
    answer = signed_in(clerk).post(f"/cases/{case.pk}/documents/", sent, headers={"X-Requested-With": "fetch"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "&lt;b&gt;坏.jpg" in page
    assert "这是网页" in page
    assert [one.name for one in case.documents.all()] == ["好.jpg"]


def test_without_a_script_the_page_says_the_same_in_messages(case: RegistrationCase, clerk: Staff) -> None:
    desk = signed_in(clerk)
    sent = {"kind": "other", "files": [SimpleUploadedFile("a.pdf", pdf(pages=2)), SimpleUploadedFile("b.jpg", b"x")]}
    page = desk.post(f"/cases/{case.pk}/documents/", sent, follow=True).content.decode()
    assert "已上传 1 份材料" in page
    assert "b.jpg：" in page or "b.jpg: " in page
    nothing = desk.post(f"/cases/{case.pk}/documents/", {"kind": "other"}, follow=True).content.decode()
    assert "请至少选择一个文件" in nothing


@override_settings(UPLOAD_MAX_BYTES=500, FILE_UPLOAD_MAX_MEMORY_SIZE=500)
def test_files_that_are_too_large_together_are_told_so(case: RegistrationCase, clerk: Staff) -> None:
    sent = {"kind": "other", "files": SimpleUploadedFile("a.jpg", picture())}
    page = signed_in(clerk).post(f"/cases/{case.pk}/documents/", sent, follow=True).content.decode()
    assert "分批上传" in page
    assert not case.documents.exists()


@pytest.mark.parametrize(
    "wrong", [{"kind": "photo"}, {"kind": ""}, {"kind": "id_card", "person": "0"}, {"person": "x", "kind": "other"}]
)
def test_a_kind_or_person_that_is_not_offered_is_refused(
    wrong: dict[str, str], case: RegistrationCase, clerk: Staff
) -> None:
    sent = wrong | {"files": SimpleUploadedFile("a.jpg", picture())}
    answer = signed_in(clerk).post(f"/cases/{case.pk}/documents/", sent, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 422
    assert not case.documents.exists()


def test_a_paper_is_served_closed_and_every_look_is_recorded(case: RegistrationCase, clerk: Staff) -> None:
    document = add(case, clerk, person_id=member(case, 2).pk)
    answer = signed_in(make_staff("reviewer", "421000")).get(f"/documents/{document.pk}/")
    assert answer.content == document.content
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert answer.headers["Content-Disposition"] == f'inline; filename="{case.number}-1.jpg"'
    assert "no-store" in answer.headers["Cache-Control"]
    event = AuditEvent.objects.order_by("-sequence").first()
    assert event is not None
    assert (event.kind, event.person, event.detail) == (
        AuditKind.LOOK, member(case, 2), {"case": case.number, "document": 1},
    )  # fmt: skip


def test_a_paper_of_another_region_is_not_there(case: RegistrationCase, clerk: Staff) -> None:
    document = add(case, clerk)
    for staff in (make_staff("clerk", "330100"), make_staff("supervisor", "421003")):
        for address in (f"/documents/{document.pk}/", f"/documents/{document.pk}/thumbnail.jpg"):
            assert signed_in(staff).get(address).status_code == 404


def test_a_file_that_is_gone_is_told_and_found_by_the_check(
    case: RegistrationCase, clerk: Staff, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone, altered = add(case, clerk, picture(shade=1)), add(case, clerk, picture(shade=2))
    originals = {path.stem: path for path in files(place) if path.suffix == ".original"}
    originals[str(gone.stored_as)].unlink()
    originals[str(altered.stored_as)].write_bytes(b"x" * 100)
    assert signed_in(clerk).get(f"/documents/{gone.pk}/").status_code == 410
    assert signed_in(clerk).get(f"/counter/cases/{case.pk}/").status_code == 200
    make_staff("supervisor", "421000", "zhuguan")
    with pytest.raises(SystemExit) as end:
        call_command("check_documents", staff="zhuguan")
    assert end.value.code == 1
    told = capsys.readouterr().out
    assert re.findall(r"gone|does_not_open", told) == ["gone", "does_not_open"]


def test_the_check_stays_in_scope_and_counts_files_without_a_row(case: RegistrationCase, clerk: Staff) -> None:
    add(case, clerk)
    sealed_files.keep(uuid4(), "original", b"left by a crash")
    elsewhere = check_documents(by=make_staff("auditor", "330100"))
    assert (elsewhere.documents, elsewhere.broken, elsewhere.orphans) == (0, [], [])  # the file is a moment old
    assert check_documents(by=make_staff("auditor", "421000")).documents == 1


# The agent


def test_the_agents_number_is_sealed_masked_on_the_page_and_full_on_the_form(clerk: Staff) -> None:
    case = make_case(clerk, agent_name="代办某", power_of_attorney="2026-7")
    number = make_number()
    desk = signed_in(clerk)
    page = desk.post(
        f"/cases/{case.pk}/agent/", {"cert_type": "01", "certno": number, "mobile": "16000000001"}, follow=True
    ).content.decode()
    assert number not in page
    assert f"{number[:3]}***********{number[-4:]}" in page
    stored = CaseAgent.objects.get()
    assert number.encode() not in bytes(stored.certno_sealed)
    make_document(case, by=clerk, kind="power_of_attorney")
    form = registration_form_of(case)
    assert form["agent"] == {
        "name": "代办某", "document_type": "居民身份证（户口簿）", "document_number": number, "phone": "16000000001",
        "power_of_attorney": "2026-7",
    }  # fmt: skip
    assert form["documents"] == ["授权委托书"]
    desk.post(f"/cases/{case.pk}/agent/", {"cert_type": "01", "certno": "", "mobile": "16000000002"})
    stored.refresh_from_db()
    assert (stored.certno, stored.mobile) == (number, "16000000002")


def test_a_wrong_number_of_an_agent_is_refused_and_a_submitted_case_keeps_its_agent(clerk: Staff) -> None:
    case = make_case(clerk, agent_name="代办某")
    desk = signed_in(clerk)
    for typed in ("42100219850314003X", "", "1"):
        desk.post(f"/cases/{case.pk}/agent/", {"cert_type": "01", "certno": typed})
        assert not CaseAgent.objects.exists()
    submit_case(case_id=case.pk, by=clerk)
    with pytest.raises(AlreadyDecided):
        set_agent(case_id=case.pk, cert_type="08", certno="E12345678", mobile="", by=clerk)


def test_the_number_of_one_agent_is_never_printed_beside_the_name_of_another(clerk: Staff) -> None:
    case = make_case(clerk, agent_name="代办某")
    set_agent(case_id=case.pk, cert_type="08", certno="E12345678", mobile="16000000001", by=clerk)
    form = form_of(case)
    save_case(form=replace(form, agent_name="另一人"), by=clerk)
    case.refresh_from_db()
    printed = registration_form_of(case)["agent"]
    assert printed is not None
    assert (printed["name"], printed["document_number"], printed["phone"]) == ("另一人", "", "")
    with pytest.raises(NoAgent):
        set_agent(case_id=case.pk, cert_type="08", certno="", mobile="", by=clerk)
    agent = set_agent(case_id=case.pk, cert_type="08", certno="E99999999", mobile="", by=clerk)
    assert (agent.certno, agent.mobile, CaseAgent.objects.count()) == ("E99999999", "", 1)


def test_a_case_without_an_agent_takes_no_certificate(case: RegistrationCase, clerk: Staff) -> None:
    with pytest.raises(NoAgent):
        set_agent(case_id=case.pk, cert_type="08", certno="E12345678", mobile="", by=clerk)
    typed = {"cert_type": "08", "certno": "E12345678"}
    assert (
        "先在登记表上填写代办人"
        in signed_in(clerk).post(f"/cases/{case.pk}/agent/", typed, follow=True).content.decode()
    )


def test_documents_are_kept_outside_what_a_web_server_hands_out() -> None:
    from families.checks import documents_outside_the_web_root

    assert documents_outside_the_web_root() == []
    for inside in (settings.STATIC_ROOT, settings.STATICFILES_DIRS[0]):
        with override_settings(DOCUMENTS_DIR=Path(inside) / "documents"):
            assert [error.id for error in documents_outside_the_web_root()] == ["families.E001"]
