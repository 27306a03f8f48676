"""Whether a plan may be carried out: the pre-flight check of the family as it would be, and of those who go."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations

from families.models import Grant, Sharing
from families.models.case import CaseKind, Cause
from families.person_facts import known_from
from families.rules.facts import Applicant, Leaver, PersonFacts
from families.rules.findings import Finding, Level, Preflight
from families.rules.kinship import OWNER
from families.rules.leaving import check_leavers
from families.rules.policy import SEATS
from families.rules.preflight import NORMAL, check_family
from families.services.plans.shapes import WHOLE_FAMILY, Place, Plan
from families.services.plans.sharings import kept_sharings


def check_plan(plan: Plan) -> Preflight:
    persons = [*(place.person_id for place in plan.places), *plan.strangers.values()]
    facts = {
        person_id: known.on(plan.change.day, plan.change.stays.get(person_id, ()))
        for person_id, known in known_from(persons, day=plan.change.day).items()
    }
    findings = list(check_leavers(_leavers(plan, facts), policy=plan.policy))
    findings += _check_form(plan)
    findings += _check_cause(plan, facts)
    asked_only_to_go = plan.change.kind in (CaseKind.RELEASE, CaseKind.DISSOLVE) and not (
        plan.change.joins or plan.change.terms
    )
    if asked_only_to_go or not plan.staying or any(finding.code == "owner_changes" for finding in findings):
        return Preflight(tuple(sorted(findings, key=lambda finding: finding.position)))
    family = check_family(
        [_applicant(place, facts, plan) for place in plan.staying], policy=plan.policy, declared=_declared(plan)
    )
    return Preflight(
        tuple(sorted([*findings, *family.findings], key=lambda finding: finding.position)), pairs=family.pairs
    )


def _applicant(place: Place, facts: dict[int, PersonFacts], plan: Plan) -> Applicant:
    starts_on = place.retermed_from(plan.change.day) if place.renewed else place.joined_on
    return Applicant(
        position=place.position,
        facts=facts[place.person_id],
        relation=place.relation,
        shares=place.rank is not None or place.stops_sharing,
        starts_on=starts_on,
        ends_on=place.left_on,
        already_member=place.stored is not None,
        restated=place.renewed,
        begins_to_share=place.begins_to_share or (place.renewed and place.relation == OWNER),
        seat=place.seat,
        group_number=plan.group.number,
    )


def _leavers(plan: Plan, facts: dict[int, PersonFacts]) -> Iterator[Leaver]:
    change = plan.change
    gone = [place for place in plan.places if place.leaves and not place.follows]
    ending = [place for place in plan.staying if place.stops_sharing or place.leaves_sooner]
    family_must_go = change.kind == CaseKind.DISSOLVE and any(
        place.relation == OWNER and facts[place.person_id].status != NORMAL for place in gone
    )
    for place in [*gone, *ending]:
        known = facts[place.person_id]
        yield Leaver(
            position=place.position,
            facts=known,
            bound_since=known.bound_since(plan.group.number, change.day),
            leaves_on=_asked_to_leave_on(place, plan),
            owner_stays=place.leaves and place.relation == OWNER and change.kind not in WHOLE_FAMILY,
            must_go=family_must_go or known.status != NORMAL,
            stops_sharing=place.stops_sharing and not place.leaves_sooner,
        )
    for position, person_id in plan.strangers.items():
        yield Leaver(position, facts[person_id], change.day, change.day, is_member=False)


def _asked_to_leave_on(place: Place, plan: Plan) -> dt.date:
    """The day on which a release would have been asked for, for a last day that is brought forward."""
    if not place.leaves_sooner or place.stops_sharing or place.left_on is None:
        return plan.change.day
    return max(plan.change.day, place.left_on - (plan.released_on - plan.change.day))


def _check_form(plan: Plan) -> Iterator[Finding]:
    """What the form itself lacks, or says twice."""
    yield from _check_named(plan)
    yield from _check_owner_later(plan)
    for place in plan.staying:
        if place.stored is not None and place.seat > SEATS:
            yield Finding("seats", Level.FAIL, place.position, "group_full", "max_members", str(SEATS))
    yield from _check_ranks(plan)


def _check_named(plan: Plan) -> Iterator[Finding]:
    """Whom the business has to name, and who is named twice; somebody owns the group afterwards, or it ends."""
    named = Counter([*plan.change.leaves, *(terms.person_id for terms in plan.change.terms)])
    for place in plan.places:
        if plan.change.kind in WHOLE_FAMILY and not place.named:
            yield Finding("complete", Level.FAIL, place.position, code="member_missing")
        if named[place.person_id] > 1 and not place.follows:
            yield Finding("once", Level.FAIL, place.position, code="duplicate_row")
        if plan.change.kind == CaseKind.HAND_OVER and not plan.staying and place.relation == OWNER:
            yield Finding("owner_stays", Level.FAIL, place.position, code="owner_stays")


def _check_cause(plan: Plan, facts: dict[int, PersonFacts]) -> Iterator[Finding]:
    """Who leaves for a death or an ended insurance is suspended by then: a look only, nobody is held."""
    if plan.change.reason not in (Cause.DEATH, Cause.INSURANCE_ENDED):
        return
    for place in plan.places:
        concerned = plan.change.kind == CaseKind.RELEASE or place.relation == OWNER
        if place.leaves and concerned and facts[place.person_id].status == NORMAL:
            yield Finding("cause", Level.WARN, place.position, code="status_not_recorded")


def _check_owner_later(plan: Plan) -> Iterator[Finding]:
    """Relations are those to the owner: what begins before another owner does is not known from then on."""
    owners = [place for place in plan.staying if place.stored is not None and place.stored.relation == OWNER]
    if len(owners) < 2 or not (plan.change.joins or plan.change.terms):
        return
    turn = max(place.joined_on for place in owners)
    for place in plan.staying:
        if place.named and not place.follows and place.retermed_from(plan.change.day) < turn:
            yield Finding("one_owner", Level.FAIL, place.position, code="owner_changes", earliest_on=turn)


def _check_ranks(plan: Plan) -> Iterator[Finding]:
    """Two accounts at the same place in the order."""
    running = [*plan.sharings, *kept_sharings(plan)]
    for (place, one), (other, another) in combinations(running, 2):
        if place is not other and one.rank == another.rank and _meet(one, another):
            later = max(place, other, key=lambda each: (each.named, each.position))
            yield Finding("rank", Level.FAIL, later.position, code="rank_taken", value=str(one.rank))


def _meet(one: Sharing, other: Sharing) -> bool:
    return (one.ends_on is None or other.starts_on < one.ends_on) and (
        other.ends_on is None or one.starts_on < other.ends_on
    )


def _declared(plan: Plan) -> set[tuple[int, int]]:
    """Positions of the pairs that the family declares now or declared before."""
    positions = {place.person_id: place.position for place in plan.staying}
    before = Grant.objects.filter(group=plan.group, basis="declare").exclude(ends_on__lte=plan.change.day)
    pairs: Iterable[tuple[int, int]] = [
        *plan.change.declared,
        *before.values_list("payer__person", "beneficiary__person"),
    ]
    return {
        (positions[payer], positions[taker]) for payer, taker in pairs if payer in positions and taker in positions
    }
