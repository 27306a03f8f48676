"""A batch of registration forms from its file to its end: who may do what, and what becomes of every family."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.models import InsuredPerson, Staff
from accounts.models.audit import AuditEvent, AuditKind
from accounts.services.jobs import Progress, Unwatched
from accounts.services.review import AlreadyDecided, NotYours, OwnWork
from families.models import GroupMember, ImportBatch, ImportFamily, MutualAidGroup, RegistrationCase, SenderHeading
from families.services.imports.applying import apply_batch
from families.services.imports.batches import (
    FaultyFamilies,
    HasEntered,
    NothingReady,
    NotInspected,
    approve_batch,
    assign_headings,
    confirm_batch,
    discard_batch,
    load_file,
    return_batch,
    take_back,
)
from families.services.imports.corrections import FamilyChanged, correct_family, run_corrections
from families.services.imports.corrections import load_corrections as send_corrections
from families.services.imports.staging import run_check
from families.services.imports.undoing import run_undo, undo_batch, what_stays
from settlement.services.settling import record_settlement
from tests.factories import (
    make_bill,
    make_person,
    make_policy,
    make_staff,
    make_suspension,
    picture_of,
    release_member,
    reversal_of,
)
from tests.registrations import as_csv, enter, faults, line, stage, states

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk", "421000")


@pytest.fixture
def reviewer() -> Staff:
    return make_staff("reviewer", "421000")


@pytest.fixture
def at_once() -> None:
    """A policy without a second person."""
    make_policy("421000", review_mode="immediate")


def owner() -> InsuredPerson:
    return make_person("周正", born_on=dt.date(1980, 1, 2))


def child() -> InsuredPerson:
    return make_person("周小小", insutype="390", gender="2", born_on=dt.date(2015, 5, 5))


def wife() -> InsuredPerson:
    return make_person("吴兰", gender="2", born_on=dt.date(1982, 5, 5))


class Watched(Progress):
    """The progress of a job that is run here."""

    def _hold(self) -> None:
        return


def watched() -> Progress:
    return Watched(0, 0)


def test_a_family_goes_in_as_the_counter_would_bind_it(clerk: Staff, reviewer: Staff) -> None:
    head, spouse = owner(), wife()
    rows = [
        line(head, spouse, "妻子", shares="是", rank="2", share_limit="500", starts_on="2026-02-01"),
        line(head, child(), "女", last_on="2026-12-31"),
    ]
    batch = enter(stage(rows, clerk), reviewer)
    family = batch.families.get()
    assert (batch.state, family.state) == ("applied", "applied")
    case = family.case
    assert case is not None
    assert case.group == family.group
    assert (case.kind, case.state, case.channel, case.effective_on) == (
        "create", "effective", "import", dt.date(2026, 2, 1),
    )  # fmt: skip
    assert (case.handled_by, case.opened_by, case.reviewed_by) == (clerk, clerk, reviewer)
    assert [(one.position, one.relation, one.shares) for one in case.lines.order_by("position")] == [
        (1, "01", True), (2, "12", True), (3, "30", False),
    ]  # fmt: skip
    members = list(GroupMember.objects.filter(group=family.group).order_by("seat"))
    assert [(one.relation, one.joined_on, one.left_on) for one in members] == [
        ("01", dt.date(2026, 2, 1), None),
        ("12", dt.date(2026, 2, 1), None),
        ("30", dt.date(2026, 3, 1), dt.date(2027, 1, 1)),
    ]
    assert [str(one.share_limit) for one in members[1].sharings.all()] == ["500.00"]


def test_new_members_are_added_to_the_group_that_the_owner_has(clerk: Staff, reviewer: Staff) -> None:
    head, first, second = owner(), child(), child()
    enter(stage([line(head, first, "女")], clerk), reviewer)
    group = MutualAidGroup.objects.get()
    batch = enter(stage([line(head, first, "女"), line(head, second, "女")], clerk), reviewer)
    family = batch.families.get()
    assert (family.state, family.group) == ("applied", group)
    assert family.case is not None
    assert (family.case.kind, family.case.state, family.case.lines.count()) == ("add", "effective", 1)
    assert [one.person for one in group.members.order_by("seat")] == [head, first, second]
    assert MutualAidGroup.objects.count() == 1


def test_two_hundred_families_go_in_whole(clerk: Staff, reviewer: Staff) -> None:
    """More than one COPY's worth, in the order of the file."""
    heads = [owner() for _each in range(120)]
    batch = enter(stage([line(head, child(), "女") for head in heads], clerk), reviewer)
    assert set(states(batch)) == {"applied"}
    assert MutualAidGroup.objects.count() == RegistrationCase.objects.filter(state="effective").count() == 120
    owners = GroupMember.objects.filter(seat=1).order_by("group_id").values_list("person", flat=True)
    assert list(owners) == [head.pk for head in heads]
    event = GroupMember.pgh_event_model.objects.order_by("-pgh_id").first()  # type: ignore[attr-defined]
    assert event.pgh_context["staff"] == reviewer.pk


def test_what_one_batch_does_stands_in_the_audit_trail(clerk: Staff, reviewer: Staff) -> None:
    enter(stage([line(owner(), child(), "女")], clerk), reviewer)
    read, entered = AuditEvent.objects.filter(kind=AuditKind.IMPORT).order_by("sequence")
    assert (read.staff, read.detail["rows"], read.detail["families"]) == (clerk, 1, 1)
    assert (entered.staff, entered.detail["entered"]) == (reviewer, 1)


class TestConfirming:
    def test_one_fault_means_nothing_goes_in_unless_the_valid_ones_are_asked_for(self, clerk: Staff) -> None:
        batch = stage([line(owner(), child(), "女"), line(owner(), child(), "邻居")], clerk)
        with pytest.raises(FaultyFamilies):
            confirm_batch(batch_id=batch.pk, only_valid=False, by=clerk)
        assert confirm_batch(batch_id=batch.pk, only_valid=True, by=clerk).state == "submitted"

    def test_without_a_ready_family_there_is_nothing_to_confirm(self, clerk: Staff) -> None:
        batch = stage([line(owner(), child(), "邻居")], clerk)
        with pytest.raises(NothingReady):
            confirm_batch(batch_id=batch.pk, only_valid=True, by=clerk)

    def test_another_clerk_may_not_and_a_supervisor_may(self, clerk: Staff) -> None:
        batch = stage([line(owner(), child(), "女")], clerk)
        with pytest.raises(NotYours):
            confirm_batch(batch_id=batch.pk, only_valid=False, by=make_staff("clerk", "421000"))
        supervisor = make_staff("supervisor", "421000")
        assert confirm_batch(batch_id=batch.pk, only_valid=False, by=supervisor).confirmed_by == supervisor

    def test_outside_the_region_the_batch_is_not_there(self, clerk: Staff) -> None:
        batch = stage([line(owner(), child(), "女")], clerk)
        with pytest.raises(ImportBatch.DoesNotExist):
            confirm_batch(batch_id=batch.pk, only_valid=False, by=make_staff("supervisor", "330100"))

    def test_a_second_click_changes_nothing(self, clerk: Staff) -> None:
        batch = stage([line(owner(), child(), "女")], clerk)
        first = confirm_batch(batch_id=batch.pk, only_valid=False, by=clerk)
        again = confirm_batch(batch_id=batch.pk, only_valid=False, by=clerk)
        assert (again.sample, again.confirmed_at) == (first.sample, first.confirmed_at)

    @pytest.mark.usefixtures("at_once")
    def test_where_the_policy_asks_for_nobody_else_the_families_go_in_at_once(self, clerk: Staff) -> None:
        batch = stage([line(owner(), child(), "女")], clerk)
        assert confirm_batch(batch_id=batch.pk, only_valid=False, by=clerk).state == "applying"
        assert apply_batch(batch.pk, progress=Unwatched(), by=clerk).state == "applied"
        case = RegistrationCase.objects.get()
        assert (case.review_mode, case.reviewed_by, case.state) == ("immediate", None, "effective")

    @pytest.mark.usefixtures("at_once")
    def test_who_was_suspended_since_is_left_out_and_says_why(self, clerk: Staff) -> None:
        late = child()
        batch = stage([line(owner(), late, "女"), line(owner(), child(), "女")], clerk)
        confirm_batch(batch_id=batch.pk, only_valid=True, by=clerk)
        make_suspension(late, "suspended", dt.date(2026, 3, 1))
        batch = apply_batch(batch.pk, progress=Unwatched(), by=clerk)
        assert (batch.state, states(batch)) == ("applied", ["faulty", "applied"])
        assert faults(batch) == [(2, "member_number", "insurance_suspended")]

    @pytest.mark.usefixtures("at_once")
    def test_a_whole_batch_goes_back_to_its_desk_when_one_family_fails_by_then(self, clerk: Staff) -> None:
        late = child()
        batch = stage([line(owner(), child(), "女"), line(owner(), late, "女")], clerk)
        confirm_batch(batch_id=batch.pk, only_valid=False, by=clerk)
        make_suspension(late, "suspended", dt.date(2026, 3, 1))
        batch = apply_batch(batch.pk, progress=Unwatched(), by=clerk)
        assert (batch.state, states(batch)) == ("checked", ["ready", "faulty"])
        assert not MutualAidGroup.objects.exists()

    @pytest.mark.usefixtures("at_once")
    def test_a_family_bound_at_the_counter_meanwhile_is_known_and_not_doubled(self, clerk: Staff) -> None:
        rows = [line(owner(), child(), "女")]
        first, second = stage(rows, clerk), stage([*rows, line(owner(), child(), "女")], clerk)
        enter(first)
        second = enter(second)
        assert states(second) == ["known", "applied"]
        assert MutualAidGroup.objects.count() == 2

    @pytest.mark.usefixtures("at_once")
    def test_what_was_left_behind_is_corrected_and_goes_in_later(self, clerk: Staff) -> None:
        batch = enter(stage([line(owner(), child(), "女"), line(owner(), child(), "邻居")], clerk))
        family = batch.families.get(state="faulty")
        correct_family(family_id=family.pk, version=1, cells={(3, "relation"): "女"}, by=clerk)
        assert states(enter(batch)) == ["applied", "applied"]


class TestReviewing:
    def test_nobody_reviews_what_they_loaded_corrected_or_confirmed(self, clerk: Staff) -> None:
        make_staff("supervisor", "421000")
        batch = stage([line(owner(), child(), "女")], clerk)
        chief = make_staff("supervisor", "421000")
        family = batch.families.get()
        correct_family(family_id=family.pk, version=1, cells={(2, "relation"): "女儿"}, by=chief)
        confirm_batch(batch_id=batch.pk, only_valid=False, by=clerk)
        for own in (clerk, chief):
            with pytest.raises(OwnWork):
                approve_batch(batch_id=batch.pk, inspected=frozenset([family.pk]), by=own)

    def test_who_corrected_or_confirmed_before_others_did_is_remembered(self, clerk: Staff, reviewer: Staff) -> None:
        """Two roles in one person: what another does afterwards does not make the own work another's."""
        both = make_staff("supervisor", "421000")
        both.groups.add(Group.objects.get(name="reviewer"))
        batch = stage([line(owner(), child(), "女")], clerk)
        family = batch.families.get()
        correct_family(family_id=family.pk, version=1, cells={(2, "relation"): "女儿"}, by=both)
        correct_family(family_id=family.pk, version=2, cells={(2, "relation"): "女"}, by=clerk)
        confirm_batch(batch_id=batch.pk, only_valid=False, by=clerk)
        with pytest.raises(OwnWork):
            approve_batch(batch_id=batch.pk, inspected=frozenset([family.pk]), by=both)

        other = stage([line(owner(), child(), "女")], clerk)
        confirm_batch(batch_id=other.pk, only_valid=False, by=both)
        return_batch(batch_id=other.pk, reason="x", by=reviewer)
        confirm_batch(batch_id=other.pk, only_valid=False, by=clerk)
        with pytest.raises(OwnWork):
            approve_batch(
                batch_id=other.pk, inspected=frozenset(other.families.values_list("pk", flat=True)), by=both
            )

    def test_every_family_of_the_sample_has_to_be_inspected(self, clerk: Staff, reviewer: Staff) -> None:
        batch = stage([line(owner(), child(), "女") for _each in range(12)], clerk)
        batch = confirm_batch(batch_id=batch.pk, only_valid=False, by=clerk)
        assert len(set(batch.sample)) == 10
        with pytest.raises(NotInspected):
            approve_batch(batch_id=batch.pk, inspected=frozenset(batch.sample[1:]), by=reviewer)
        assert approve_batch(batch_id=batch.pk, inspected=frozenset(batch.sample), by=reviewer).state == "applying"

    def test_sent_back_it_is_at_its_desk_again_with_the_reason(self, clerk: Staff, reviewer: Staff) -> None:
        batch = stage([line(owner(), child(), "女")], clerk)
        confirm_batch(batch_id=batch.pk, only_valid=False, by=clerk)
        batch = return_batch(batch_id=batch.pk, reason="Forms are not signed", by=reviewer)
        assert (batch.state, batch.reason) == ("checked", "Forms are not signed")
        assert enter(batch, reviewer).state == "applied"

    def test_taken_back_it_cannot_be_approved(self, clerk: Staff, reviewer: Staff) -> None:
        batch = stage([line(owner(), child(), "女")], clerk)
        confirm_batch(batch_id=batch.pk, only_valid=False, by=clerk)
        take_back(batch_id=batch.pk, by=clerk)
        with pytest.raises(AlreadyDecided):
            approve_batch(batch_id=batch.pk, inspected=frozenset(), by=reviewer)

    def test_a_batch_that_waits_is_not_corrected(self, clerk: Staff) -> None:
        batch = stage([line(owner(), child(), "女"), line(owner(), child(), "邻居")], clerk)
        confirm_batch(batch_id=batch.pk, only_valid=True, by=clerk)
        family = batch.families.get(state="faulty")
        with pytest.raises(AlreadyDecided):
            correct_family(family_id=family.pk, version=1, cells={(3, "relation"): "女"}, by=clerk)


class TestCorrecting:
    def test_a_corrected_cell_is_checked_at_once(self, clerk: Staff) -> None:
        batch = stage([line(owner(), child(), "邻居")], clerk)
        family = batch.families.get()
        family = correct_family(family_id=family.pk, version=1, cells={(2, "relation"): " 女 "}, by=clerk)
        assert (family.state, family.errors, family.corrected_by, family.version) == ("ready", [], clerk, 2)

    def test_of_two_windows_the_second_is_told(self, clerk: Staff) -> None:
        family = stage([line(owner(), child(), "邻居")], clerk).families.get()
        correct_family(family_id=family.pk, version=1, cells={(2, "relation"): "女"}, by=clerk)
        with pytest.raises(FamilyChanged):
            correct_family(family_id=family.pk, version=1, cells={(2, "relation"): "子"}, by=clerk)

    def test_only_the_owner_of_the_batch_and_supervisors_correct(self, clerk: Staff) -> None:
        family = stage([line(owner(), child(), "邻居")], clerk).families.get()
        with pytest.raises(NotYours):
            correct_family(family_id=family.pk, version=1, cells={}, by=make_staff("clerk", "421000"))
        with pytest.raises(ImportFamily.DoesNotExist):
            correct_family(family_id=family.pk, version=1, cells={}, by=make_staff("clerk", "330100"))

    def test_the_owner_is_corrected_in_every_row_that_said_the_same(self, clerk: Staff) -> None:
        head = owner()
        rows = [line(head, one, "女", owner_number="123") for one in (child(), child())]
        family = stage(rows, clerk).families.get()
        family = correct_family(family_id=family.pk, version=1, cells={(2, "owner_number"): head.certno}, by=clerk)
        assert (family.state, family.errors) == ("ready", [])

    def test_a_row_that_is_taken_out_is_gone_and_a_family_without_rows_is_taken_out(self, clerk: Staff) -> None:
        head = owner()
        batch = stage([line(head, child(), "女"), line(head, wife(), "岳母")], clerk)
        family = batch.families.get()
        family = correct_family(family_id=family.pk, version=1, cells={}, removed=[3], by=clerk)
        assert (family.state, family.size) == ("ready", 1)
        family = correct_family(family_id=family.pk, version=2, cells={}, removed=[2], by=clerk)
        assert (family.state, family.size, len(family.content)) == ("left_out", 1, 1)

    def test_a_corrected_family_frees_whom_a_later_one_names(self, clerk: Staff) -> None:
        shared, other = child(), child()
        batch = stage([line(owner(), shared, "女", family="A"), line(owner(), shared, "女", family="B")], clerk)
        family = batch.families.get(number="A")
        cells = {(2, "member_number"): other.certno}
        correct_family(family_id=family.pk, version=1, cells=cells, by=clerk)
        assert states(batch) == ["ready", "ready"]

    def test_a_correction_that_names_somebody_of_a_later_family_takes_them(self, clerk: Staff) -> None:
        wanted = child()
        batch = stage([line(owner(), child(), "女", family="A"), line(owner(), wanted, "女", family="B")], clerk)
        family = batch.families.get(number="A")
        correct_family(family_id=family.pk, version=1, cells={(2, "member_number"): wanted.certno}, by=clerk)
        assert states(batch) == ["ready", "faulty"]

    @pytest.mark.usefixtures("at_once")
    def test_what_was_entered_is_not_corrected(self, clerk: Staff) -> None:
        batch = enter(stage([line(owner(), child(), "女")], clerk))
        family = batch.families.get()
        with pytest.raises(AlreadyDecided):
            correct_family(family_id=family.pk, version=1, cells={(2, "relation"): "子"}, by=clerk)

    def test_a_corrected_file_replaces_the_families_in_it_alone(self, clerk: Staff) -> None:
        head, member, third = owner(), child(), owner()
        batch = stage(
            [
                line(head, member, "邻居", family="A"),
                line(owner(), child(), "女", family="B"),
                line(third, child(), "邻居"),
            ],
            clerk,
        )
        corrected = [line(head, member, "女", family="A"), line(third, child(), "女")]
        columns = ["relation", "family", "owner_name", "owner_number", "member_name", "member_number"]
        send_corrections(batch_id=batch.pk, content=as_csv(corrected, columns), name="更正.csv", by=clerk)
        batch.refresh_from_db()
        assert batch.correction is not None
        result = run_corrections(batch.correction, watched())
        assert (result["replaced"], result["ignored"]) == (2, 0)
        assert states(batch) == ["ready"] * 3
        assert batch.families.get(number="B").corrected_by is None


class TestUndoing:
    def undo(self, batch: ImportBatch, by: Staff) -> ImportBatch:
        batch = undo_batch(batch_id=batch.pk, reason="The wrong file", by=by)
        assert batch.job is not None
        run_undo(batch.job, watched())
        batch.refresh_from_db()
        return batch

    @pytest.mark.usefixtures("at_once")
    def test_an_undone_family_was_never_bound(self, clerk: Staff) -> None:
        head, member = owner(), child()
        batch = self.undo(enter(stage([line(head, member, "女")], clerk)), clerk)
        group = MutualAidGroup.objects.get()
        assert (batch.state, states(batch)) == ("undone", ["undone"])
        for day in (dt.date(2026, 3, 1), timezone.localdate()):
            assert picture_of(group, day) == ([], [])
        cases = RegistrationCase.objects.order_by("pk")
        assert [(one.kind, one.cause, one.state) for one in cases] == [
            ("create", "", "effective"),
            ("dissolve", "correction", "effective"),
        ]
        assert (
            states(enter(stage([line(head, member, "女"), line(owner(), child(), "女")], clerk))) == ["applied"] * 2
        )

    @pytest.mark.usefixtures("at_once")
    def test_the_same_file_may_come_again_after_it_was_undone(self, clerk: Staff) -> None:
        content = as_csv([line(owner(), child(), "女")])
        self.undo(enter(stage(content, clerk)), clerk)
        assert states(enter(stage(content, clerk))) == ["applied"]

    @pytest.mark.usefixtures("at_once")
    def test_members_who_were_added_leave_and_the_others_stay(self, clerk: Staff) -> None:
        head, first, second = owner(), child(), child()
        enter(stage([line(head, first, "女")], clerk))
        self.undo(enter(stage([line(head, second, "女")], clerk)), clerk)
        group = MutualAidGroup.objects.get()
        assert group.dissolved_on is None
        present = group.members.on(timezone.localdate()).order_by("seat")
        assert [one.person for one in present] == [head, first]

    @pytest.mark.usefixtures("at_once")
    def test_a_family_that_was_changed_since_stays_and_says_why(self, clerk: Staff) -> None:
        heads, last = [owner(), owner()], child()
        batch = enter(stage([line(head, child(), "女") for head in heads], clerk))
        enter(stage([line(heads[0], last, "女")], clerk))
        ((family, fault),) = what_stays(batch)
        assert (family.position, fault.code) == (1, "case_since")
        batch = self.undo(batch, clerk)
        assert states(batch) == ["applied", "undone"]
        assert batch.families.get(position=1).stays == "case_since"

    @pytest.mark.usefixtures("at_once")
    def test_a_family_that_has_paid_since_stays_until_what_it_paid_is_reversed(self, clerk: Staff) -> None:
        heads, children = (
            [make_person("周正", current="50.00", by=clerk) for _ in range(3)],
            [child() for _ in range(3)],
        )
        batch = enter(stage([line(*pair, "女") for pair in zip(heads, children, strict=True)], clerk))
        now = timezone.now()
        paid, back = make_bill(children[0], "5.00", settled_at=now), make_bill(children[1], "5.00", settled_at=now)
        for bill in (paid, back, reversal_of(back), make_bill(heads[2], "5.00", settled_at=now)):
            record_settlement(new=bill, by=clerk)
        ((family, fault),) = what_stays(batch)
        assert (family.position, fault.code) == (1, "settled_since")
        assert paid.setl_id in fault.message
        batch = self.undo(batch, clerk)
        assert states(batch) == ["applied", "undone", "undone"]
        assert batch.families.get(position=1).stays == "settled_since"

    @pytest.mark.usefixtures("at_once")
    def test_who_joined_by_a_batch_leaves_whatever_the_family_paid_before(self, clerk: Staff) -> None:
        head, first, second = make_person("周正", current="50.00", by=clerk), child(), child()
        enter(stage([line(head, first, "女")], clerk))
        bill = make_bill(first, "5.00", settled_at=timezone.now())
        record_settlement(new=bill, by=clerk)
        assert states(self.undo(enter(stage([line(head, second, "女")], clerk)), clerk)) == ["undone"]

    def test_what_was_reviewed_is_undone_by_a_second_person(self, clerk: Staff, reviewer: Staff) -> None:
        batch = enter(stage([line(owner(), child(), "女")], clerk), reviewer)
        with pytest.raises(NotYours):
            undo_batch(batch_id=batch.pk, reason="x", by=clerk)
        chief = make_staff("supervisor", "421000")
        assert states(self.undo(batch, chief)) == ["undone"]
        case = RegistrationCase.objects.get(kind="dissolve")
        assert (case.handled_by, case.reviewed_by) == (clerk, chief)

    def test_a_batch_that_is_not_entered_is_discarded_instead(self, clerk: Staff) -> None:
        batch = stage([line(owner(), child(), "女")], clerk)
        assert discard_batch(batch_id=batch.pk, by=clerk).state == "discarded"

    @pytest.mark.usefixtures("at_once")
    def test_an_entered_one_is_not_discarded(self, clerk: Staff) -> None:
        batch = enter(stage([line(owner(), child(), "女")], clerk))
        with pytest.raises(HasEntered):
            discard_batch(batch_id=batch.pk, by=clerk)


class TestTheFile:
    def test_the_same_file_is_the_same_batch(self, clerk: Staff) -> None:
        content = as_csv([line(owner(), child(), "女")])
        batch, is_new = load_file(content=content, name="a.csv", by=clerk)
        again, is_new_again = load_file(content=content, name="b.csv", by=make_staff("clerk", "421000"))
        assert (batch, is_new, is_new_again) == (again, True, False)

    def test_a_worker_reads_it(self, clerk: Staff) -> None:
        batch, _new = load_file(content=as_csv([line(owner(), child(), "女")]), name="a.csv", by=clerk)
        assert batch.job is not None
        run_check(batch.job, watched())
        batch.refresh_from_db()
        assert (batch.state, states(batch)) == ("checked", ["ready"])

    def test_a_heading_that_was_explained_is_remembered_for_the_sender(self, clerk: Staff) -> None:
        head, member = owner(), child()

        def form(*names: str) -> bytes:
            text = as_csv([line(head, one, "女") for one in (member, child())][: len(names)]).decode()
            return f"填报单位:某某公司\n{text.replace('与户主关系', '称谓')}".encode()

        batch, _new = load_file(content=form("a"), name="a.csv", by=clerk)
        assert batch.job is not None
        with pytest.raises(Exception, match="与户主关系"):
            run_check(batch.job, watched())
        batch.refresh_from_db()
        assert batch.state == "unmapped"
        batch = assign_headings(batch_id=batch.pk, columns={"称谓": "relation"}, sender="某某公司", by=clerk)
        assert batch.job is not None
        run_check(batch.job, watched())
        batch.refresh_from_db()
        assert (batch.state, states(batch), batch.failure) == ("checked", ["ready"], "")
        assert SenderHeading.objects.get().column == "relation"
        assert states(stage(form("a", "b"), clerk)) == ["ready"]

    def test_headings_of_another_sender_mean_nothing_here(self, clerk: Staff) -> None:
        SenderHeading.objects.create(region=clerk.region, sender="别的公司", heading="称谓", column="relation")
        text = as_csv([line(owner(), child(), "女")]).decode().replace("与户主关系", "称谓")
        assert stage(f"填报单位:某某公司\n{text}".encode(), clerk).state == "unmapped"


class TestTheDatabase:
    def test_an_entered_family_is_final(self, clerk: Staff, reviewer: Staff) -> None:
        batch = enter(stage([line(owner(), child(), "女")], clerk), reviewer)
        family = batch.families.get()
        for change in ({"state": "ready"}, {"content_sealed": b"x"}, {"group": None, "state": "known"}):
            with pytest.raises(DatabaseError), transaction.atomic():
                ImportFamily.objects.filter(pk=family.pk).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            family.delete()

    def test_a_case_of_an_import_is_recorded_once(self, clerk: Staff, reviewer: Staff) -> None:
        batch = enter(stage([line(owner(), child(), "女")], clerk), reviewer)
        case = RegistrationCase.objects.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            RegistrationCase.objects.create(
                number="X", kind="create", region=batch.region, owner=case.owner, opened_by=clerk, handled_by=clerk,
                submission_key=case.submission_key,
            )  # fmt: skip

    def test_a_released_member_is_not_bound_again_by_the_same_file(self, clerk: Staff, reviewer: Staff) -> None:
        """The file is known: what happened since is not undone by loading it once more."""
        content = as_csv([line(owner(), child(), "女")])
        batch = enter(stage(content, clerk), reviewer)
        member = GroupMember.objects.get(seat=2)
        release_member(member_id=member.pk, day=timezone.localdate(), reason="x", by=clerk)
        again, is_new = load_file(content=content, name="a.csv", by=clerk)
        assert (again, is_new) == (batch, False)
        member.refresh_from_db()
        assert member.left_on == timezone.localdate()
