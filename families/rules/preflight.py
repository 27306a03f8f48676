"""The pre-flight check: may this family be bound, on this day, under this policy, and if not, why not.

Pure: `check_family` takes what is known of each applicant and answers with one `Finding` per rule and person,
those that pass included, so that the counter can show what was looked at. It is the one implementation of the
rules: counter, services and import call it. It decides nothing about names and numbers: who an applicant is was
settled when the person was found.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence, Set

from families.rules.facts import Applicant, PastMembership
from families.rules.findings import Finding, Level, PairFinding, Preflight, judge
from families.rules.kinship import (
    OWNER,
    Pair,
    Verdict,
    expected_gender,
    group_of,
    may_pay,
    pair_relation,
)
from families.rules.leaving import check_changes
from families.rules.policy import Policy

EMPLOYEE = "310"
BASIC_INSURANCE = frozenset({EMPLOYEE, "390"})
NORMAL = "1"
YOUNGEST_PARENT = 12  # years between parent and child below which the relation is asked about again


def check_family(
    applicants: Sequence[Applicant], *, policy: Policy, declared: Set[tuple[int, int]] = frozenset()
) -> Preflight:
    """Check a whole family, the members that a group has already included.

    Rules: DOMAIN.md sections 3 to 5. `applicants`: the owner first. `declared`: pairs (payer, beneficiary) of
    positions whose relation the family declares. All findings are returned, not the first.
    """
    owner = applicants[0]
    findings: list[Finding] = []
    for applicant in applicants:
        findings += (
            _check_present(applicant, policy) if applicant.already_member else _check_person(applicant, policy)
        )
        if applicant is not owner and (applicant.restated or not applicant.already_member):
            findings += _check_member(applicant, owner, policy)
    findings += _check_whole(applicants, policy)
    impossible = any(finding.rule in ("one_owner", "one_spouse") for finding in findings)
    pairs = () if impossible else tuple(check_pairs(applicants, policy=policy, declared=declared))
    return Preflight(findings=tuple(sorted(findings, key=lambda f: f.position)), pairs=pairs)


def check_pairs(
    applicants: Sequence[Applicant], *, policy: Policy, declared: Set[tuple[int, int]] = frozenset()
) -> Iterator[PairFinding]:
    """Every pair of a payer and a member of the same days, in the order of the form (DOMAIN.md section 5)."""
    for payer in applicants:
        if not payer.shares:
            continue
        for beneficiary in applicants:
            if beneficiary is not payer and payer.meets(beneficiary):
                yield _check_pair(payer, beneficiary, policy, declared)


def _check_pair(
    payer: Applicant, beneficiary: Applicant, policy: Policy, declared: Set[tuple[int, int]]
) -> PairFinding:
    pair = pair_relation(payer.relation, beneficiary.relation)
    granted = may_pay(
        pair,
        near_relatives=policy.near_relatives,
        allow_parents_in_law=policy.allow_parents_in_law,
        declared=(payer.position, beneficiary.position) in declared,
    )
    if granted:
        return PairFinding(payer.position, beneficiary.position, pair, True)
    if pair.verdict is Verdict.IN_LAW:
        return PairFinding(payer.position, beneficiary.position, pair, False, "in_law")
    if pair.verdict is Verdict.DECLARE and pair.kind in policy.near_relatives:
        return PairFinding(payer.position, beneficiary.position, pair, False, "needs_declaration")
    return PairFinding(payer.position, beneficiary.position, pair, False, "not_near_relative")


def _check_person(applicant: Applicant, policy: Policy) -> Iterator[Finding]:
    """What is asked of everybody who joins."""
    facts, position = applicant.facts, applicant.position
    yield judge("insured", facts.insutype in BASIC_INSURANCE, position, "not_insured", value=facts.insutype)
    yield _check_status(applicant)
    if facts.card_lent:
        yield Finding("card_lending", Level.WARN, position, code="card_lending")
    if applicant.shares:
        yield from _check_payer(applicant)
    yield _check_dates(applicant)
    yield _check_one_group(applicant, policy)
    yield _check_wait(applicant, policy)
    yield check_changes(position, facts.changes_in(applicant.starts_on.year), applicant.starts_on, policy)


def _check_present(applicant: Applicant, policy: Policy) -> Iterator[Finding]:
    """What is asked of a member again: who begins to share or becomes the owner stands like a new payer."""
    if applicant.begins_to_share:
        yield _check_status(applicant)
        yield from _check_payer(applicant)
    if applicant.restated:
        yield _check_dates(applicant)
        yield _check_one_group(applicant, policy)


def _check_status(applicant: Applicant) -> Finding:
    status = applicant.facts.status
    return judge("normal_status", status == NORMAL, applicant.position, "insurance_suspended", value=status)


def _check_payer(applicant: Applicant) -> Iterator[Finding]:
    facts = applicant.facts
    employee = facts.insutype == EMPLOYEE
    yield judge("payer_employee", employee, applicant.position, "payer_not_employee", value=facts.insutype)
    if employee and not facts.balance:
        yield Finding("balance", Level.WARN, applicant.position, code="balance_zero", value=str(facts.balance or 0))


def _check_dates(applicant: Applicant) -> Finding:
    in_order = applicant.ends_on is None or applicant.ends_on > applicant.starts_on
    born = applicant.facts.born_on <= applicant.starts_on
    return judge(
        "dates", in_order and born, applicant.position, "date_invalid", value=applicant.starts_on.isoformat()
    )


def _check_one_group(applicant: Applicant, policy: Policy) -> Finding:
    holding = [
        stay
        for stay in applicant.facts.memberships
        if stay.reaches(applicant.starts_on)
        and (stay.exclusive or policy.one_group_per_person)
        and not (applicant.already_member and _stands_aside(stay, applicant))
    ]
    return judge(
        "one_group",
        not holding,
        applicant.position,
        "already_in_group",
        parameter="one_group_per_person",
        value=holding[0].group_number if holding else "",
        earliest_on=_latest_end(holding),
    )


def _stands_aside(stay: PastMembership, applicant: Applicant) -> bool:
    """A member's own stay, and one that begins when the membership has ended."""
    return stay.group_number == applicant.group_number or (
        applicant.ends_on is not None and stay.joined_on >= applicant.ends_on
    )


def _latest_end(stays: Iterable[PastMembership]) -> dt.date | None:
    """The first free day after stays that all have an end; None when one has none."""
    ends = [stay.left_on for stay in stays]
    return max((end for end in ends if end), default=None) if None not in ends else None


def _check_wait(applicant: Applicant, policy: Policy) -> Finding:
    """`rebind_wait_days` after the last release (90 Wuhan, 30 Heilongjiang)."""
    left = [
        stay.left_on
        for stay in applicant.facts.memberships
        if stay.left_on is not None and stay.left_on <= applicant.starts_on and stay.left_on > stay.joined_on
    ]
    free_on = max(left) + dt.timedelta(days=policy.rebind_wait_days) if left else None
    return judge(
        "rebind_wait",
        free_on is None or free_on <= applicant.starts_on,
        applicant.position,
        "waiting_period",
        parameter="rebind_wait_days",
        value=str(policy.rebind_wait_days),
        earliest_on=free_on,
    )


def _check_member(applicant: Applicant, owner: Applicant, policy: Policy) -> Iterator[Finding]:
    """What is asked of a member towards the owner."""
    yield _check_relation(applicant, policy)
    yield _check_region(applicant, owner, policy)
    gender = expected_gender(applicant.relation)
    if gender is not None and gender != applicant.facts.gender:
        yield Finding("gender", Level.WARN, applicant.position, code="relation_gender", value=applicant.facts.gender)
    if not _age_fits(applicant, owner):
        yield Finding("age", Level.WARN, applicant.position, code="relation_age")


def _check_relation(applicant: Applicant, policy: Policy) -> Finding:
    pair = pair_relation(OWNER, applicant.relation) if applicant.relation != OWNER else Pair(None, Verdict.NO)
    if pair.verdict is Verdict.IN_LAW:
        return judge(
            "near_relative",
            policy.allow_parents_in_law,
            applicant.position,
            "in_law",
            parameter="allow_parents_in_law",
            value=applicant.relation,
        )
    allowed = may_pay(pair, near_relatives=policy.near_relatives, allow_parents_in_law=False)
    return judge(
        "near_relative",
        allowed,
        applicant.position,
        "not_near_relative",
        parameter="near_relatives",
        value=applicant.relation,
    )


def _check_region(applicant: Applicant, owner: Applicant, policy: Policy) -> Finding:
    facts, home = applicant.facts, owner.facts
    if facts.province != home.province:
        allowed, parameter = policy.cross_province, "cross_province"
    elif facts.city != home.city:
        allowed, parameter = policy.cross_city, "cross_city"
    else:
        allowed, parameter = True, "cross_city"
    return judge("region", allowed, applicant.position, "other_region", parameter=parameter, value=facts.city)


def _age_fits(applicant: Applicant, owner: Applicant) -> bool:
    """Parents older than their children, by enough; a warning only: adoption and step-parents exist."""
    older_by = (owner.facts.born_on - applicant.facts.born_on).days / 365.25
    group = group_of(applicant.relation)
    if group in ("parent", "parent_in_law"):
        return older_by >= YOUNGEST_PARENT
    if group == "grandparent":
        return older_by >= 2 * YOUNGEST_PARENT
    if group == "child":
        return -older_by >= YOUNGEST_PARENT
    if group == "grandchild":
        return -older_by >= 2 * YOUNGEST_PARENT
    return True


def _check_whole(applicants: Sequence[Applicant], policy: Policy) -> Iterator[Finding]:
    """What is asked of the family as one: one owner, first; seats; nobody twice; one spouse."""
    owner = applicants[0]
    for seat, applicant in enumerate(applicants, start=1):
        position = applicant.position
        before = applicants[: seat - 1]
        if not applicant.already_member and applicant.starts_on < owner.starts_on:
            yield Finding("dates", Level.FAIL, position, code="before_owner", earliest_on=owner.starts_on)
        if any(_is_twice(applicant, other) for other in before):
            yield Finding("once", Level.FAIL, position, code="duplicate_row")
        if (seat == 1 and applicant.seat in (None, 1)) != (applicant.relation == OWNER):
            yield Finding("one_owner", Level.FAIL, position, code="owner_conflict", value=applicant.relation)
        if not applicant.already_member:
            yield judge(
                "seats",
                (applicant.seat or seat) <= policy.max_members,
                position,
                "group_full",
                parameter="max_members",
                value=str(policy.max_members),
            )
        if _is_spouse(applicant) and any(_is_spouse(other) and other.meets(applicant) for other in before):
            yield Finding("one_spouse", Level.FAIL, position, code="not_near_relative", value=applicant.relation)


def _is_twice(applicant: Applicant, other: Applicant) -> bool:
    """The same person on two rows of the form, or on a row and in the group meanwhile."""
    if applicant.already_member or applicant.facts.person_id != other.facts.person_id:
        return False
    return not other.already_member or other.meets(applicant)


def _is_spouse(applicant: Applicant) -> bool:
    return group_of(applicant.relation) == "spouse"
