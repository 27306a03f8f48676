"""Makes the demo: a bureau with its staff, policies, some thousand invented persons, their accounts and groups.

Groups, cases and money go through the services that the pages use, so that every rule holds; persons are written
in bulk. Invariant: the whole demo or nothing, in one transaction; with the same seed and day, the same demo.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import acting
from accounts.models import InsuredPerson, PersonalAccount, Region, Staff, Suspension
from accounts.models.account import EntryKind
from accounts.models.person import InsuranceStatus
from accounts.models.suspension import Cause
from accounts.rules.identity import first_generation_number
from accounts.rules.names import name_key
from accounts.services.adjustments import decide_adjustment, request_adjustment
from accounts.services.ledger import Posting, carry_over_year, credit_month, post_entries
from accounts.services.reference import load_regions
from accounts.services.staff import create_staff
from accounts.services.status_events import EventKind, StatusEvent
from families.demo_data import (
    ADJUSTMENTS,
    CALLED,
    DOCUMENTS_POLICY,
    DRAFT,
    EVENTS,
    HANDLED_BY,
    MERGE_REASON,
    OLD_RECORD,
    PASSPORT,
    PASSWORD,
    POLICIES,
    REGIONS,
    REJECTIONS,
    SIGN_INS,
    WITHDRAWALS,
    SamplePolicy,
)
from families.demo_households import Household, Human, Registry
from families.demo_papers import file_papers
from families.models import (
    FollowUp,
    GroupMember,
    MutualAidGroup,
    PersonMatch,
    PolicySetting,
    RegionPolicy,
    RegistrationCase,
)
from families.models.case import CaseState
from families.models.policy import PolicyState
from families.services.case_forms import CaseInput, LineInput, form_of
from families.services.cases import approve_case, reject_case, submit_case, withdraw_case
from families.services.changes import dissolve_group, release_members
from families.services.drafts import save_case
from families.services.duplicates import propose_matches
from families.services.follow_ups import add_note, record_status_event
from families.services.merging import request_merge
from families.services.policies import SettingInput, change_draft, draft_policy

HOUSEHOLDS = 1_080
SEED = 20260316
# Of 1,000 households, how many are bound, and how many wait in each other state.
BOUND, IN_EACH_STATE = 720, 28
LIMITS = (None, None, Decimal("1000.00"), Decimal("2000.00"), Decimal("5000.00"))
CREDITED_BEFORE_YEAR_END = (10, 11, 12)


class NotEmpty(Exception):
    """The database holds something, and it is not the demo: it is left alone."""

    def __init__(self) -> None:
        super().__init__(_("This database is in use and is not the demo's: nothing was written."))


@dataclass(frozen=True, slots=True)
class Made:
    """How much was made."""

    households: int
    persons: int
    accounts: int
    groups: int
    cases: Mapping[str, int]

    def as_rows(self) -> Iterator[tuple[str, int]]:
        yield _("persons"), self.persons
        yield _("personal accounts"), self.accounts
        yield _("mutual-aid groups"), self.groups
        for state, number in self.cases.items():
            yield str(CaseState(state).label), number


def is_seeded() -> bool:
    usernames = {sign_in.username for sign_in in SIGN_INS}
    return usernames <= set(Staff.objects.values_list("username", flat=True))


@transaction.atomic
def seed(*, households: int = HOUSEHOLDS, seed: int = SEED, today: dt.date | None = None) -> Made | None:
    """Fill an empty database with the demo; None when it is there already.

    `today`: up to which the accounts are credited and groups begin; the local date by default.
    Raises: NotEmpty; nothing is written then.
    """
    if is_seeded():
        return None
    if Staff.objects.exists() or InsuredPerson.objects.exists():
        raise NotEmpty
    demo = _Demo(Random(seed), today or timezone.localdate())  # noqa: S311 - invents people, guards nothing
    demo.open_bureau()
    demo.register(list(Registry(demo.chance, demo.today).households(households)))
    _analyze()
    demo.keep_accounts()
    _analyze()
    demo.handle_cases()
    demo.file_papers()
    demo.end_some()
    demo.register_some_twice()
    demo.things_happen()
    return demo.made()


def _analyze() -> None:
    """Plans that were made while the tables were empty scan them whole."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _prove() -> None:
    """Let the deferred triggers look now: after 15 postings in one transaction the commit alone took 25 s."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def _as(staff: Staff) -> Iterator[Staff]:
    with acting(staff, channel="command"):
        yield staff


class _Demo:
    """The demo while it is made: the staff, and the primary key of everybody who was invented."""

    def __init__(self, chance: Random, today: dt.date) -> None:
        self.chance, self.today = chance, today
        self.staff: dict[str, Staff] = {}
        self.households: list[Household] = []
        self.ids: dict[str, int] = {}
        self.accounts: dict[str, int] = {}

    def open_bureau(self) -> None:
        """Regions, staff and policies."""
        load_regions([{"admdvs": code, "name": name, "parent": parent} for code, name, parent in REGIONS])
        for sign_in in SIGN_INS:
            self.staff[sign_in.username] = create_staff(
                username=sign_in.username,
                role=sign_in.role,
                region=Region.objects.get(pk=sign_in.region),
                password=PASSWORD,
                full_name=sign_in.full_name,
                office=sign_in.office,
            )
        for sample in POLICIES:
            self._publish(sample, dt.date.fromisoformat(sample.effective_on))
        self._draft_policy()

    def _draft_policy(self) -> None:
        """A coming version, to look at what it touches and to publish: from the month after next."""
        next_month = (max(self.today, timezone.localdate()).replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        day = (next_month + dt.timedelta(days=32)).replace(day=1)
        with _as(self.staff["zhuguan"]) as supervisor:
            region = Region.objects.get(pk=DRAFT.region)
            draft = draft_policy(region=region, effective_on=day, title=DRAFT.title, by=supervisor)
            settings = {one.parameter: SettingInput(one.value, one.citation) for one in draft.settings.all()}
            settings |= {parameter: SettingInput(value, citation) for parameter, value, citation in DRAFT.settings}
            change_draft(
                policy_id=draft.pk,
                version=draft.version,
                title=draft.title,
                effective_on=day,
                settings=settings,
                by=supervisor,
            )

    def register(self, households: Sequence[Household]) -> None:
        """Persons, and an account for everybody in employee insurance."""
        self.households = list(households)
        humans = [human for household in households for human in household.humans]
        with _as(self.staff["sheng"]):
            persons = InsuredPerson.objects.bulk_create(map(self._person, humans), batch_size=1_000)
            self.ids = {person.psn_no: person.pk for person in persons}
            Suspension.objects.bulk_create(self._suspension(one) for one in persons if one.status_reason)
            accounts = PersonalAccount.objects.bulk_create(
                PersonalAccount(person_id=self.ids[human.psn_no], opened_on=self._opening_day(human))
                for human in humans
                if human.is_employee
            )
        numbers = {pk: psn_no for psn_no, pk in self.ids.items()}
        self.accounts = {numbers[account.person_id]: account.pk for account in accounts}

    def _person(self, human: Human) -> InsuredPerson:
        person = InsuredPerson(
            psn_no=human.psn_no,
            name=human.name,
            name_key=name_key(human.name),
            gender=human.gender,
            born_on=human.born_on,
            region_id=human.region,
            insutype=human.insutype,
            psn_type=human.psn_type,
            status=InsuranceStatus.SUSPENDED if human.status_reason else InsuranceStatus.NORMAL,
            status_since=self._day_back(700),
            status_reason=human.status_reason,
            contact_confirmed_on=self._day_back(400),
        )
        person.certno, person.mobile = human.certno, human.mobile
        return person

    def _suspension(self, person: InsuredPerson) -> Suspension:
        return Suspension(
            person=person, cause=Cause.SUSPENDED, status=person.status, starts_on=person.status_since,
            note=person.status_reason, recorded_by=self.staff["sheng"],
        )  # fmt: skip

    def _day_back(self, most: int) -> dt.date:
        return self.today - dt.timedelta(days=self.chance.randrange(most))

    def _opening_day(self, human: Human) -> dt.date:
        """Accounts of Hubei were taken over last September, those of Zhejiang at the beginning of this year."""
        return dt.date(self.today.year - 1, 9, 1) if human.region.startswith("42") else dt.date(self.today.year, 1, 1)

    def keep_accounts(self) -> None:
        """Opening balances, monthly credits, the year-end carry-over, and a few corrections by two people."""
        holders = [human for house in self.households for human in house.humans if human.is_employee]
        for by, own in (("hangzhou", False), ("sheng", True)):
            chosen = [human for human in holders if human.region.startswith("42") is own]
            with _as(self.staff[by]) as staff:
                post_entries(postings=[posting for posting in map(self._opening, chosen) if posting], by=staff)
        _prove()
        _analyze()
        local = [human for human in holders if human.region.startswith("42")]
        with _as(self.staff["sheng"]) as supervisor:
            monthly = {self.accounts[human.psn_no]: self._contribution(human) for human in local}
            for month in CREDITED_BEFORE_YEAR_END:
                self._credit(dt.date(self.today.year - 1, month, 1), monthly, supervisor)
            carry_over_year(year=self.today.year - 1, by=supervisor)
            for month in range(1, self.today.month + 1):
                self._credit(self.today.replace(month=month, day=1), monthly, supervisor)
        self._adjust([human for human in holders if human.region == "421002"])

    def _credit(self, month: dt.date, amounts: dict[int, Decimal], by: Staff) -> None:
        credit_month(month=month, amounts=amounts, by=by)
        _prove()

    def _opening(self, human: Human) -> Posting | None:
        """One in 25 begins with nothing."""
        if self.chance.random() < 0.04:
            return None
        return self._carried_over(human, self._yuan(20_000, 600_000), self._yuan(1_000, 120_000))

    def _carried_over(self, human: Human, prior: Decimal, current: Decimal) -> Posting:
        return Posting(
            account_id=self.accounts[human.psn_no],
            kind=EntryKind.CARRIED_OVER,
            business_date=self._opening_day(human),
            source="opening",
            prior_change=prior,
            current_change=current,
        )

    def _contribution(self, human: Human) -> Decimal:
        """Yuan a month: 2 % of a wage, or the fixed amount of the retired."""
        return Decimal("85.00") if human.psn_type == "1201" else self._yuan(6_000, 26_000)

    def _yuan(self, least: int, most: int) -> Decimal:
        return Decimal(self.chance.randint(least, most)) / 100

    def _adjust(self, holders: Sequence[Human]) -> None:
        """A dozen corrections: asked for by a clerk, decided by the reviewer, three of them not yet."""
        accounts = PersonalAccount.objects.in_bulk([self.accounts[human.psn_no] for human in holders[:12]])
        for number, account in enumerate(accounts.values()):
            with _as(self.staff["jingban"]) as clerk:
                adjustment = request_adjustment(
                    account=account,
                    prior_change=Decimal(0),
                    current_change=self._yuan(500, 30_000),
                    reason=self.chance.choice(ADJUSTMENTS),
                    key=self._key(),
                    by=clerk,
                )
            if number % 4 != 3:
                with _as(self.staff["fuhe"]) as reviewer:
                    decide_adjustment(
                        adjustment_id=adjustment.pk,
                        approve=number % 4 != 2,
                        decision="材料齐全，同意" if number % 4 != 2 else "缺少单位证明",
                        by=reviewer,
                    )

    def _key(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def handle_cases(self) -> None:
        """Most families bound by a clerk and the reviewer; some in every other state; the rest not yet at all."""
        families = [house for house in self.households if house.home in HANDLED_BY and house.can_be_bound]
        bound, each = (len(self.households) * share // 1000 for share in (BOUND, IN_EACH_STATE))
        steps = [self._bind] * bound
        for step in (self._draft, self._submit, self._reject, self._withdraw):
            steps += [step] * each
        for step, family in zip(steps, families, strict=False):
            step(family)

    def _draft(self, family: Household) -> RegistrationCase:
        with _as(self.staff[HANDLED_BY[family.home]]) as clerk:
            return save_case(form=self._form(family), by=clerk)

    def _form(self, family: Household) -> CaseInput:
        day = max(self._day_back(420), *(human.born_on for human in family.humans))
        return CaseInput(
            key=self._key(),
            owner_id=self.ids[family.humans[0].psn_no],
            lines=[
                LineInput(
                    person_id=self.ids[human.psn_no],
                    relation=human.relation,
                    shares=human.rank is not None,
                    rank=human.rank,
                    share_limit=self.chance.choice(LIMITS) if human.rank else None,
                    starts_on=day,
                )
                for human in family.humans
            ],
        )

    def _submit(self, family: Household) -> RegistrationCase:
        case = self._draft(family)
        with _as(case.handled_by) as clerk:
            return submit_case(case_id=case.pk, by=clerk)

    def _bind(self, family: Household) -> RegistrationCase:
        case = self._submit(family)
        with _as(self.staff["fuhe"]) as reviewer:
            return approve_case(case_id=case.pk, by=reviewer)

    def _reject(self, family: Household) -> RegistrationCase:
        case = self._submit(family)
        with _as(self.staff["fuhe"]) as reviewer:
            return reject_case(case_id=case.pk, reason=self.chance.choice(REJECTIONS), by=reviewer)

    def _withdraw(self, family: Household) -> RegistrationCase:
        case = self.chance.choice((self._draft, self._submit))(family)
        with _as(case.handled_by) as clerk:
            return withdraw_case(case_id=case.pk, reason=self.chance.choice(WITHDRAWALS), by=clerk)

    def file_papers(self) -> None:
        """From today one district asks for documents: its first draft has most of them, one case elsewhere a few."""
        self._publish(DOCUMENTS_POLICY, self.today)
        drafts = RegistrationCase.objects.filter(state=CaseState.DRAFT).select_related("handled_by").order_by("pk")
        strict = drafts.filter(region=DOCUMENTS_POLICY.region).first()
        if strict is not None:
            self._begin_today(strict)
            with _as(strict.handled_by) as clerk:
                file_papers(strict, by=clerk, but_last=True)
        waiting = RegistrationCase.objects.filter(state=CaseState.SUBMITTED, region="421002").order_by("pk").first()
        if waiting is not None:
            with _as(waiting.handled_by) as clerk:
                file_papers(waiting, by=clerk)

    def _publish(self, sample: SamplePolicy, day: dt.date) -> None:
        with _as(self.staff["sheng"]):
            policy = RegionPolicy.objects.create(region_id=sample.region, effective_on=day, title=sample.title)
            PolicySetting.objects.bulk_create(
                PolicySetting(policy=policy, parameter=parameter, value=value, citation=citation)
                for parameter, value, citation in sample.settings
            )
            policy.state = PolicyState.PUBLISHED
            policy.save(update_fields=["state"])

    def _begin_today(self, case: RegistrationCase) -> None:
        form = form_of(case)
        lines = [replace(line, starts_on=self.today) for line in form.lines]
        with _as(case.handled_by) as clerk:
            save_case(form=replace(form, lines=lines), by=clerk)

    def end_some(self) -> None:
        """One member of every hundredth group released, every three-hundredth group dissolved."""
        with _as(self.staff["jingban"]) as clerk:
            groups = list(MutualAidGroup.objects.for_staff(clerk).order_by("pk"))
            for group in groups[::100]:
                last = GroupMember.objects.filter(group=group).order_by("-seat")[0]
                release_members(
                    group_id=group.pk, person_ids=[last.person_id], day=self.today, reason="本人申请退出", by=clerk
                )
            for group in groups[50::300]:
                dissolve_group(group_id=group.pk, day=self.today, reason="户主申请解除", by=clerk)

    def register_some_twice(self) -> None:
        """Three people with two records each: an old card with money left, two passports; one merge is asked for.

        A demo of a few households has no such people.
        """
        local = [human for house in self.households if house.home == "421002" for human in house.humans]
        adults = [human for human in local if human.is_employee and human.born_on.year < 1995]
        if len(adults) < 8:
            return
        old, *travellers = adults[5:8]
        records = [
            replace(old, certno=first_generation_number(old.certno) or "", status_reason=OLD_RECORD),
            *(
                replace(one, certno=f"E{number:08d}", insutype="390", psn_type="1501", status_reason="")
                for number, one in enumerate(travellers, start=88_210_461)
            ),
        ]
        for number, record in enumerate(records):
            record.psn_no = f"42007{number:012d}"
        with _as(self.staff["jingban"]) as clerk:
            persons = [self._person(record) for record in records]
            persons[1].cert_type = persons[2].cert_type = PASSPORT
            InsuredPerson.objects.bulk_create(persons)
            Suspension.objects.bulk_create(self._suspension(one) for one in persons if one.status_reason)
            self.ids |= {person.psn_no: person.pk for person in persons}
            account = PersonalAccount.objects.create(person=persons[0], opened_on=self._opening_day(records[0]))
            self.accounts[persons[0].psn_no] = account.pk
            post_entries(postings=[self._carried_over(records[0], Decimal("236.50"), Decimal("18.20"))], by=clerk)
            propose_matches(by=clerk)
            match = PersonMatch.objects.get(second=persons[1])
            request_merge(match_id=match.pk, survivor_id=match.first_id, reason=MERGE_REASON, by=clerk)

    def things_happen(self) -> None:
        """Status events, each in a family of its own as far as there are families; one of them has been called."""
        with _as(self.staff["jingban"]) as clerk:
            for number, (kind, days, seat, note, region) in enumerate(EVENTS):
                event = StatusEvent(EventKind(kind), self.today + dt.timedelta(days=days), note, region)
                members = GroupMember.objects.for_staff(clerk).filter(seat=seat, left_on=None).order_by("pk")
                for member in members.select_related("person")[number * 3 : number * 3 + 1]:
                    version = member.person.version
                    record_status_event(person_id=member.person_id, version=version, event=event, by=clerk)
            again_on = self.today + dt.timedelta(days=3)
            for first in FollowUp.objects.for_staff(clerk).order_by("pk")[:1]:
                add_note(follow_up_id=first.pk, text=CALLED, again_on=again_on, by=clerk)

    def made(self) -> Made:
        return Made(
            households=len(self.households),
            persons=len(self.ids),
            accounts=len(self.accounts),
            groups=MutualAidGroup.objects.count(),
            cases={
                state: RegistrationCase.objects.filter(state=state).count()
                for state in CaseState.values
                if state != CaseState.EFFECTIVE
            },
        )
