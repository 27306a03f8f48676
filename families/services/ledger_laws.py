"""What the proof of the ledger computes anew of groups: seats, owners, and who is in one group alone.

Nine members on a day would need a ninth seat, or one seat twice: both are looked for.
"""

from __future__ import annotations

from accounts.services.ledger_proof import Law, also_prove
from families.rules.policy import SEATS

# `member` with its group, person and region.
OF_A_GROUP = """JOIN families_mutualaidgroup AS grp ON grp.id = member.group_id
     JOIN accounts_insuredperson AS person ON person.id = member.person_id
     JOIN accounts_region AS region ON region.code = grp.region_id AND starts_with(region.path, %(path)s)"""

SEATED = Law(
    "seats",
    f"""
    SELECT person.psn_no, NULL, member.seat, CASE WHEN relation = '01' THEN 1 END, 'seat', grp.number, region.code
      FROM families_groupmember AS member {OF_A_GROUP}
     WHERE member.seat NOT BETWEEN 1 AND {SEATS} OR (member.seat = 1) <> (member.relation = '01')
    """,  # noqa: S608 - the only things filled in are constants
)


def _once(name: str, *same: str, condition: str = "TRUE") -> Law:
    """No two memberships alike in `same` hold on one day."""
    return Law(
        name,
        f"""
        SELECT person.psn_no, NULL, member.seat, NULL, '{name}', grp.number, region.code
          FROM (SELECT *, max(COALESCE(left_on, 'infinity')) OVER (
                              PARTITION BY {", ".join(same)} ORDER BY joined_on, id
                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until
                  FROM families_groupmember
                 WHERE {condition} AND (left_on IS NULL OR left_on > joined_on)) AS member {OF_A_GROUP}
         WHERE member.taken_until > member.joined_on
        """,  # noqa: S608
    )


SEAT_ONCE = _once("seat_taken_twice", "group_id", "seat")
MEMBER_ONCE = _once("member_twice", "group_id", "person_id")
ONE_GROUP = _once("in_two_groups", "person_id", condition="exclusive")

also_prove(SEATED, SEAT_ONCE, MEMBER_ONCE, ONE_GROUP)
