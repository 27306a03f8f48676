"""Every policy parameter that concerns binding: what passes by default, what under another value, and what is said.

One row per parameter and value: an act that is accepted and one that is refused, with the words on the screen and the
earliest day where waiting helps; for a lag the day from which the act holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import pytest
from django.utils import translation

from accounts.models import InsuredPerson, Staff
from families.models import GroupMember, MutualAidGroup
from families.models.case import CaseKind
from families.rules.findings import Level
from families.rules.policy import PARAMETERS
from families.selectors import members_on, payers_for, policy_on
from families.services.case_forms import CaseCheck, CaseInput, LineInput
from families.services.cases import submit_case
from families.services.changes import add_member, change_group, release_members
from families.services.documents import DocumentsMissing
from families.services.drafts import save_case
from families.services.groups import NewMember, NotEligible, create_group
from families.services.plans import GroupChange
from families.verdicts import explain
from tests.factories import (
    START,
    make_document,
    make_family,
    make_group,
    make_person,
    make_policy,
    make_staff,
    terms_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
DAY = dt.timedelta(days=1)
JUNE = dt.date(2026, 6, 1)
NEXT_YEAR = dt.date(2027, 1, 1)

PAYING_ONLY = {
    "shareable_funds", "bucket_order", "reserve_floor", "annual_limit_ratio", "annual_limit_payer",
    "annual_limit_beneficiary", "visit_limit", "visit_limit_designated_disease", "usages", "refund_to",
    "mulaid_in_acct_pay", "transfers_per_day", "transfer_limit", "quiet_hours",
}  # fmt: skip
# Who decides about differences: tests/integration/test_deciding.py.
RECONCILIATION = {name for name in PARAMETERS if name.startswith("difference_")}
# What auditors are shown: tests/integration/test_anomalies.py.
OVERSIGHT = {name for name in PARAMETERS if name.startswith("anomaly_")}
# Shown by tests of their own below, as acts on a case.
HOLD_FROM_A_DAY = {"order_change_lag_days", "release_lag_days"}
RECORDED = {"payer_order", "review_mode", "proof_mode"}


@dataclass
class Town:
    """A family of owner, wife who shares and son, bound on START; acts upon it."""

    by: Staff
    group: MutualAidGroup = field(init=False)

    def __post_init__(self) -> None:
        self.group = make_group("12*", "20", by=self.by)

    def join(
        self, relation: str = "30", day: dt.date = JUNE, *, region: str = "421002", person: int | None = None
    ) -> GroupMember:
        if person is None:
            gender = "1" if relation in ("71", "55") else "2"
            person = make_person(region=region, insutype="390", gender=gender, born_on=dt.date(2008, 1, 1)).pk
        return add_member(group_id=self.group.pk, member=NewMember(person, relation, day), by=self.by)

    def release(self, seat: int, day: dt.date) -> None:
        person = members_on(self.group, day).get(seat=seat).person_id
        release_members(group_id=self.group.pk, person_ids=[person], day=day, reason="x", by=self.by)


Act = Callable[[Town], object]


def other_groups_son(town: Town) -> int:
    members = [replace(member, starts_on=START + DAY) for member in make_family("20")]
    return create_group(region=town.group.region, members=members, by=town.by).members.get(seat=2).person_id


def joins_after_release(days: int) -> Act:
    """The son leaves on the first of June, and joins another family so many days later."""

    def act(town: Town) -> None:
        son = town.group.members.get(seat=3).person_id
        town.release(3, JUNE)
        Town(town.by).join("20", JUNE + days * DAY, person=son)

    return act


def releases_in(day: dt.date) -> Act:
    return lambda town: town.release(3, day)


def joins(relation: str = "30", **where: Any) -> Act:
    return lambda town: town.join(relation, **where)


def several(count: int) -> Act:
    return lambda town: [town.join() for _ in range(count)]


def joins_a_second_group(town: Town) -> None:
    town.join("30", person=other_groups_son(town))


@dataclass(frozen=True)
class Row:
    """A value of a parameter; `value` None is the product's default. `says`: message, value and earliest day."""

    parameter: str
    value: Any
    accepted: Act
    refused: Act | None = None
    says: tuple[str, str, dt.date | None] | None = None


NOT_NEAR = "不属于近亲属"
TABLE = (
    Row("max_members", None, several(5), several(6), ("共济组成员已满。", "最多8人", None)),
    Row("max_members", 5, several(2), several(3), ("共济组成员已满。", "最多5人", None)),
    Row("near_relatives", None, joins("71"), joins("99"), (NOT_NEAR, "其他", None)),
    Row("near_relatives", ["spouse", "parent", "child"], joins("30"), joins("71"), (NOT_NEAR, "哥哥", None)),
    Row("allow_parents_in_law", None, joins("51"), joins("55"), ("配偶父母", "岳父", None)),
    Row("allow_parents_in_law", True, joins("55"), joins("99"), (NOT_NEAR, "其他", None)),
    Row("one_group_per_person", None, joins(), joins_a_second_group, ("已加入其他家庭共济组", "GJ", None)),
    Row("one_group_per_person", False, joins_a_second_group),
    Row("cross_city", None, joins(region="420106"), joins(region="330100"), ("参保地", "杭州市", None)),
    Row("cross_city", False, joins(region="421003"), joins(region="420106"), ("参保地", "武汉市", None)),
    Row("cross_province", None, joins(region="420106"), joins(region="330100"), ("参保地", "杭州市", None)),
    Row("cross_province", True, joins(region="330100")),
    Row("min_bind_days", None, releases_in(START + DAY)),
    Row(
        "min_bind_days", 90, releases_in(START + 90 * DAY), releases_in(START + 89 * DAY),
        ("不足最短期限", "90天", START + 90 * DAY),
    ),
    Row("rebind_wait_days", None, joins_after_release(0)),
    Row(
        "rebind_wait_days", 30, joins_after_release(30), joins_after_release(29),
        ("等待期", "30天", JUNE + 30 * DAY),
    ),
    Row("changes_per_year", None, joins_after_release(0)),
    Row("changes_per_year", 1, releases_in(NEXT_YEAR), releases_in(JUNE), ("等待期", "每年1次", NEXT_YEAR)),
)  # fmt: skip


def name_of(row: Row) -> str:
    return f"{row.parameter}={'default' if row.value is None else row.value}"


@pytest.fixture
def town(regions: None) -> Town:
    return Town(make_staff("clerk"))


def set_policy(row: Row) -> None:
    """From the day after the family was bound: it stands under the default."""
    if row.value is not None:
        make_policy(effective_on=START + DAY, **{row.parameter: row.value})


def test_every_parameter_is_in_the_table_or_concerns_paying_or_oversight() -> None:
    named = [{row.parameter for row in TABLE}, HOLD_FROM_A_DAY, RECORDED, PAYING_ONLY, RECONCILIATION, OVERSIGHT]
    assert set.union(*named) == set(PARAMETERS)
    assert sum(len(names) for names in named) == len(PARAMETERS), "each is named once"


def test_every_parameter_of_the_table_has_its_default_and_another_value() -> None:
    for parameter in {row.parameter for row in TABLE}:
        values = [row.value for row in TABLE if row.parameter == parameter]
        assert len(values) == 2
        assert None in values
        assert PARAMETERS[parameter].default not in values or PARAMETERS[parameter].default is None


@pytest.mark.parametrize("row", TABLE, ids=name_of)
def test_what_the_parameter_admits_is_bound(town: Town, row: Row) -> None:
    set_policy(row)
    row.accepted(town)


@pytest.mark.parametrize("row", [row for row in TABLE if row.refused], ids=name_of)
def test_what_the_parameter_refuses_is_told_with_its_value_its_citation_and_the_earliest_day(
    town: Town, row: Row
) -> None:
    assert row.refused is not None
    assert row.says is not None
    set_policy(row)
    with pytest.raises(NotEligible) as refusal:
        row.refused(town)
    (finding,) = refusal.value.preflight.failures
    message, value, earliest_on = row.says
    with translation.override("zh-hans"):
        verdict = explain(check_of(refusal.value, town), names={0: "某人"})
    (line,) = [line for person in verdict.persons for line in person.lines if line.level is Level.FAIL]
    assert message in line.message
    assert line.value.startswith(value)
    assert line.earliest_on == earliest_on == finding.earliest_on
    decided_by_it = row.value is not None and finding.parameter == row.parameter
    assert line.citation == (f"§{row.parameter}（荆州市）" if decided_by_it else "系统默认值")


def check_of(refusal: NotEligible, town: Town) -> CaseCheck:
    """The refusal as the screen takes it: everybody is somebody."""
    positions = {finding.position for finding in refusal.preflight.findings}
    return CaseCheck(
        preflight=refusal.preflight,
        policy=policy_on(town.group.region, JUNE),
        persons=dict.fromkeys(positions, 0),
        terms={},
        declared=frozenset(),
        day=JUNE,
    )


# Lags: nothing is refused, the day is another.


@pytest.mark.parametrize(("value", "holds_on"), [(None, JUNE), (1, JUNE + DAY), (30, JUNE + 30 * DAY)])
def test_another_order_holds_after_the_days_of_order_change_lag_days(
    town: Town, value: int | None, holds_on: dt.date
) -> None:
    if value is not None:
        make_policy(order_change_lag_days=value)
    wife = terms_of(town.group, JUNE, rank=5)[1]
    plan = change_group(group_id=town.group.pk, change=GroupChange(CaseKind.CHANGE, JUNE, terms=[wife]), by=town.by)
    assert plan.in_force_on == holds_on
    assert [terms_of(town.group, day)[1].rank for day in (holds_on - DAY, holds_on)] == [2, 5]


@pytest.mark.parametrize(("value", "holds_on"), [(None, JUNE), (1, JUNE + DAY), (30, JUNE + 30 * DAY)])
def test_a_release_holds_after_the_days_of_release_lag_days(town: Town, value: int | None, holds_on: dt.date) -> None:
    if value is not None:
        make_policy(release_lag_days=value)
    town.release(2, JUNE)
    son = town.group.members.get(seat=3).person
    assert [len(payers_for(son, day)) for day in (holds_on - DAY, holds_on)] == [2, 1]
    assert [members_on(town.group, day).count() for day in (holds_on - DAY, holds_on)] == [3, 2]


# What is recorded, whatever it means when paying.


@pytest.mark.parametrize("value", [None, "first_bound", "last_bound", "user_sorted"])
def test_the_places_on_the_form_are_recorded_under_every_payer_order(town: Town, value: str | None) -> None:
    if value is not None:
        make_policy(payer_order=value)
    group = make_group("51*", "12*", by=town.by)
    assert [terms.rank for terms in terms_of(group, START)] == [1, 2, 3]
    assert policy_on(group.region, START).payer_order == (value or "recorded")


@pytest.mark.parametrize(("value", "state"), [(None, "submitted"), ("immediate", "effective")])
def test_a_case_waits_for_a_reviewer_or_is_effective_at_once_by_review_mode(
    town: Town, value: str | None, state: str
) -> None:
    if value is not None:
        make_policy(review_mode=value)
    members = make_family("12")
    lines = [LineInput(one.person_id, one.relation, one.shares, one.starts_on, rank=one.rank) for one in members]
    form = CaseInput(key=uuid4(), owner_id=members[0].person_id, lines=lines)
    case = submit_case(case_id=save_case(form=form, by=town.by).pk, by=town.by)
    assert (case.state, case.review_mode, case.group is not None) == (state, value or "review", value == "immediate")


@pytest.mark.parametrize(("value", "passes"), [(None, True), ("documents", False)])
def test_a_case_without_papers_is_submitted_where_a_commitment_is_enough(
    town: Town, value: str | None, passes: bool
) -> None:
    if value is not None:
        make_policy(proof_mode=value)
    members = make_family("12")
    lines = [LineInput(one.person_id, one.relation, one.shares, one.starts_on, rank=one.rank) for one in members]
    case = save_case(form=CaseInput(key=uuid4(), owner_id=members[0].person_id, lines=lines), by=town.by)
    if passes:
        assert submit_case(case_id=case.pk, by=town.by).state == "submitted"
        return
    with translation.override("zh-hans"), pytest.raises(DocumentsMissing, match="还缺 3 份"):
        submit_case(case_id=case.pk, by=town.by)
    papers = [("id_card", members[0].person_id), ("id_card", members[1].person_id), ("marriage_certificate", None)]
    for kind, person in papers:
        make_document(case, by=town.by, kind=kind, person=InsuredPerson.objects.filter(pk=person).first())
    assert submit_case(case_id=case.pk, by=town.by).state == "submitted"
