"""The workbench of registration forms: who sees a batch, who works on it, what is stored and what is told."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, InsuredPerson, Job, Staff
from accounts.models.audit import AuditKind
from accounts.models.job import JobState
from accounts.services.jobs import run_job
from accounts.spreadsheets.cells import Number, row_from_wire, to_wire
from families.import_desk import progress_of
from families.models import ImportBatch, ImportFamily, MutualAidGroup, SenderHeading
from families.models.batch import BatchState, FamilyState
from families.services.imports import error_books
from families.services.imports.batches import confirm_batch
from families.services.imports.faults import RowFault
from families.services.imports.staging import recheck
from tests.factories import make_batch, make_import_family, make_person, make_policy, make_staff
from tests.registrations import Line, as_csv, enter, line, stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk", "421000")


@pytest.fixture
def second() -> Staff:
    return make_staff("clerk", "421000")


@pytest.fixture
def supervisor() -> Staff:
    return make_staff("supervisor", "421000")


@pytest.fixture
def reviewer() -> Staff:
    return make_staff("reviewer", "421000")


def at(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def owner(name: str = "周正") -> InsuredPerson:
    return make_person(name, born_on=dt.date(1980, 1, 2), current="50.00", by=make_staff("clerk", "421000"))


def child(name: str = "周小小") -> InsuredPerson:
    return make_person(name, insutype="390", gender="2", born_on=dt.date(2015, 5, 5))


def good(number: str = "F1") -> Line:
    return line(owner(), child(), "女", family=number)


def bad(number: str = "F2", **cells: Any) -> Line:
    return line(owner("吴错"), child("吴小"), "女", family=number) | ({"relation": "邻居"} | cells)


def page_of(batch: ImportBatch, **query: object) -> str:
    said = "&".join(f"{name}={value}" for name, value in query.items())
    return f"/imports/{batch.pk}/" + (f"?{said}" if said else "")


def text(response: HttpResponse) -> str:
    return response.content.decode()


def fields_of(html: str) -> dict[str, str]:
    """What a browser would send of the open family, unchanged."""
    form = html[html.index("gj-correction") : html.index("</form>", html.index("gj-correction"))]
    sent = {
        re.search(r'name="([^"]+)"', one)[1]: (re.search(r'value="([^"]*)"', one) or ["", ""])[1]  # type: ignore[index]
        for one in re.findall(r"<input[^>]*>", form)
        if 'type="checkbox"' not in one
    }
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    return sent


def opened(client: Client, family: ImportFamily) -> dict[str, str]:
    return fields_of(text(client.get(f"/imports/families/{family.pk}/", headers={"HX-Request": "true"})))


def save(client: Client, family: ImportFamily, fields: dict[str, Any]) -> HttpResponse:
    return client.post(f"/imports/families/{family.pk}/correct/", fields, headers={"HX-Request": "true"})


def the_faulty(batch: ImportBatch) -> ImportFamily:
    return batch.families.get(state=FamilyState.FAULTY)


class TestLoading:
    def test_a_file_becomes_a_batch_that_a_worker_reads(self, clerk: Staff) -> None:
        file = SimpleUploadedFile("登记表.csv", as_csv([good()]))
        answer = at(clerk).post("/imports/load/", {"file": file, "sender": " 东城 街道 "})
        batch = ImportBatch.objects.get()
        assert (answer.status_code, answer.url) == (302, f"/imports/{batch.pk}/")
        assert (batch.sender, batch.owner, batch.state, batch.job.kind) == (
            "东城 街道", clerk, BatchState.READING, "check_registrations",
        )  # fmt: skip

    def test_the_same_file_again_leads_to_the_batch_that_it_is(self, clerk: Staff, second: Staff) -> None:
        content = as_csv([good()])
        for staff in (clerk, second):
            file = SimpleUploadedFile("登记表.csv", content)
            answer = at(staff).post("/imports/load/", {"file": file}, follow=True)
        batch = ImportBatch.objects.get()
        assert answer.redirect_chain == [(f"/imports/{batch.pk}/", 302)]
        assert f"该文件已作为第{batch.pk}批由{clerk}上传过" in text(answer)
        assert (batch.owner, Job.objects.count()) == (clerk, 1)

    def test_nothing_chosen_and_too_much_are_told_beside_the_field(
        self, clerk: Staff, settings: LazySettings
    ) -> None:
        assert at(clerk).post("/imports/load/").status_code == 422
        settings.UPLOAD_MAX_BYTES = 1024 * 1024
        file = SimpleUploadedFile("x.csv", b"x" * (1024 * 1024 + 1))
        answer = at(clerk).post("/imports/load/", {"file": file})
        assert (answer.status_code, "1 MB" in text(answer), ImportBatch.objects.count()) == (422, True, 0)

    def test_the_template_is_a_workbook(self, clerk: Staff) -> None:
        answer = at(clerk).get("/imports/template.xlsx")
        assert answer.content[:2] == b"PK"
        assert "attachment" in answer["Content-Disposition"]


class TestTheList:
    def test_it_is_narrowed_by_state_sender_day_and_own(self, clerk: Staff, second: Staff) -> None:
        mine = make_batch(by=clerk, sender="东城街道")
        theirs = make_batch(by=second, sender="西城街道", state=BatchState.UNMAPPED)
        today = timezone.localdate()

        def listed(query: str) -> set[int]:
            return set(map(int, re.findall(r'id="batch-(\d+)"', text(at(clerk).get(f"/imports/?{query}")))))

        assert listed("") == {mine.pk, theirs.pk}
        assert listed("state=unmapped") == listed("sender=西") == {theirs.pk}
        assert listed("whose=mine") == {mine.pk}
        assert listed(f"day={today}") == {mine.pk, theirs.pk}
        assert listed(f"day={today - dt.timedelta(days=1)}") == set()

    def test_what_is_not_offered_is_told_and_lists_nothing(self, clerk: Staff) -> None:
        make_batch(by=clerk)
        for query in ("state=x", "day=gestern", "whose=theirs"):
            shown = text(at(clerk).get(f"/imports/?{query}"))
            assert ('id="batch-' in shown, "所选条件无效" in shown) == (False, True)

    def test_another_city_has_a_list_of_its_own(self, clerk: Staff) -> None:
        batch = make_batch(by=clerk)
        outsider = at(make_staff("clerk", "330100"))
        assert f"batch-{batch.pk}" not in text(outsider.get("/imports/"))
        assert outsider.get(page_of(batch)).status_code == 404

    def test_a_line_of_what_moves_asks_again_and_one_that_stands_does_not(self, clerk: Staff) -> None:
        job = Job.objects.create(kind="check_registrations", owner=clerk, region=clerk.region)
        batch = make_batch(by=clerk, state=BatchState.READING, job=job)
        assert "every 1s" in text(at(clerk).get(f"/imports/{batch.pk}/progress/?row"))
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE, finished_at=timezone.now())
        assert "every 1s" not in text(at(clerk).get(f"/imports/{batch.pk}/progress/?row"))


class TestABatch:
    def test_one_that_cannot_be_read_leads_to_another_file(self, clerk: Staff) -> None:
        batch = stage(b"\x00\x01\x02", clerk)
        assert batch.state == BatchState.REFUSED
        button = '<a class="gj-button main" href="/imports/" data-main-action>'
        assert button in text(at(clerk).get(page_of(batch)))
        assert button not in text(at(make_staff("auditor", "421000")).get(page_of(batch)))

    def test_what_is_to_correct_stands_first(self, clerk: Staff) -> None:
        batch = stage([good("F1"), bad("F2")], clerk)
        shown = text(at(clerk).get(page_of(batch)))
        assert shown.index(">F2<") < shown.index(">F1<")
        assert "“邻居”不是可识别的关系" in shown

    def test_families_are_found_by_state_code_number_and_row(self, clerk: Staff) -> None:
        batch = stage([good("F1"), bad("F2"), good("F3")], clerk)

        def listed(**query: object) -> list[str]:
            return re.findall(r">(F\d)<", text(at(clerk).get(page_of(batch, **query))))

        assert listed() == ["F2", "F1", "F3"]
        assert listed(state="ready") == ["F1", "F3"]
        assert listed(code="relation_unknown") == listed(text="F2") == ["F2"]
        assert listed(text="3") == ["F2", "F3"]  # a row, and part of a number
        assert listed(code="id_missing") == listed(text="99") == listed(state="x") == []

    def test_an_id_number_is_not_searched_for_in_an_address(self, clerk: Staff) -> None:
        batch = stage([good()], clerk)
        shown = text(at(clerk).get(page_of(batch, text="11010519491231002X")))
        assert ">F1<" not in shown

    def test_the_page_with_the_open_family_is_shown(self, clerk: Staff) -> None:
        batch = make_batch(by=clerk)
        families = [make_import_family(batch, [f"F{n:03}"], first_row=n + 2, number=f"F{n:03}") for n in range(60)]
        shown = text(at(clerk).get(page_of(batch, open=families[55].pk)))
        assert (">F055<" in shown, ">F049<" in shown, shown.count("gj-correction")) == (True, False, 1)
        for nonsense in ("x", "²", "9" * 30, families[0].pk + 10_000):
            assert at(clerk).get(page_of(batch, open=nonsense)).status_code == 200

    def test_whoever_works_on_it_sees_numbers_and_everybody_else_stars(
        self, clerk: Staff, second: Staff, supervisor: Staff
    ) -> None:
        batch = stage([bad()], clerk)
        family = the_faulty(batch)
        auditor, reviewer = make_staff("auditor", "420000"), make_staff("reviewer", "421000")
        number = InsuredPerson.objects.get(name="吴小").certno
        for staff, sees in ((clerk, True), (supervisor, True), (second, False), (auditor, False), (reviewer, False)):
            for address in (page_of(batch, open=family.pk), f"/imports/families/{family.pk}/"):
                shown = text(at(staff).get(address, headers={"HX-Request": "true"}))
                assert (number in shown, "吴小" in shown) == (sees, True)
                assert ("保存并校验" in shown) is sees

    def test_every_look_into_a_family_is_recorded(self, clerk: Staff) -> None:
        batch = stage([bad()], clerk)
        family = the_faulty(batch)
        at(clerk).get(page_of(batch))
        assert not AuditEvent.objects.filter(kind=AuditKind.LOOK).exists()
        at(clerk).get(f"/imports/families/{family.pk}/", headers={"HX-Request": "true"})
        event = AuditEvent.objects.get(kind=AuditKind.LOOK)
        assert (event.staff, event.detail) == (clerk, {"batch": batch.pk, "row": 2})

    def test_without_a_script_a_family_opens_on_the_page(self, clerk: Staff) -> None:
        family = the_faulty(stage([bad()], clerk))
        answer = at(clerk).get(f"/imports/families/{family.pk}/")
        assert answer.url == f"/imports/{family.batch_id}/?open={family.pk}"

    def test_progress_says_how_quick_it_is_and_the_page_opens_anew_at_the_end(self, clerk: Staff) -> None:
        begun = timezone.now() - dt.timedelta(seconds=10)
        job = Job.objects.create(
            kind="check_registrations", owner=clerk, region=clerk.region, done=100, total=1_000,
            state=JobState.RUNNING, started_at=begun, lease_until=timezone.now(),
        )  # fmt: skip
        batch = make_batch(by=clerk, state=BatchState.READING, job=job)
        progress = progress_of(batch)
        assert progress is not None
        assert progress.rate
        assert progress.left_seconds > 0
        answer = at(clerk).get(f"/imports/{batch.pk}/progress/")
        assert ("100 / 1000" in text(answer), "HX-Refresh" in answer.headers) == (True, False)
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE, finished_at=timezone.now())
        assert at(clerk).get(f"/imports/{batch.pk}/progress/")["HX-Refresh"] == "true"


class TestCorrecting:
    def test_a_corrected_family_is_checked_at_once_and_the_figures_follow(self, clerk: Staff) -> None:
        batch = stage([good("F1"), bad("F2")], clerk)
        family = the_faulty(batch)
        fields = opened(at(clerk), family)
        answer = save(at(clerk), family, fields | {"3-relation": "30"})
        family.refresh_from_db()
        assert (answer.status_code, family.state, family.corrected_by) == (200, FamilyState.READY, clerk)
        assert "本户无误" in text(answer)
        assert 'hx-swap-oob="true"' in text(answer)
        assert "全部登记（2户）" in text(answer)

    def test_a_word_is_written_as_a_person_would(self, clerk: Staff) -> None:
        batch = stage([bad()], clerk)
        family = the_faulty(batch)
        save(at(clerk), family, opened(at(clerk), family) | {"2-relation": "30", "2-shares": "否"})
        family.refresh_from_db()
        cells = row_from_wire(*family.content[0]).cells
        assert cells[batch.layout["positions"]["relation"]] == "女"

    def test_what_is_left_as_it_is_keeps_its_type(self, clerk: Staff) -> None:
        batch = make_batch(by=clerk)
        family = make_import_family(
            batch, ["F1", "周正", None, Number("421002198001020000"), None, "周小小", "也许"],
            faults=[RowFault(2, "owner_number", "id_numeric_cell")],
        )  # fmt: skip
        save(at(clerk), family, opened(at(clerk), family) | {"2-member_name": "周小大"})
        family.refresh_from_db()
        cells = row_from_wire(*family.content[0]).cells
        assert (cells[3], cells[5], cells[6]) == (Number("421002198001020000"), "周小大", "也许")
        assert "id_numeric_cell" in {fault["code"] for fault in family.errors}

    def test_a_number_that_lost_digits_is_typed_anew_even_where_it_reads_the_same(self, clerk: Staff) -> None:
        payer = owner()
        number = payer.certno
        rows = [line(payer, child(name), "女", family="F1") for name in ("周小甲", "周小乙")]
        family = stage(rows, clerk).families.get()
        place = family.batch.layout["positions"]["owner_number"]
        content = family.content
        for _row, cells in content:
            cells[place] = to_wire(Number(number))
        family.content = content
        family.save()
        recheck(family.batch, [family])
        fields = opened(at(clerk), family)
        assert fields["2-owner_number"] == ""
        save(at(clerk), family, fields)
        family.refresh_from_db()
        assert {fault["code"] for fault in family.errors} == {"id_numeric_cell"}
        save(at(clerk), family, opened(at(clerk), family) | {"2-owner_number": number})
        family.refresh_from_db()
        assert (family.state, family.errors) == (FamilyState.READY, [])

    def test_a_relation_that_nobody_knows_stays_a_choice(self, clerk: Staff) -> None:
        family = the_faulty(stage([bad()], clerk))
        assert opened(at(clerk), family)["2-relation"] == "邻居"

    def test_the_owner_is_corrected_once_for_all_rows(self, clerk: Staff) -> None:
        payer = owner()
        rows = [line(payer, child(name), "女", family="F1", owner_name="周歪") for name in ("周小甲", "周小乙")]
        family = the_faulty(stage(rows, clerk))
        fields = opened(at(clerk), family)
        assert [name for name in fields if name.endswith("owner_name")] == ["2-owner_name"]
        save(at(clerk), family, fields | {"2-owner_name": "周正"})
        family.refresh_from_db()
        assert (family.state, family.errors) == (FamilyState.READY, [])

    def test_two_owners_of_one_family_stand_at_their_rows(self, clerk: Staff) -> None:
        rows = [line(owner(), child(), "女", family="F1"), line(owner("吴甲"), child("吴小"), "女", family="F1")]
        fields = opened(at(clerk), the_faulty(stage(rows, clerk)))
        assert [name for name in fields if name.endswith("owner_number")] == ["2-owner_number", "3-owner_number"]

    def test_rows_are_taken_out_and_a_family_without_any_is_left_out(self, clerk: Staff) -> None:
        payer = owner()
        rows = [line(payer, child(), "女", family="F1"), line(payer, child("周邻"), "邻居", family="F1")]
        batch = stage(rows, clerk)
        family = the_faulty(batch)
        save(at(clerk), family, opened(at(clerk), family) | {"removed": "3"})
        family.refresh_from_db()
        assert (family.state, family.size) == (FamilyState.READY, 1)
        answer = save(at(clerk), family, opened(at(clerk), family) | {"removed": "2"})
        family.refresh_from_db()
        assert (family.state, "已整户移出" in text(answer)) == (FamilyState.LEFT_OUT, True)

    def test_of_two_windows_the_second_sees_both_texts_and_may_store_its_own(self, clerk: Staff) -> None:
        family = the_faulty(stage([bad()], clerk))
        fields = opened(at(clerk), family)
        save(at(clerk), family, fields | {"2-remark": "第一个"})
        answer = save(at(clerk), family, fields | {"2-remark": "第二个"})
        assert answer.status_code == 409
        assert ("第二个" in text(answer), "现已保存为" in text(answer), "第一个" in text(answer)) == (
            True,
            True,
            True,
        )
        assert save(at(clerk), family, fields_of(text(answer))).status_code == 200
        family.refresh_from_db()
        assert "第二个" in family.content[0][1]

    @pytest.mark.parametrize(
        "wrong", [{"version": "x"}, {"2-remark": "长" * 300}, {"removed": "77"}, {"version": ""}]
    )
    def test_what_no_page_sends_stores_nothing(self, clerk: Staff, wrong: dict[str, str]) -> None:
        family = the_faulty(stage([bad()], clerk))
        assert save(at(clerk), family, opened(at(clerk), family) | wrong).status_code == 422
        assert ImportFamily.objects.get(pk=family.pk).version == family.version

    def test_without_a_script_it_is_told_by_a_message(self, clerk: Staff) -> None:
        family = the_faulty(stage([bad()], clerk))
        fields, address = opened(at(clerk), family), f"/imports/families/{family.pk}/correct/"
        assert "已保存并重新校验" in text(at(clerk).post(address, fields | {"2-relation": "30"}, follow=True))
        assert "其间已在另一窗口" in text(at(clerk).post(address, fields | {"2-relation": "20"}, follow=True))

    def test_another_clerk_does_not_correct_it_and_a_supervisor_may(
        self, clerk: Staff, second: Staff, supervisor: Staff
    ) -> None:
        family = the_faulty(stage([bad()], clerk))
        fields = opened(at(clerk), family) | {"2-relation": "30"}
        refused = save(at(second), family, fields)
        assert (refused.status_code, clerk.full_name in text(refused)) == (409, True)
        assert InsuredPerson.objects.get(name="吴小").certno not in text(refused)
        assert save(at(supervisor), family, fields).status_code == 200
        assert ImportFamily.objects.get(pk=family.pk).corrected_by == supervisor

    def test_nothing_is_corrected_while_it_waits_for_its_reviewer(self, clerk: Staff) -> None:
        batch = stage([good("F1"), bad("F2")], clerk)
        family = the_faulty(batch)
        fields = opened(at(clerk), family)
        confirm_batch(batch_id=batch.pk, only_valid=True, by=clerk)
        assert save(at(clerk), family, fields | {"3-relation": "30"}).status_code == 409
        assert ImportFamily.objects.get(pk=family.pk).state == FamilyState.FAULTY


class TestDeciding:
    def test_all_is_refused_while_something_is_to_correct_and_the_valid_go(self, clerk: Staff) -> None:
        batch = stage([good("F1"), bad("F2")], clerk)
        shown = text(at(clerk).get(page_of(batch)))
        assert ("仅登记无误的1户" in shown, "1户留待更正" in shown) == (True, True)
        told = at(clerk).post(f"/imports/{batch.pk}/confirm/", follow=True)
        batch.refresh_from_db()
        assert (batch.state, "1" in text(told)) == (BatchState.CHECKED, True)
        for _click in range(2):
            assert at(clerk).post(f"/imports/{batch.pk}/confirm/", {"only_valid": "yes"}).status_code == 302
        batch.refresh_from_db()
        assert (batch.state, batch.only_valid, batch.confirmed_by) == (BatchState.SUBMITTED, True, clerk)

    def test_a_second_person_does_not_confirm_anothers_batch_but_a_supervisor_may(
        self, clerk: Staff, second: Staff, supervisor: Staff
    ) -> None:
        batch = stage([good()], clerk)
        told = at(second).post(f"/imports/{batch.pk}/confirm/", follow=True)
        batch.refresh_from_db()
        assert (batch.state, str(clerk) in text(told)) == (BatchState.CHECKED, True)
        assert "全部登记" not in text(at(second).get(page_of(batch)))
        at(supervisor).post(f"/imports/{batch.pk}/confirm/")
        batch.refresh_from_db()
        assert (batch.state, batch.confirmed_by) == (BatchState.SUBMITTED, supervisor)

    def test_without_review_it_is_entered_at_once(self, clerk: Staff) -> None:
        make_policy("421000", review_mode="immediate")
        batch = stage([good()], clerk)
        at(clerk).post(f"/imports/{batch.pk}/confirm/")
        batch.refresh_from_db()
        assert (batch.state, batch.job.kind) == (BatchState.APPLYING, "apply_registrations")

    def test_what_was_confirmed_is_taken_back_and_then_discarded(self, clerk: Staff, second: Staff) -> None:
        batch = stage([good()], clerk)
        confirm_batch(batch_id=batch.pk, only_valid=False, by=clerk)
        for staff, way, state in (
            (second, "take-back", BatchState.SUBMITTED),
            (clerk, "discard", BatchState.SUBMITTED),
            (clerk, "take-back", BatchState.CHECKED),
            (second, "discard", BatchState.CHECKED),
            (clerk, "discard", BatchState.DISCARDED),
        ):
            at(staff).post(f"/imports/{batch.pk}/{way}/")
            batch.refresh_from_db()
            assert batch.state == state

    def test_undoing_shows_what_stays_and_asks_why(self, clerk: Staff, supervisor: Staff, reviewer: Staff) -> None:
        batch = enter(stage([good()], clerk), reviewer)
        address = f"/imports/{batch.pk}/undo/"
        assert "将撤销1户" in text(at(supervisor).get(address))
        assert at(supervisor).post(address, {"reason": ""}).status_code == 422
        own = at(clerk).post(address, {"reason": "填报单位撤回"}, follow=True)
        batch.refresh_from_db()
        assert (batch.state, own.status_code) == (BatchState.APPLIED, 200)
        assert at(supervisor).post(address, {"reason": "填报单位撤回"}).status_code == 302
        batch.refresh_from_db()
        assert (batch.state, batch.reason) == (BatchState.UNDOING, "填报单位撤回")

    def test_nothing_entered_is_nothing_to_undo(self, clerk: Staff) -> None:
        batch = stage([good()], clerk)
        answer = at(clerk).get(f"/imports/{batch.pk}/undo/", follow=True)
        assert "无可撤销" in text(answer)


class TestReviewing:
    @pytest.fixture
    def waiting(self, clerk: Staff) -> ImportBatch:
        return confirm_batch(batch_id=stage([good("F1"), good("F2")], clerk).pk, only_valid=True, by=clerk)

    def test_the_queue_leads_to_it_and_the_sample_is_shown_in_full(
        self, reviewer: Staff, waiting: ImportBatch
    ) -> None:
        assert f"/imports/{waiting.pk}/review/" in text(at(reviewer).get("/cases/"))
        shown = text(at(reviewer).get(f"/imports/{waiting.pk}/review/"))
        assert shown.count('name="inspected"') == 2
        assert shown.count("谁可以使用谁的账户") == 2
        assert not any(person.certno in shown for person in InsuredPerson.objects.all())

    def test_nothing_is_approved_before_every_family_of_the_sample_was_compared(
        self, reviewer: Staff, waiting: ImportBatch
    ) -> None:
        address = f"/imports/{waiting.pk}/approve/"
        first, last = waiting.sample
        for ticked in ([], [first], [first, 0], ["x", "²", last]):
            answer = at(reviewer).post(address, {"inspected": ticked})
            waiting.refresh_from_db()
            assert (answer.status_code, waiting.state) == (422, BatchState.SUBMITTED)
        for _click in range(2):
            assert at(reviewer).post(address, {"inspected": waiting.sample}).status_code == 302
        waiting.refresh_from_db()
        assert (waiting.state, waiting.reviewed_by) == (BatchState.APPLYING, reviewer)
        assert Job.objects.filter(kind="apply_registrations").count() == 1

    def test_it_is_sent_back_with_a_reason_that_its_owner_reads(
        self, clerk: Staff, reviewer: Staff, waiting: ImportBatch
    ) -> None:
        address = f"/imports/{waiting.pk}/send-back/"
        assert at(reviewer).post(address, {"reason": " "}).status_code == 422
        assert at(reviewer).post(address, {"reason": "缺签字"}).url == "/cases/"
        waiting.refresh_from_db()
        assert waiting.state == BatchState.CHECKED
        assert "缺签字" in text(at(clerk).get(page_of(waiting)))

    def test_nobody_reviews_what_they_loaded_corrected_or_confirmed(
        self, supervisor: Staff, reviewer: Staff, waiting: ImportBatch
    ) -> None:
        ImportFamily.objects.filter(batch=waiting, number="F1").update(corrected_by=reviewer)
        assert f"/imports/{waiting.pk}/review/" not in text(at(reviewer).get("/cases/"))
        assert "整批通过" not in text(at(reviewer).get(f"/imports/{waiting.pk}/review/"))
        at(reviewer).post(f"/imports/{waiting.pk}/approve/", {"inspected": waiting.sample})
        waiting.refresh_from_db()
        assert waiting.state == BatchState.SUBMITTED

    def test_a_family_that_passes_no_more_is_said(self, reviewer: Staff, waiting: ImportBatch) -> None:
        InsuredPerson.objects.filter(name="周小小").update(name="周大大")
        assert text(at(reviewer).get(f"/imports/{waiting.pk}/review/")).count("本户将不予登记") == 2

    def test_case_and_group_say_from_which_batch_they_came(
        self, clerk: Staff, reviewer: Staff, waiting: ImportBatch
    ) -> None:
        district = make_staff("clerk", "421002")
        enter(waiting, reviewer)
        group = MutualAidGroup.objects.first()
        assert group is not None
        for address in (group.get_absolute_url(), group.cases.get().get_absolute_url()):
            assert f"第{waiting.pk}批第" in text(at(clerk).get(address))
            assert f"第{waiting.pk}批第" not in text(at(district).get(address))


class TestPapers:
    def test_the_workbook_of_errors_is_for_who_works_on_the_batch_and_is_recorded(
        self, clerk: Staff, second: Staff
    ) -> None:
        batch = stage([bad()], clerk)
        address = f"/imports/{batch.pk}/errors.xlsx"
        assert at(second).get(address).status_code == 302
        assert not AuditEvent.objects.filter(kind=AuditKind.PRINT).exists()
        assert at(clerk).get(address).content[:2] == b"PK"
        event = AuditEvent.objects.get(kind=AuditKind.PRINT)
        assert event.detail == {"batch": batch.pk, "paper": "error_book", "families": 1}

    def test_a_large_workbook_of_errors_is_made_by_a_worker_for_whoever_asked(
        self, clerk: Staff, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(error_books, "AT_ONCE", 0)
        batch = stage([bad()], clerk)
        download, make = f"/imports/{batch.pk}/errors.xlsx", f"/imports/{batch.pk}/error-book/make/"
        at_clerk = at(clerk)
        assert "error-book/make/" in text(at_clerk.get(page_of(batch)))
        assert at_clerk.get(download).status_code == 302
        for _twice in range(2):
            assert at_clerk.post(make).status_code == 302
        job = Job.objects.get(kind="write_error_book")
        assert "等待处理" in text(at_clerk.get(f"/imports/{batch.pk}/error-book/"))
        assert at_clerk.get(download).status_code == 302
        run_job(job.pk)
        assert download in text(at_clerk.get(f"/imports/{batch.pk}/error-book/"))
        assert not AuditEvent.objects.filter(kind=AuditKind.PRINT).exists()
        assert at_clerk.get(download).content[:2] == b"PK"
        event = AuditEvent.objects.get(kind=AuditKind.PRINT)
        assert (event.staff, event.detail) == (clerk, {"batch": batch.pk, "paper": "error_book", "families": 1})
        assert at(supervisor).get(download).status_code == 302
        assert download not in text(at(supervisor).get(f"/imports/{batch.pk}/error-book/"))

    def test_a_large_workbook_is_asked_for_by_who_works_on_the_batch_and_may_come_to_nothing(
        self, clerk: Staff, second: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(error_books, "AT_ONCE", 0)
        batch = stage([bad()], clerk)
        make = f"/imports/{batch.pk}/error-book/make/"
        at(second).post(make)
        assert not Job.objects.filter(kind="write_error_book").exists()
        at(clerk).post(make)
        batch.families.update(state=FamilyState.LEFT_OUT, errors=[])
        job = Job.objects.get(kind="write_error_book")
        run_job(job.pk)
        job.refresh_from_db()
        assert (job.state, job.failure) == (JobState.REFUSED, "没有待更正的家庭。")
        assert job.failure in text(at(clerk).get(f"/imports/{batch.pk}/error-book/"))

    def test_a_corrected_workbook_goes_to_a_worker(self, clerk: Staff, second: Staff) -> None:
        batch = stage([bad()], clerk)
        address = f"/imports/{batch.pk}/corrections/"
        assert at(clerk).post(address).status_code == 422
        at(second).post(address, {"file": SimpleUploadedFile("更正.csv", as_csv([good()]))})
        batch.refresh_from_db()
        assert batch.correction is None
        at(clerk).post(address, {"file": SimpleUploadedFile("更正.csv", as_csv([good()]))})
        batch.refresh_from_db()
        assert batch.correction.kind == "correct_registrations"

    def test_the_summary_is_printed_and_recorded(self, clerk: Staff) -> None:
        batch = stage([good("F1"), bad("F2")], clerk)
        auditor = make_staff("auditor", "420000")
        assert at(auditor).get(f"/imports/{batch.pk}/summary.pdf").content[:4] == b"%PDF"
        event = AuditEvent.objects.get(kind=AuditKind.PRINT)
        assert (event.staff, event.detail) == (auditor, {"batch": batch.pk, "paper": "batch_summary"})


class TestHeadings:
    def unmapped(self, clerk: Staff) -> ImportBatch:
        content = as_csv([good()]).decode().replace("户主姓名", "职工").replace("成员姓名", "家属").encode()
        batch = stage("填报单位：东城街道\n".encode() + content, clerk)
        batch.job = Job.objects.create(kind="check_registrations", owner=clerk, region=clerk.region)
        batch.save()
        return batch

    def test_an_unread_file_shows_its_first_rows_and_who_sent_it(self, clerk: Staff) -> None:
        batch = self.unmapped(clerk)
        shown = text(at(clerk).get(page_of(batch)))
        assert batch.state == BatchState.UNMAPPED
        assert "各列含义" in shown
        assert 'value="东城街道"' in shown
        assert InsuredPerson.objects.get(name="周正").certno not in shown

    def test_two_columns_of_one_meaning_and_none_at_all_are_refused(self, clerk: Staff) -> None:
        batch = self.unmapped(clerk)
        address = f"/imports/{batch.pk}/headings/"
        for columns in ({}, {"heading-0": "owner_name", "heading-1": "owner_name"}, {"heading-0": "x"}):
            assert at(clerk).post(address, {"row": "2"} | columns).status_code == 422
        batch.refresh_from_db()
        assert batch.state == BatchState.UNMAPPED

    def test_a_second_person_says_nothing_about_it(self, clerk: Staff, second: Staff) -> None:
        batch = self.unmapped(clerk)
        assert "各列含义" not in text(at(second).get(page_of(batch)))
        at(second).post(f"/imports/{batch.pk}/headings/", {"row": "2", "heading-1": "owner_name"})
        assert not SenderHeading.objects.exists()

    def test_a_column_that_was_not_read_is_offered_for_mapping(self, clerk: Staff) -> None:
        content = as_csv([good()]).decode().replace("备注", "登记事由").encode()
        batch = stage(content, clerk)
        shown = text(at(clerk).get(page_of(batch)))
        assert ("有1列未读取" in shown, "登记事由" in shown) == (True, True)
