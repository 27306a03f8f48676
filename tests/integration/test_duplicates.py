"""Persons registered twice: found, shown side by side, merged by two people, or marked as different."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from accounts.models import AccountEntry, InsuredPerson, Job, PersonalAccount, Region, Staff
from accounts.rules.identity import check_digit
from accounts.selectors import find_persons
from accounts.services.adjustments import decide_adjustment, request_adjustment
from accounts.services.closing import AdjustmentWaiting, NoAccountToTakeOver
from accounts.services.import_persons import import_persons
from accounts.services.jobs import enqueue, run_job
from accounts.services.ledger import AccountClosed, Posting, post_entries
from accounts.services.ledger_proof import check_ledger
from accounts.services.person_rows import COLUMNS
from accounts.services.persons import RecordMerged, change_contact
from accounts.services.review import AlreadyDecided, OwnWork
from families.models import Grant, GroupMember, MutualAidGroup, PersonMatch, Sharing
from families.models.match import Certainty, MatchState
from families.selectors import group_on, payers_for
from families.services.case_forms import CaseInput, LineInput
from families.services.cases import submit_case, withdraw_case
from families.services.drafts import save_case
from families.services.duplicates import mark_different, propose_matches
from families.services.groups import NewMember, NotEligible, create_group
from families.services.lookup import LookupFault, find_member
from families.services.merging import (
    BothBound,
    CaseOpen,
    NotOfThePair,
    RequestChanged,
    merge_persons,
    request_merge,
    send_back,
)
from tests.factories import START, make_group, make_person, make_staff, release_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]

BORN = dt.date(1961, 5, 8)
FIRST17 = "42100219610508123"
NUMBER, NUMBER15 = FIRST17 + check_digit(FIRST17), "421002610508123"
SAME = {"name": "秦建国", "name_key": "qin jian guo", "born_on": BORN}


def card(**fields: Any) -> InsuredPerson:
    return make_person(**({"certno": NUMBER} | SAME | fields))


def old_card(**fields: Any) -> InsuredPerson:
    return make_person(**({"certno": NUMBER15, "insutype": "390"} | SAME | fields))


def passport(**fields: Any) -> InsuredPerson:
    return make_person(**({"certno": "E12345678", "cert_type": "08", "insutype": "390"} | SAME | fields))


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk")


@pytest.fixture
def reviewer() -> Staff:
    return make_staff("reviewer", "421000")


def proposed(by: Staff) -> PersonMatch:
    propose_matches(by=by)
    return PersonMatch.objects.get()


def merged(survivor: InsuredPerson, clerk: Staff, reviewer: Staff) -> PersonMatch:
    """The one pair there is, through both hands."""
    match = proposed(clerk)
    request_merge(match_id=match.pk, survivor_id=survivor.pk, reason="同一人，换发证件", by=clerk)
    return merge_persons(match_id=match.pk, survivor_id=survivor.pk, by=reviewer)


# Finding


def test_the_first_card_and_the_second_are_nearly_certain(clerk: Staff) -> None:
    first, second = card(), old_card()
    match = proposed(clerk)
    assert (match.first, match.second, match.certainty) == (first, second, Certainty.CERTAIN)
    assert ["same_number", ""] in match.evidence["for"]


def test_an_id_and_a_passport_of_one_name_and_birthday_are_proposed(clerk: Staff) -> None:
    passport(), card()
    match = proposed(clerk)
    assert match.certainty in (Certainty.LIKELY, Certainty.POSSIBLE)
    assert ["other_certificate", "01/08"] in match.evidence["for"]


@pytest.mark.parametrize(
    "other",
    [
        {"name": "秦建军", "name_key": "qin jian jun", "cert_type": "08", "certno": "E7654321"},
        {"born_on": dt.date(1985, 5, 8), "cert_type": "08", "certno": "E7654321"},
        {"gender": "2", "cert_type": "08", "certno": "E7654321"},
        {"certno": "42100219610508137" + check_digit("42100219610508137")},
        {"certno": "421002610508129"},
    ],
    ids=["a twin", "father and son of one name", "another gender", "two valid resident IDs", "another old number"],
)
def test_who_is_not_the_same_is_not_proposed(other: dict[str, Any], clerk: Staff) -> None:
    card()
    make_person(**(SAME | other))
    assert propose_matches(by=clerk).proposed == 0


def test_two_who_sit_in_one_family_are_weighed_and_not_proposed(clerk: Staff) -> None:
    one, other = card(current="1.00", by=clerk), passport()
    members = [NewMember(one.pk, "01", START, rank=1), NewMember(other.pk, "71", START)]
    create_group(region=Region.objects.get(pk="421002"), members=members, by=clerk)
    search = propose_matches(by=clerk)
    assert (search.compared, search.proposed) == (1, 0)


def test_a_second_search_proposes_nothing_anew_whatever_became_of_the_pair(clerk: Staff) -> None:
    card(), old_card()
    match = proposed(clerk)
    mark_different(match_id=match.pk, reason="双胞胎，号码登记有误", by=clerk)
    search = propose_matches(by=clerk)
    assert (search.compared, search.proposed) == (0, 0)
    assert PersonMatch.objects.get().state == MatchState.DIFFERENT


def test_each_searches_the_own_region_alone() -> None:
    card(region="421002"), old_card(region="421003")
    assert propose_matches(by=make_staff("clerk", "421002")).proposed == 0
    assert propose_matches(by=make_staff("supervisor", "330000")).proposed == 0
    assert propose_matches(by=make_staff("supervisor", "421000")).proposed == 1
    assert not PersonMatch.objects.for_staff(make_staff("clerk", "421002")).exists()
    assert PersonMatch.objects.for_staff(make_staff("clerk", "421000")).exists()


def test_the_search_is_a_job_refused_to_whom_the_right_was_taken(clerk: Staff) -> None:
    card(), old_card()
    job = enqueue(kind="propose_matches", by=clerk)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"compared": 1, "proposed": 1})
    refused = enqueue(kind="propose_matches", by=clerk)
    clerk.groups.clear()
    run_job(refused.pk)
    assert Job.objects.get(pk=refused.pk).state == "refused"


# Merging


def test_the_money_moves_to_the_fen_bucket_by_bucket_and_the_sum_stays(clerk: Staff, reviewer: Staff) -> None:
    stays = card(prior="10.01", current="2.02", by=clerk)
    closed = old_card(insutype="310", prior="100.10", current="0.03", by=clerk)
    before = PersonalAccount.objects.aggregate(Sum("prior_years"), Sum("current_year"))
    match = merged(stays, clerk, reviewer)
    account, other = PersonalAccount.objects.get(person=stays), PersonalAccount.objects.get(person=closed)
    assert (account.prior_years, account.current_year) == (Decimal("110.11"), Decimal("2.05"))
    assert (other.prior_years, other.current_year) == (0, 0)
    assert PersonalAccount.objects.aggregate(Sum("prior_years"), Sum("current_year")) == before
    entries = AccountEntry.objects.filter(source=f"merge:{match.pk}").order_by("kind")
    assert [(entry.kind, entry.account_id, entry.posted_by) for entry in entries] == [
        ("107", account.pk, reviewer),
        ("207", other.pk, reviewer),
    ]
    assert check_ledger(by=make_staff("auditor", "100000")).violations == []


def test_a_record_without_money_or_account_merges_without_an_entry(clerk: Staff, reviewer: Staff) -> None:
    stays = old_card()
    card(by=clerk)
    merged(stays, clerk, reviewer)
    assert not AccountEntry.objects.exists()


def test_money_needs_an_account_that_takes_it(clerk: Staff, reviewer: Staff) -> None:
    card(current="5.00", by=clerk)
    stays = old_card()
    match = proposed(clerk)
    with pytest.raises(NoAccountToTakeOver):
        request_merge(match_id=match.pk, survivor_id=stays.pk, reason="x1", by=clerk)
    assert PersonMatch.objects.get().state == MatchState.PROPOSED


def family_of(owner: InsuredPerson, *others: InsuredPerson, by: Staff) -> MutualAidGroup:
    """The owner, a wife who shares up to 500.00, and a child."""
    wife = make_person("妻", gender="2", current="50.00", by=by)
    child = make_person("子", insutype="390", born_on=dt.date(1990, 1, 1))
    members = [
        NewMember(owner.pk, "01", START, rank=1, share_limit=Decimal("800.00")),
        NewMember(wife.pk, "12", START, rank=2, share_limit=Decimal("500.00")),
        NewMember(child.pk, "20", START),
    ]
    return create_group(region=Region.objects.get(pk="421002"), members=members, by=by)


def shape(group: MutualAidGroup, day: dt.date, names: dict[int, str]) -> tuple[Any, ...]:
    """A family on a day, with the person that was merged and the one that stays told apart."""
    picture = group_on(group, day)
    return (
        [(names.get(one.person_id, one.person.name), one.seat, one.relation, terms.rank, terms.share_limit)
         for one, terms in picture.members],
        [(names.get(p.person_id, p.person.name), names.get(b.person_id, b.person.name), rank, basis)
         for p, b, rank, basis in picture.grants],
    )  # fmt: skip


def test_a_family_goes_on_the_same_from_today_and_stays_what_it_was_before(clerk: Staff, reviewer: Staff) -> None:
    closed = old_card(insutype="310", current="9.00", by=clerk)
    stays = card(by=clerk)
    group, today = family_of(closed, by=clerk), timezone.localdate()
    yesterday = today - dt.timedelta(days=1)
    before = shape(group, today, {closed.pk: "×"})
    yesterdays = shape(group, yesterday, {})
    merged(stays, clerk, reviewer)
    assert shape(group, today, {stays.pk: "×"}) == before
    assert shape(group, today + dt.timedelta(days=999), {stays.pk: "×"}) == before
    assert shape(group, yesterday, {}) == yesterdays
    assert payers_for(stays, today)[0].name == "妻"
    assert payers_for(closed, today) == []
    ended = GroupMember.objects.get(person=closed)
    assert (ended.joined_on, ended.left_on, ended.left_reason) == (START, today, f"→ {stays.psn_no}")


def test_of_a_member_who_is_still_to_come_and_to_leave_again_no_day_is_lost(clerk: Staff, reviewer: Staff) -> None:
    today = timezone.localdate()
    closed, stays = old_card(), card(by=clerk)
    group = family_of(make_person("户主", current="1.00", by=clerk), by=clerk)
    first, last = today + dt.timedelta(days=30), today + dt.timedelta(days=90)
    GroupMember.objects.create(
        group=group, person=closed, seat=4, relation="71", exclusive=True, joined_on=first, left_on=last
    )
    merged(stays, clerk, reviewer)
    row = GroupMember.objects.get(person=stays)
    assert (row.joined_on, row.left_on, row.seat, row.relation) == (first, last, 4, "71")
    assert not GroupMember.objects.filter(person=closed).on(first).exists()


def test_two_groups_at_once_are_settled_first(clerk: Staff, reviewer: Staff) -> None:
    closed, stays = old_card(insutype="310", by=clerk), card(current="1.00", by=clerk)
    first, second = family_of(closed, by=clerk), family_of(stays, by=clerk)
    match = proposed(clerk)
    with pytest.raises(BothBound, match=first.number) as refusal:
        request_merge(match_id=match.pk, survivor_id=stays.pk, reason="x1", by=clerk)
    assert {group.number for group in refusal.value.groups} == {first.number, second.number}


def test_what_came_up_after_the_request_refuses_the_merge_too(clerk: Staff, reviewer: Staff) -> None:
    closed, stays = old_card(insutype="310", by=clerk), card(current="1.00", by=clerk)
    match = proposed(clerk)
    request_merge(match_id=match.pk, survivor_id=stays.pk, reason="x1", by=clerk)
    family_of(closed, by=clerk), family_of(stays, by=clerk)
    with pytest.raises(BothBound):
        merge_persons(match_id=match.pk, survivor_id=stays.pk, by=reviewer)
    assert not InsuredPerson.objects.exclude(merged_into=None).exists()


def test_two_seats_in_one_group_are_settled_first(clerk: Staff) -> None:
    closed, stays = old_card(), card(by=clerk)
    match = proposed(clerk)
    group = family_of(make_person("户主", current="1.00", by=clerk), by=clerk)
    for seat, person in ((4, closed), (5, stays)):
        GroupMember.objects.create(
            group=group, person=person, seat=seat, relation="71", exclusive=False, joined_on=START
        )
    with pytest.raises(BothBound):
        request_merge(match_id=match.pk, survivor_id=stays.pk, reason="x1", by=clerk)
    release_member(
        member_id=GroupMember.objects.get(person=closed).pk, day=timezone.localdate(), reason="x", by=clerk
    )
    request_merge(match_id=match.pk, survivor_id=stays.pk, reason="x1", by=clerk)


def test_an_open_case_is_decided_first_and_named(clerk: Staff, reviewer: Staff) -> None:
    closed, stays = old_card(), card(by=clerk)
    match = proposed(clerk)
    owner = make_person("户主", current="1.00", by=clerk)
    lines = [LineInput(owner.pk, "01", True, START, rank=1), LineInput(closed.pk, "71", False, START)]
    case = save_case(form=CaseInput(key=uuid4(), owner_id=owner.pk, lines=lines), by=clerk)
    with pytest.raises(CaseOpen, match=case.number):
        request_merge(match_id=match.pk, survivor_id=stays.pk, reason="x1", by=clerk)
    withdraw_case(case_id=case.pk, reason="x1", by=clerk)
    request_merge(match_id=match.pk, survivor_id=stays.pk, reason="x1", by=clerk)


def test_a_waiting_adjustment_is_decided_first(clerk: Staff, reviewer: Staff) -> None:
    closed, stays = old_card(insutype="310", by=clerk), card(by=clerk)
    match = proposed(clerk)
    adjustment = request_adjustment(
        account=closed.account, prior_change=Decimal(1), current_change=Decimal(0), reason="x", key=uuid4(), by=clerk
    )
    with pytest.raises(AdjustmentWaiting):
        request_merge(match_id=match.pk, survivor_id=stays.pk, reason="x1", by=clerk)
    decide_adjustment(adjustment_id=adjustment.pk, approve=True, decision="", by=reviewer)
    request_merge(match_id=match.pk, survivor_id=stays.pk, reason="x1", by=clerk)


def test_nobody_decides_what_they_asked_for_not_even_past_the_service(clerk: Staff) -> None:
    supervisor = make_staff("supervisor")
    stays, _closed = card(by=clerk), old_card()
    match = proposed(supervisor)
    request_merge(match_id=match.pk, survivor_id=stays.pk, reason="x1", by=supervisor)
    for service in (merge_persons, send_back):
        more = {"survivor_id": stays.pk} if service is merge_persons else {"reason": "x1"}
        with pytest.raises(OwnWork):
            service(match_id=match.pk, by=supervisor, **more)  # type: ignore[operator]
    with pytest.raises(DatabaseError, match="match_two_people"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE families_personmatch SET state = 'merged', decided_by_id = requested_by_id, decided_at = now()"
        )


def test_a_request_sent_back_is_asked_anew_and_the_page_of_before_decides_nothing(
    clerk: Staff, reviewer: Staff
) -> None:
    one, other = card(by=clerk), old_card()
    match = proposed(clerk)
    request_merge(match_id=match.pk, survivor_id=one.pk, reason="x1", by=clerk)
    send_back(match_id=match.pk, reason="请核对照片", by=reviewer)
    match.refresh_from_db()
    assert (match.state, match.decision, match.survivor) == (MatchState.PROPOSED, "请核对照片", None)
    request_merge(match_id=match.pk, survivor_id=other.pk, reason="x2", by=clerk)
    with pytest.raises(RequestChanged):
        merge_persons(match_id=match.pk, survivor_id=one.pk, by=reviewer)
    merge_persons(match_id=match.pk, survivor_id=other.pk, by=reviewer)
    with pytest.raises(AlreadyDecided):
        merge_persons(match_id=match.pk, survivor_id=other.pk, by=reviewer)


def test_the_one_that_stays_is_one_of_the_two(clerk: Staff) -> None:
    card(by=clerk), old_card()
    match = proposed(clerk)
    with pytest.raises(NotOfThePair):
        request_merge(match_id=match.pk, survivor_id=make_person().pk, reason="x1", by=clerk)


def test_a_pair_marked_as_different_may_be_one_person_after_all(clerk: Staff, reviewer: Staff) -> None:
    stays, _closed = card(by=clerk), old_card()
    match = proposed(clerk)
    mark_different(match_id=match.pk, reason="x1", by=clerk)
    with pytest.raises(AlreadyDecided):
        mark_different(match_id=match.pk, reason="x2", by=clerk)
    request_merge(match_id=match.pk, survivor_id=stays.pk, reason="x3", by=clerk)
    assert merge_persons(match_id=match.pk, survivor_id=stays.pk, by=reviewer).state == MatchState.MERGED


# What a merged record is afterwards


@pytest.fixture
def pair(clerk: Staff, reviewer: Staff) -> tuple[InsuredPerson, InsuredPerson]:
    """The record that stays and the one that was merged into it, both with accounts."""
    stays = card(current="1.00", by=clerk)
    closed = old_card(insutype="310", current="2.00", by=clerk)
    merged(stays, clerk, reviewer)
    closed.refresh_from_db()
    return stays, closed


Pair = tuple[InsuredPerson, InsuredPerson]


def test_its_numbers_find_the_one_that_stays(pair: Pair, clerk: Staff) -> None:
    stays, closed = pair
    for text in (NUMBER15, closed.psn_no, NUMBER, stays.psn_no):
        assert [person.pk for person in find_persons(text, staff=clerk)] == [stays.pk]
        assert find_member(number=text, name="", by=clerk).pk == stays.pk
    assert [person.pk for person in find_persons("秦建国", staff=clerk)] == [stays.pk]


def test_elsewhere_the_old_number_and_the_name_open_the_one_that_stays(pair: Pair) -> None:
    abroad = make_staff("clerk", "330100")
    assert find_member(number=NUMBER15, name="秦建国", by=abroad).pk == pair[0].pk
    with pytest.raises(LookupFault):
        find_member(number=NUMBER15, name="", by=abroad)
    assert list(find_persons(NUMBER15, staff=abroad)) == []


def test_a_chain_is_followed_to_its_end_and_nobody_merges_into_what_was_merged(
    pair: Pair, clerk: Staff, reviewer: Staff
) -> None:
    stays, closed = pair
    third = passport()
    propose_matches(by=clerk)
    match = PersonMatch.objects.exclude(state=MatchState.MERGED).get()
    with pytest.raises(NoAccountToTakeOver):
        request_merge(match_id=match.pk, survivor_id=third.pk, reason="x1", by=clerk)
    PersonalAccount.objects.create(person=third, opened_on=START)
    request_merge(match_id=match.pk, survivor_id=third.pk, reason="x1", by=clerk)
    merge_persons(match_id=match.pk, survivor_id=third.pk, by=reviewer)
    closed = InsuredPerson.objects.get(pk=closed.pk)
    assert closed.merged_into == stays
    assert closed.survivor == third
    assert find_member(number=NUMBER15, name="", by=clerk) == third
    late = make_person()
    with pytest.raises(DatabaseError, match="merged itself"), transaction.atomic():
        InsuredPerson.objects.filter(pk=late.pk).update(merged_into=stays, status="3", status_reason="x")


def test_a_pair_with_a_record_merged_meanwhile_waits_for_nothing_any_more(clerk: Staff, reviewer: Staff) -> None:
    stays, closed, third = card(by=clerk), old_card(), passport()
    propose_matches(by=clerk)
    match = PersonMatch.objects.get(first=stays, second=closed)
    stale = PersonMatch.objects.get(first=closed, second=third)
    request_merge(match_id=stale.pk, survivor_id=third.pk, reason="x1", by=clerk)
    request_merge(match_id=match.pk, survivor_id=stays.pk, reason="x1", by=clerk)
    merge_persons(match_id=match.pk, survivor_id=stays.pk, by=reviewer)
    with pytest.raises(RecordMerged):
        merge_persons(match_id=stale.pk, survivor_id=third.pk, by=reviewer)
    assert stale not in PersonMatch.objects.current()
    assert match in PersonMatch.objects.current()


def test_it_is_not_changed_any_more_by_a_page_or_by_hand(pair: Pair, clerk: Staff) -> None:
    _stays, closed = pair
    with pytest.raises(RecordMerged):
        change_contact(person_id=closed.pk, version=closed.version, mobile="16012345678", by=clerk)
    with pytest.raises(RecordMerged):
        request_adjustment(
            account=closed.account,
            prior_change=Decimal(1),
            current_change=Decimal(0),
            reason="x",
            key=uuid4(),
            by=clerk,
        )
    for statement in ("UPDATE accounts_insuredperson SET name = 'x'", "DELETE FROM accounts_insuredperson"):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{statement} WHERE id = %s", [closed.pk])


def test_its_account_takes_no_more_postings(pair: Pair, clerk: Staff) -> None:
    account = PersonalAccount.objects.get(person=pair[1])
    with pytest.raises(AccountClosed):
        post_entries(
            postings=[Posting(account.pk, "101", START, "credit:2026-03", current_change=Decimal("5.00"))], by=clerk
        )
    # The transfer itself, sent twice, is the entry that is there.
    out = AccountEntry.objects.get(account=account, kind="207")
    again = Posting(account.pk, "207", out.business_date, out.source, out.prior_change, out.current_change)
    assert post_entries(postings=[again], by=clerk) == [out]


def test_it_joins_no_family(pair: Pair, clerk: Staff) -> None:
    _stays, closed = pair
    owner = make_person("户主", current="1.00", by=clerk)
    members = [NewMember(owner.pk, "01", START, rank=1), NewMember(closed.pk, "71", START)]
    with pytest.raises(NotEligible, match="insurance_suspended"):
        create_group(region=Region.objects.get(pk="421002"), members=members, by=clerk)
    lines = [LineInput(owner.pk, "01", True, START, rank=1), LineInput(closed.pk, "71", False, START)]
    case = save_case(form=CaseInput(key=uuid4(), owner_id=owner.pk, lines=lines), by=clerk)
    with pytest.raises(NotEligible):
        submit_case(case_id=case.pk, by=clerk)
    group = make_group(by=clerk)
    with pytest.raises(DatabaseError, match="was merged"), transaction.atomic():
        GroupMember.objects.create(
            group=group, person=closed, seat=2, relation="71", exclusive=False, joined_on=START
        )


def row_of(person: InsuredPerson, **fields: str) -> dict[str, str]:
    row = {
        "psn_no": person.psn_no, "psn_name": person.name, "psn_cert_type": person.cert_type, "certno": person.certno,
        "gend": "1", "brdy": "1961-05-08", "mobile": "16000000001", "insu_admdvs": "421002", "insutype": "310",
        "psn_type": "1101", "psn_insu_stas": "1", "prior_years_balance": "", "current_year_balance": "",
    }  # fmt: skip
    return row | fields


def test_an_import_of_the_old_number_changes_neither_record_and_says_which_one_to_name(
    clerk: Staff, reviewer: Staff
) -> None:
    stays, closed = card(by=clerk), passport()
    merged(stays, clerk, reviewer)
    before = list(InsuredPerson.objects.values_list("pk", "version", "status").order_by("pk"))
    lines = [row_of(closed), row_of(closed, psn_no="NEW1")]
    content = "\n".join([",".join(COLUMNS), *(",".join(row[name] for name in COLUMNS) for row in lines)]).encode()
    result = import_persons(content=content, name="p.csv", by=clerk)
    assert [(error.row, error.column, error.code) for error in result.errors] == [
        (2, "psn_no", "record_merged"),
        (3, "certno", "duplicate_row"),
    ]
    assert stays.psn_no in result.errors[0].message
    result = import_persons(content=content.replace(closed.psn_no.encode(), b"NEW2"), name="p.csv", by=clerk)
    assert (result.errors[0].column, result.errors[0].code) == ("certno", "record_merged")
    assert list(InsuredPerson.objects.values_list("pk", "version", "status").order_by("pk")) == before


def test_commands_answer_under_the_old_number_for_the_one_that_stays(
    pair: Pair, clerk: Staff, capsys: pytest.CaptureFixture[str]
) -> None:
    stays, closed = pair
    call_command("show_account", closed.psn_no, "--staff", clerk.username)
    said = capsys.readouterr().out
    assert stays.psn_no in said
    assert "3.00" in said
    family_of(InsuredPerson.objects.get(pk=stays.pk), by=clerk)
    call_command("show_group", closed.psn_no, "--staff", make_staff("supervisor").username)
    assert stays.psn_no in capsys.readouterr().out


# Pages


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def test_two_people_merge_a_pair_on_its_page(clerk: Staff, reviewer: Staff) -> None:
    stays, closed = card(by=clerk), old_card()
    match = proposed(clerk)
    first, second = signed_in(clerk), signed_in(reviewer)
    assert "nearly certain" in first.get("/duplicates/").content.decode()
    page = first.get(f"/duplicates/{match.pk}/").content.decode()
    assert NUMBER15 not in page
    assert NUMBER not in page
    assert "The 15-digit number is the 18-digit one" in page
    assert first.post(f"/duplicates/{match.pk}/request/", {"survivor": stays.pk}).status_code == 422
    first.post(f"/duplicates/{match.pk}/request/", {"survivor": stays.pk, "reason": "换发二代证"})
    assert "Confirm the merge" not in first.get(f"/duplicates/{match.pk}/").content.decode()
    assert "Confirm the merge" in second.get(f"/duplicates/{match.pk}/").content.decode()
    assert first.post(f"/duplicates/{match.pk}/confirm/", {"survivor": stays.pk}).status_code == 403
    second.post(f"/duplicates/{match.pk}/confirm/", {"survivor": stays.pk})
    closed.refresh_from_db()
    assert closed.merged_into == stays
    assert "Also known under" in first.get(f"/persons/{stays.pk}/").content.decode()
    old = first.get(f"/persons/{closed.pk}/").content.decode()
    assert "this person goes on as" in old
    assert "Change the status" not in old
    assert first.get(f"/counter/persons/{closed.pk}/").headers["Location"] == f"/persons/{closed.pk}/"
    found = first.post("/counter/find/", {"text": NUMBER15})
    assert found.headers["Location"] == f"/counter/persons/{stays.pk}/"
    assert closed.psn_no not in first.get("/admin/accounts/insuredperson/").content.decode()


def test_a_refusal_is_told_on_the_page_and_nothing_that_was_typed_is_lost(clerk: Staff) -> None:
    card(current="1.00", by=clerk)
    stays = old_card()
    match = proposed(clerk)
    answer = signed_in(clerk).post(
        f"/duplicates/{match.pk}/request/", {"survivor": stays.pk, "reason": "换发二代证件"}
    )
    assert answer.status_code == 409
    assert "let the other record stay" in answer.content.decode()
    assert "换发二代证件" in answer.content.decode()


def test_a_pair_is_there_for_whoever_sees_both_records_alone() -> None:
    card(region="421002"), old_card(region="421003")
    match = proposed(make_staff("supervisor", "421000"))
    for region, status in (("421002", 404), ("421003", 404), ("330100", 404), ("421000", 200), ("420000", 200)):
        assert signed_in(make_staff("clerk", region)).get(f"/duplicates/{match.pk}/").status_code == status
    one = PersonMatch.objects.get().first_id
    near = signed_in(make_staff("clerk", "421002")).get(f"/persons/{one}/family/").content.decode()
    assert "Possibly registered twice" not in near
    above = signed_in(make_staff("clerk", "421000")).get(f"/persons/{one}/family/").content.decode()
    assert "Possibly registered twice" in above


def test_of_two_records_in_two_regions_each_clerk_sees_the_own_one_alone() -> None:
    stays, closed = card(region="421002"), old_card(region="421003")
    merged(stays, make_staff("clerk", "421000"), make_staff("reviewer", "421000"))
    own = signed_in(make_staff("clerk", "421003")).get(f"/persons/{closed.pk}/").content.decode()
    assert "Merged into a record of another region" in own
    assert stays.psn_no not in own
    other = signed_in(make_staff("clerk", "421002"))
    assert closed.psn_no not in other.get(f"/persons/{stays.pk}/").content.decode()
    assert other.post("/persons/find/", {"text": NUMBER15}).headers["Location"] == f"/persons/{stays.pk}/"


def test_history_of_the_pair_and_of_both_records_tells_who_did_what(clerk: Staff, reviewer: Staff) -> None:
    stays, closed = card(by=clerk), old_card()
    merged(stays, clerk, reviewer)
    auditor = signed_in(make_staff("auditor"))
    trail = auditor.get(f"/persons/{closed.pk}/trail/").content.decode()
    assert "merged into" in trail
    assert stays.psn_no in trail
    family = auditor.get(f"/persons/{closed.pk}/family/trail/").content.decode()
    for name in (clerk.full_name, reviewer.full_name):
        assert name in family


def test_sharings_and_grants_of_a_merged_payer_end_and_begin_on_one_day(clerk: Staff, reviewer: Staff) -> None:
    closed, stays = old_card(insutype="310", by=clerk), card(by=clerk)
    family_of(closed, by=clerk)
    merged(stays, clerk, reviewer)
    today = timezone.localdate()
    assert set(Sharing.objects.filter(payer__person=closed).values_list("ends_on", flat=True)) == {today}
    assert set(Sharing.objects.filter(payer__person=stays).values_list("starts_on", "rank", "share_limit")) == {
        (today, 1, Decimal("800.00"))
    }
    old, new = (Grant.objects.filter(payer__person=one).count() for one in (closed, stays))
    assert old == new > 0
