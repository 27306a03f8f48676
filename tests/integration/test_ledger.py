"""The ledger: what the services post, what they refuse, and what its proof finds."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from accounts.models import AccountAdjustment, AccountEntry, InsuredPerson, PersonalAccount, Staff
from accounts.models.account import EntryKind
from accounts.services.adjustments import decide_adjustment, request_adjustment
from accounts.services.ledger import (
    InsufficientBalance,
    Posting,
    SourceConflict,
    carry_over_year,
    credit_month,
    post_entries,
)
from accounts.services.ledger_proof import Violation, check_ledger
from accounts.services.review import AlreadyDecided, OwnWork
from tests.factories import make_person, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
TODAY = dt.date(2026, 3, 16)


@pytest.fixture
def supervisor(regions: None) -> Staff:
    return make_staff("supervisor", "421000")


def account_with(prior: str, current: str) -> PersonalAccount:
    return make_person(prior=prior, current=current).account


def balances(account: PersonalAccount) -> tuple[Decimal, Decimal]:
    account.refresh_from_db()
    return account.prior_years, account.current_year


def yuan(*amounts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(amount) for amount in amounts)


def spending(account: PersonalAccount, prior: str = "0", current: str = "0", source: str = "setl:S1") -> Posting:
    return Posting(
        account_id=account.pk,
        kind=EntryKind.SPENDING,
        business_date=TODAY,
        source=source,
        prior_change=Decimal(prior),
        current_change=Decimal(current),
    )


def check_deferred() -> None:
    """What a commit would check."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_a_posting_moves_both_buckets_and_names_the_balance_after_it(supervisor: Staff) -> None:
    account = account_with("300.00", "200.00")
    (entry,) = post_entries(postings=[spending(account, "-300.00", "-19.99")], by=supervisor)
    check_deferred()
    assert balances(account) == yuan("0.00", "180.01")
    entry.refresh_from_db()
    assert (entry.sequence, entry.prior_change, entry.current_change) == (2, *yuan("-300.00", "-19.99"))
    assert (entry.prior_after, entry.current_after) == yuan("0.00", "180.01")
    assert (entry.posted_by, entry.business_date, entry.kind) == (supervisor, TODAY, "201")


def test_several_postings_of_one_account_follow_one_another(supervisor: Staff) -> None:
    account = account_with("0", "100.00")
    postings = [spending(account, current="-60.00", source="a"), spending(account, current="-40.00", source="b")]
    entries = post_entries(postings=postings, by=supervisor)
    check_deferred()
    assert [(entry.sequence, entry.current_after) for entry in entries] == [(2, Decimal("40.00")), (3, Decimal(0))]
    assert account.entries.count() == 3


def test_the_same_source_again_posts_nothing_and_returns_the_first_entry(supervisor: Staff) -> None:
    account = account_with("0", "100.00")
    (first,) = post_entries(postings=[spending(account, current="-60.00")], by=supervisor)
    (second,) = post_entries(postings=[spending(account, current="-60.00")], by=supervisor)
    assert second.pk == first.pk
    assert balances(account) == yuan("0.00", "40.00")


def test_the_same_posting_twice_in_one_call_is_posted_once(supervisor: Staff) -> None:
    account = account_with("0", "100.00")
    first, second = post_entries(postings=[spending(account, current="-60.00")] * 2, by=supervisor)
    assert first.pk == second.pk
    assert balances(account) == yuan("0.00", "40.00")


@pytest.mark.parametrize(
    "change", [{"current": "-60.01"}, {"current": "60.00"}, {"prior": "-10.00", "current": "-50.00"}]
)
def test_the_same_source_with_other_amounts_is_a_conflict_and_posts_nothing(
    supervisor: Staff, change: dict[str, str]
) -> None:
    account, other = account_with("50.00", "100.00"), account_with("0", "10.00")
    post_entries(postings=[spending(account, current="-60.00")], by=supervisor)
    conflicting = spending(account, **change)
    with pytest.raises(SourceConflict) as conflict:
        post_entries(postings=[spending(other, current="-10.00"), conflicting], by=supervisor)
    assert conflict.value.posting == conflicting
    assert (balances(account), balances(other)) == (yuan("50.00", "40.00"), yuan("0.00", "10.00"))


def test_another_day_for_the_same_source_is_a_conflict(supervisor: Staff) -> None:
    account = account_with("0", "100.00")
    first = spending(account, current="-60.00")
    post_entries(postings=[first], by=supervisor)
    another_day = Posting(first.account_id, first.kind, TODAY + dt.timedelta(days=1), first.source, *yuan("0", "-60"))
    with pytest.raises(SourceConflict):
        post_entries(postings=[another_day], by=supervisor)


def test_the_same_source_may_move_two_accounts(supervisor: Staff) -> None:
    one, two = account_with("0", "100.00"), account_with("0", "100.00")
    post_entries(postings=[spending(one, current="-1.00"), spending(two, current="-2.00")], by=supervisor)
    assert (balances(one), balances(two)) == (yuan("0", "99.00"), yuan("0", "98.00"))


@pytest.mark.parametrize(
    ("prior", "current"), [("-300.01", "0"), ("0", "-200.01"), ("-500.00", "0"), ("0", "-500.00")]
)
def test_a_bucket_is_never_taken_below_zero_and_nothing_is_left_of_the_attempt(
    supervisor: Staff, prior: str, current: str
) -> None:
    account, other = account_with("300.00", "200.00"), account_with("0", "10.00")
    short = spending(account, prior, current)
    with pytest.raises(InsufficientBalance) as refusal:
        post_entries(postings=[spending(other, current="-10.00"), short], by=supervisor)
    assert (refusal.value.posting, refusal.value.prior_years) == (short, Decimal("300.00"))
    assert "300.00" in str(refusal.value)
    assert "200.00" in str(refusal.value)
    assert (balances(account), balances(other)) == (yuan("300.00", "200.00"), yuan("0", "10.00"))
    assert account.entries.count() == other.entries.count() == 1


def test_the_last_fen_can_be_spent_from_both_buckets(supervisor: Staff) -> None:
    account = account_with("300.00", "200.00")
    post_entries(postings=[spending(account, "-300.00", "-200.00")], by=supervisor)
    assert balances(account) == yuan("0.00", "0.00")


def test_a_posting_that_moves_nothing_is_refused_by_the_database(supervisor: Staff) -> None:
    from django.db import IntegrityError, transaction

    account = account_with("0", "1.00")
    with pytest.raises(IntegrityError, match="entry_changes_something"), transaction.atomic():
        post_entries(postings=[spending(account)], by=supervisor)


def test_nothing_to_post_posts_nothing(supervisor: Staff) -> None:
    assert post_entries(postings=[], by=supervisor) == []


def test_a_month_is_credited_to_the_current_year_once(supervisor: Staff) -> None:
    account, other = account_with("5.00", "0"), account_with("0", "7.00")
    amounts = dict(zip([account.pk, other.pk], yuan("120.50", "98.00"), strict=True))
    assert credit_month(month=dt.date(2026, 3, 16), amounts=amounts, by=supervisor) == 2
    assert credit_month(month=dt.date(2026, 3, 31), amounts=amounts, by=supervisor) == 0
    assert (balances(account), balances(other)) == (yuan("5.00", "120.50"), yuan("0.00", "105.00"))
    entry = account.entries.get(kind="101")
    assert (entry.business_date, entry.source) == (dt.date(2026, 3, 1), "credit:2026-03")


def test_a_credit_that_was_interrupted_goes_on_with_those_left_behind(supervisor: Staff) -> None:
    account, other = account_with("0", "0"), account_with("0", "0")
    credit_month(month=TODAY, amounts={account.pk: Decimal("10.00")}, by=supervisor)
    both = {account.pk: Decimal("10.00"), other.pk: Decimal("20.00")}
    assert credit_month(month=TODAY, amounts=both, by=supervisor) == 1
    assert (balances(account), balances(other)) == (yuan("0", "10.00"), yuan("0", "20.00"))


def test_a_month_credited_with_another_amount_is_a_conflict_and_credits_nobody(supervisor: Staff) -> None:
    account, other = account_with("0", "0"), account_with("0", "0")
    credit_month(month=TODAY, amounts={account.pk: Decimal("10.00")}, by=supervisor)
    with pytest.raises(SourceConflict):
        credit_month(month=TODAY, amounts={other.pk: Decimal("1"), account.pk: Decimal("11.00")}, by=supervisor)
    assert (balances(account), balances(other)) == (yuan("0", "10.00"), yuan("0", "0"))


def test_the_next_month_is_credited_again(supervisor: Staff) -> None:
    account = account_with("0", "0")
    for month in (dt.date(2026, 3, 1), dt.date(2026, 4, 1)):
        assert credit_month(month=month, amounts={account.pk: Decimal("10.00")}, by=supervisor) == 1
    assert balances(account) == yuan("0", "20.00")


def test_a_year_end_moves_what_is_left_to_the_prior_years(supervisor: Staff) -> None:
    account, empty = account_with("100.00", "250.00"), account_with("30.00", "0")
    assert carry_over_year(year=2026, by=supervisor) == 1
    assert (balances(account), balances(empty)) == (yuan("350.00", "0.00"), yuan("30.00", "0.00"))
    entry = account.entries.get(kind="206")
    assert (entry.business_date, entry.prior_change, entry.current_change) == (
        dt.date(2026, 12, 31),
        *yuan("250.00", "-250.00"),
    )


def test_a_year_end_run_twice_carries_over_once_also_with_credits_of_the_new_year(supervisor: Staff) -> None:
    account = account_with("100.00", "250.00")
    assert carry_over_year(year=2026, by=supervisor) == 1
    credit_month(month=dt.date(2027, 1, 1), amounts={account.pk: Decimal("90.00")}, by=supervisor)
    assert carry_over_year(year=2026, by=supervisor) == 0
    assert balances(account) == yuan("350.00", "90.00")


def test_a_late_year_end_leaves_what_the_new_year_brought(supervisor: Staff) -> None:
    account = account_with("100.00", "250.00")
    credit_month(month=dt.date(2027, 1, 1), amounts={account.pk: Decimal("90.00")}, by=supervisor)
    assert carry_over_year(year=2026, by=supervisor) == 1
    assert balances(account) == yuan("350.00", "90.00")


def test_spending_after_new_year_took_the_old_money_first(supervisor: Staff) -> None:
    account = account_with("0", "250.00")
    credit_month(month=dt.date(2027, 1, 1), amounts={account.pk: Decimal("90.00")}, by=supervisor)
    post_entries(
        postings=[Posting(account.pk, "201", dt.date(2027, 1, 2), "setl:1", current_change=Decimal("-260.00"))],
        by=supervisor,
    )
    assert carry_over_year(year=2026, by=supervisor) == 0
    assert balances(account) == yuan("0.00", "80.00")


def test_one_year_end_after_the_other(supervisor: Staff) -> None:
    account = account_with("0", "250.00")
    carry_over_year(year=2026, by=supervisor)
    credit_month(month=dt.date(2027, 6, 1), amounts={account.pk: Decimal("90.00")}, by=supervisor)
    assert carry_over_year(year=2027, by=supervisor) == 1
    assert balances(account) == yuan("340.00", "0.00")


def test_a_year_end_reaches_the_accounts_of_the_staff_members_region_alone(supervisor: Staff) -> None:
    here, elsewhere = account_with("0", "1.00"), make_person(region="420106", current="1.00").account
    assert carry_over_year(year=2026, by=supervisor) == 1
    assert (balances(here), balances(elsewhere)) == (yuan("1.00", "0"), yuan("0", "1.00"))


def ask(account: PersonalAccount, by: Staff, current: str = "-30.00", **fields: Any) -> AccountAdjustment:
    return request_adjustment(
        **{
            "account": account,
            "prior_change": Decimal(0),
            "current_change": Decimal(current),
            "reason": "credited twice",
            "key": uuid4(),
            "by": by,
            **fields,
        }
    )


def test_an_adjustment_moves_nothing_until_another_person_approves_it() -> None:
    clerk, reviewer = make_staff("clerk"), make_staff("reviewer")
    account = account_with("0", "100.00")
    adjustment = ask(account, clerk)
    assert balances(account) == yuan("0", "100.00")
    decided = decide_adjustment(adjustment_id=adjustment.pk, approve=True, decision="checked", by=reviewer)
    assert balances(account) == yuan("0", "70.00")
    assert (decided.state, decided.reviewed_by) == ("posted", reviewer)
    entry = account.entries.get(kind="110")
    assert (entry.source, entry.posted_by, entry.note) == (f"adjustment:{adjustment.pk}", reviewer, "credited twice")


def test_nobody_decides_an_adjustment_they_asked_for() -> None:
    reviewer = make_staff("reviewer")
    account = account_with("0", "100.00")
    adjustment = ask(account, reviewer)
    for approve in (True, False):
        with pytest.raises(OwnWork):
            decide_adjustment(adjustment_id=adjustment.pk, approve=approve, decision="", by=reviewer)
    assert balances(account) == yuan("0", "100.00")


def test_a_rejected_adjustment_moves_nothing_and_stays_rejected() -> None:
    clerk, reviewer, second = make_staff("clerk"), make_staff("reviewer"), make_staff("reviewer")
    account = account_with("0", "100.00")
    adjustment = ask(account, clerk)
    decide_adjustment(adjustment_id=adjustment.pk, approve=False, decision="no proof", by=reviewer)
    with pytest.raises(AlreadyDecided) as decided:
        decide_adjustment(adjustment_id=adjustment.pk, approve=True, decision="", by=second)
    assert decided.value.who == str(reviewer)
    assert balances(account) == yuan("0", "100.00")


def test_an_adjustment_is_posted_once() -> None:
    clerk, reviewer = make_staff("clerk"), make_staff("reviewer")
    account = account_with("0", "100.00")
    adjustment = ask(account, clerk)
    decide_adjustment(adjustment_id=adjustment.pk, approve=True, decision="", by=reviewer)
    with pytest.raises(AlreadyDecided):
        decide_adjustment(adjustment_id=adjustment.pk, approve=True, decision="", by=reviewer)
    assert balances(account) == yuan("0", "70.00")


def test_an_adjustment_that_the_balance_does_not_bear_stays_undecided() -> None:
    clerk, reviewer = make_staff("clerk"), make_staff("reviewer")
    account = account_with("0", "10.00")
    adjustment = ask(account, clerk)
    with pytest.raises(InsufficientBalance):
        decide_adjustment(adjustment_id=adjustment.pk, approve=True, decision="", by=reviewer)
    adjustment.refresh_from_db()
    assert (adjustment.state, adjustment.reviewed_by) == ("submitted", None)


def test_a_double_click_asks_once() -> None:
    clerk = make_staff("clerk")
    account = account_with("0", "100.00")
    key = uuid4()
    assert ask(account, clerk, key=key).pk == ask(account, clerk, key=key).pk
    assert AccountAdjustment.objects.count() == 1


def test_a_reviewer_of_another_region_does_not_find_the_adjustment() -> None:
    adjustment = ask(account_with("0", "100.00"), make_staff("clerk"))
    with pytest.raises(AccountAdjustment.DoesNotExist):
        decide_adjustment(adjustment_id=adjustment.pk, approve=True, decision="", by=make_staff("reviewer", "420106"))


# The ledger's own proof. Tampering needs the owner of the tables: the triggers are switched off for a moment.


def tamper(statement: str, *params: Any) -> None:
    tables = ("accounts_accountentry", "accounts_personalaccount")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, params)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture
def moved(supervisor: Staff) -> PersonalAccount:
    """Entry 1: 100.00 prior, 200.00 current; 2: −50.00 prior; 3: −20.00 current. After: 50.00 and 180.00."""
    account = account_with("100.00", "200.00")
    postings = [spending(account, prior="-50.00", source="a"), spending(account, current="-20.00", source="b")]
    post_entries(postings=postings, by=supervisor)
    account_with("1.00", "1.00")
    return account


def found(supervisor: Staff) -> set[Violation]:
    before = snapshot()
    proof = check_ledger(by=supervisor)
    assert snapshot() == before, "the proof mends nothing"
    return set(proof.violations)


def snapshot() -> tuple[list[Any], list[Any]]:
    entries = AccountEntry.objects.order_by("pk").values_list()
    return list(PersonalAccount.objects.order_by("pk").values_list()), list(entries)


def test_an_untouched_ledger_proves_itself(supervisor: Staff, moved: PersonalAccount) -> None:
    proof = check_ledger(by=supervisor)
    assert (proof.accounts, proof.entries, proof.violations) == (2, 4, [])


def test_a_balance_changed_behind_the_ledger_is_found(supervisor: Staff, moved: PersonalAccount) -> None:
    tamper("UPDATE accounts_personalaccount SET prior_years = 60, current_year = 0 WHERE id = %s", moved.pk)
    psn_no = moved.person.psn_no
    assert found(supervisor) == {
        Violation(psn_no, None, *yuan("60.00", "50.00"), "prior_years"),
        Violation(psn_no, None, *yuan("0.00", "180.00"), "current_year"),
    }


def test_an_altered_amount_is_found_at_its_entry_and_in_the_sum(supervisor: Staff, moved: PersonalAccount) -> None:
    tamper("UPDATE accounts_accountentry SET prior_change = -49 WHERE account_id = %s AND sequence = 2", moved.pk)
    psn_no = moved.person.psn_no
    assert found(supervisor) == {
        Violation(psn_no, 2, *yuan("50.00", "51.00"), "prior_after"),
        Violation(psn_no, None, *yuan("50.00", "51.00"), "prior_years"),
    }


def test_an_altered_balance_after_is_found_there_and_at_the_next_entry(
    supervisor: Staff, moved: PersonalAccount
) -> None:
    tamper("UPDATE accounts_accountentry SET current_after = 190 WHERE account_id = %s AND sequence = 2", moved.pk)
    psn_no = moved.person.psn_no
    assert found(supervisor) == {
        Violation(psn_no, 2, *yuan("190.00", "200.00"), "current_after"),
        Violation(psn_no, 3, *yuan("180.00", "170.00"), "current_after"),
    }


def test_a_removed_last_entry_is_found(supervisor: Staff, moved: PersonalAccount) -> None:
    tamper("DELETE FROM accounts_accountentry WHERE account_id = %s AND sequence = 3", moved.pk)
    psn_no = moved.person.psn_no
    assert found(supervisor) == {
        Violation(psn_no, None, *yuan("180.00", "200.00"), "current_year"),
        Violation(psn_no, None, Decimal(3), Decimal(2), "entry_count"),
    }


def test_a_removed_entry_in_between_is_found_as_a_gap(supervisor: Staff, moved: PersonalAccount) -> None:
    tamper("DELETE FROM accounts_accountentry WHERE account_id = %s AND sequence = 2", moved.pk)
    psn_no = moved.person.psn_no
    assert found(supervisor) == {
        Violation(psn_no, 3, *yuan("50.00", "100.00"), "prior_after"),
        Violation(psn_no, 3, Decimal(3), Decimal(2), "sequence"),
        Violation(psn_no, None, *yuan("50.00", "100.00"), "prior_years"),
        Violation(psn_no, None, Decimal(3), Decimal(2), "entry_count"),
    }


def test_every_entry_removed_is_found(supervisor: Staff, moved: PersonalAccount) -> None:
    tamper("DELETE FROM accounts_accountentry WHERE account_id = %s", moved.pk)
    psn_no = moved.person.psn_no
    assert found(supervisor) == {
        Violation(psn_no, None, *yuan("50.00", "0.00"), "prior_years"),
        Violation(psn_no, None, *yuan("180.00", "0.00"), "current_year"),
        Violation(psn_no, None, Decimal(3), Decimal(0), "entry_count"),
    }


def test_an_entry_slipped_in_is_found(supervisor: Staff, moved: PersonalAccount) -> None:
    tamper(
        """INSERT INTO accounts_accountentry (account_id, sequence, kind, prior_change, current_change, prior_after,
               current_after, business_date, posted_at, source, note, posted_by_id)
           SELECT account_id, 4, kind, 0, 500, prior_after, current_after + 500, business_date, posted_at, 'x', '',
               posted_by_id FROM accounts_accountentry WHERE account_id = %s AND sequence = 3""",
        moved.pk,
    )
    psn_no = moved.person.psn_no
    assert found(supervisor) == {
        Violation(psn_no, None, *yuan("180.00", "680.00"), "current_year"),
        Violation(psn_no, None, Decimal(3), Decimal(4), "entry_count"),
    }


def test_an_entry_moved_to_another_account_is_found_at_both(supervisor: Staff, moved: PersonalAccount) -> None:
    other = account_with("0", "0")
    tamper(
        "UPDATE accounts_accountentry SET account_id = %s WHERE account_id = %s AND sequence = 3", other.pk, moved.pk
    )
    assert {violation.psn_no for violation in found(supervisor)} == {moved.person.psn_no, other.person.psn_no}


def test_a_proof_covers_the_region_of_whoever_asks(supervisor: Staff, moved: PersonalAccount) -> None:
    tamper("UPDATE accounts_personalaccount SET prior_years = 60 WHERE id = %s", moved.pk)
    elsewhere = check_ledger(by=make_staff("supervisor", "420100"))
    assert (elsewhere.accounts, elsewhere.entries, elsewhere.violations) == (0, 0, [])
    without_permission = check_ledger(by=make_staff("administrator", "421000"))
    assert without_permission.accounts == 0


class Book:
    """The ledger as one would keep it on paper: two figures per account, and what was posted under which name."""

    def __init__(self, accounts: list[int]) -> None:
        self.figures = {account: [Decimal(0), Decimal(0)] for account in accounts}
        self.posted: dict[tuple[int, str], tuple[Decimal, Decimal]] = {}

    def post(self, batch: list[Posting]) -> str:
        """What the whole batch comes to: "done", or the name of the refusal that undoes all of it."""
        figures = {account: list(pair) for account, pair in self.figures.items()}
        posted = dict(self.posted)
        for posting in batch:
            key, change = (posting.account_id, posting.source), (posting.prior_change, posting.current_change)
            if key in posted:
                if posted[key] != change:
                    return "SourceConflict"
                continue
            pair = figures[posting.account_id]
            pair[0], pair[1] = pair[0] + change[0], pair[1] + change[1]
            if min(pair) < 0:
                return "InsufficientBalance"
            posted[key] = change
        self.figures, self.posted = figures, posted
        return "done"


def random_batch(chance: random.Random, accounts: list[int], step: int) -> list[Posting]:
    return [
        Posting(
            account_id=chance.choice(accounts),
            kind=EntryKind.ADJUSTMENT,
            business_date=TODAY,
            source=f"s{chance.randint(max(0, step - 3), step)}",
            prior_change=Decimal(chance.randint(-300, 500)) / 100,
            current_change=Decimal(chance.choice([-250, 100, 100, 400])) / 100,
        )
        for _ in range(chance.randint(1, 4))
    ]


@pytest.mark.parametrize("seed", range(6))
def test_a_random_workload_leaves_the_figures_that_a_book_on_paper_would_show(supervisor: Staff, seed: int) -> None:
    chance = random.Random(seed)
    accounts = [account_with("0", "0").pk for _ in range(3)]
    book = Book(accounts)
    outcomes = set()
    for step in range(60):
        batch = random_batch(chance, accounts, step)
        expected = book.post(batch)
        try:
            post_entries(postings=batch, by=supervisor)
            outcome = "done"
        except (SourceConflict, InsufficientBalance) as refusal:
            outcome = type(refusal).__name__
        assert outcome == expected, f"seed {seed}, step {step}"
        stored = {a.pk: [a.prior_years, a.current_year] for a in PersonalAccount.objects.filter(pk__in=accounts)}
        assert stored == book.figures, f"seed {seed}, step {step}"
        outcomes.add(outcome)
    check_deferred()
    assert outcomes == {"done", "SourceConflict", "InsufficientBalance"}
    assert AccountEntry.objects.count() == len(book.posted)
    assert check_ledger(by=supervisor).violations == []


def test_a_person_insured_as_a_resident_has_no_account() -> None:
    person = make_person(insutype="390")
    assert not PersonalAccount.objects.filter(person=InsuredPerson.objects.get(pk=person.pk)).exists()
