"""Looking for persons that are registered twice, and marking those that only look so.

Candidates come from one statement: an 18-character number and its 15-digit form, or the same reading of the name,
birthday and gender where at least one of the two certificates is no resident ID. Each pair is weighed by
families/rules/duplicates.py. A pair is stored once: whatever became of it, it is not proposed again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts import keys
from accounts.acting import writes
from accounts.bulk import chunks
from accounts.models import InsuredPerson, Job, Staff
from accounts.rules.identity import RESIDENT_ID, IdentityFault, check_resident_id
from accounts.rules.sealing import SealBroken
from accounts.services.jobs import JobRefused, Progress
from accounts.services.review import AlreadyDecided
from accounts.services.rights import RightMissing, require_right
from families.models import GroupMember, PersonMatch
from families.models.match import MatchState
from families.rules.duplicates import Comparison, Evidence, Level, RecordFacts, compare
from families.rules.facts import PastMembership

CHUNK = 1_000
RIGHT = "families.request_merge"
CANDIDATES = f"""
    WITH scope AS NOT MATERIALIZED (
        SELECT person.* FROM accounts_insuredperson AS person
          JOIN accounts_region AS region ON region.code = person.region_id
         WHERE person.merged_into_id IS NULL AND starts_with(region.path, %(path)s))
    SELECT least(one.id, other.id), greatest(one.id, other.id)
      FROM scope AS one JOIN scope AS other ON other.certno_digest = one.certno15_digest AND other.id <> one.id
     UNION
    SELECT least(one.id, other.id), greatest(one.id, other.id)
      FROM scope AS one JOIN scope AS other USING (name_key, born_on, gender)
     WHERE one.cert_type <> '{RESIDENT_ID}' AND other.id <> one.id
    EXCEPT
    SELECT first_id, second_id FROM families_personmatch
     ORDER BY 1, 2
"""  # noqa: S608 - the only thing filled in is a constant


@dataclass(frozen=True, slots=True)
class Search:
    """How many pairs were weighed, and how many of them are newly proposed."""

    compared: int
    proposed: int


def run_search(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of a job of kind `propose_matches`, with the rights and scope of whoever asked.

    Raises: JobRefused when the right is gone.
    """
    try:
        require_right(job.owner, RIGHT)
    except RightMissing as refusal:
        raise JobRefused(str(refusal)) from refusal
    return asdict(propose_matches(by=job.owner))


@writes
def propose_matches(*, by: Staff) -> Search:
    """Propose the pairs of records in the region of `by` and under it that may be one person.

    Idempotent: a pair that stands already, whatever its state, is left as it is.
    Locks: of two searches at once the second waits, and finds what the first has stored.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('families_propose_matches'))")
        cursor.execute(CANDIDATES, {"path": by.region.path})
        pairs = cursor.fetchall()
    proposed = sum(len(PersonMatch.objects.bulk_create(_matches(chunk))) for chunk in chunks(pairs, CHUNK))
    return Search(compared=len(pairs), proposed=proposed)


def _matches(pairs: Sequence[tuple[int, int]]) -> list[PersonMatch]:
    facts = facts_of({key for pair in pairs for key in pair})
    compared = [(pair, compare(facts[pair[0]], facts[pair[1]])) for pair in pairs]
    return [
        PersonMatch(
            first_id=first,
            second_id=second,
            found_on=timezone.localdate(),
            certainty=comparison.level.value,
            evidence=as_json(comparison),
        )
        for (first, second), comparison in compared
        if comparison.level is not Level.UNLIKELY
    ]


def facts_of(person_ids: Collection[int]) -> dict[int, RecordFacts]:
    """What the comparison needs to know of each record, in two queries however many there are."""
    stays: dict[int, list[PastMembership]] = defaultdict(list)
    for stay in GroupMember.objects.filter(person__in=person_ids).select_related("group").order_by("joined_on"):
        stays[stay.person_id].append(PastMembership(stay.group.number, stay.joined_on, stay.left_on, stay.exclusive))
    persons = InsuredPerson.objects.filter(pk__in=person_ids).select_related("account")
    return {person.pk: _facts(person, stays[person.pk]) for person in persons}


def _facts(person: InsuredPerson, stays: Sequence[PastMembership]) -> RecordFacts:
    return RecordFacts(
        name=person.name,
        name_key=person.name_key,
        born_on=person.born_on,
        gender=person.gender,
        cert_type=person.cert_type,
        number=bytes(person.certno_digest),
        number15=bytes(person.certno15_digest) if person.certno15_digest else None,
        valid_id=_has_valid_id(person),
        phone=_phone(person),
        region=person.region_id,
        status=person.status,
        has_account=hasattr(person, "account"),
        stays=tuple(stays),
    )


def _has_valid_id(person: InsuredPerson) -> bool:
    if person.cert_type != RESIDENT_ID:
        return False
    try:
        check_resident_id(person.certno, today=timezone.localdate())
    except (IdentityFault, SealBroken):
        return False
    return True


def _phone(person: InsuredPerson) -> bytes:
    """A digest: the phone itself stays sealed outside this function."""
    try:
        digits = "".join(sign for sign in person.mobile if sign.isdigit())
    except SealBroken:
        return b""
    return keys.number_digest(digits) if digits else b""


def comparison_of(match: PersonMatch) -> Comparison:
    """What speaks for and against as of now; for a merged pair, as it was decided."""
    if match.state == MatchState.MERGED:
        return _from_json(match)
    facts = facts_of([match.first_id, match.second_id])
    return compare(facts[match.first_id], facts[match.second_id])


def as_json(comparison: Comparison) -> dict[str, list[list[str]]]:
    return {
        "for": [[finding.code, finding.value] for finding in comparison.speaks_for],
        "against": [[finding.code, finding.value] for finding in comparison.speaks_against],
    }


def _from_json(match: PersonMatch) -> Comparison:
    speaks_for, speaks_against = (
        tuple(Evidence(code, value) for code, value in match.evidence[side]) for side in ("for", "against")
    )
    return Comparison(Level(match.certainty), speaks_for, speaks_against)


def lock_match(match_id: int, by: Staff, *states: MatchState) -> PersonMatch:
    """A pair in scope, locked. Raises: AlreadyDecided when it is in none of these states any more."""
    matches = PersonMatch.objects.for_staff(by).select_for_update(of=("self",))
    match = matches.select_related("first", "second", "survivor", "requested_by", "decided_by").get(pk=match_id)
    if match.state not in states:
        who = match.decided_by or match.requested_by or ""
        raise AlreadyDecided(who=str(who), state=str(match.get_state_display()))
    return match


@writes
def mark_different(*, match_id: int, reason: str, by: Staff) -> PersonMatch:
    """Two persons after all: the pair is kept with the reason, and never proposed again.

    Raises: AlreadyDecided; nothing is written then. Locks: the pair.
    """
    match = lock_match(match_id, by, MatchState.PROPOSED)
    match.evidence = as_json(comparison_of(match))
    match.state, match.decision = MatchState.DIFFERENT, reason
    match.decided_by, match.decided_at = by, timezone.now()
    match.save(update_fields=["evidence", "state", "decision", "decided_by", "decided_at"])
    return match
