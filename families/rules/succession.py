"""What the members of a family are to another of them who becomes the owner (hand-over, DOMAIN.md section 5).

Only what follows: the code is proposed for the family to confirm. Where it does not follow, or where the two are no
near relatives, nothing is proposed: the member is stated by hand, or leaves.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from accounts.rules.identity import Gender
from families.rules.kinship import Verdict, group_of, pair_relation

MALE: Gender = "1"


@dataclass(frozen=True, slots=True)
class Relative:
    """A member as the present owner states them: relation to the owner, gender (1 male, 2 female), birthday."""

    relation: str
    gender: str
    born_on: dt.date


def relation_to(successor: Relative, member: Relative, *, owner_gender: str) -> str | None:
    """The code of `member` to `successor`, from the codes of both to the present owner; None where none follows."""
    pair = pair_relation(successor.relation, member.relation)
    if pair.verdict is Verdict.IN_LAW and _is_spouse(successor) and group_of(member.relation) == "parent":
        return _by_gender(member, "55", "56") if successor.gender == MALE else _by_gender(member, "53", "54")
    if pair.kind is None or pair.verdict is Verdict.DECLARE:
        return None
    codes = {
        "spouse": ("11", "12"),
        "child": ("20", "30"),
        "parent": ("51", "52"),
        "sibling": ("71", "75") if member.born_on < successor.born_on else ("73", "77"),
        "grandparent": _grandparents(successor, member, owner_gender),
        "grandchild": _grandchildren(successor, member, owner_gender),
    }[pair.kind]
    return _by_gender(member, *codes)


def _grandparents(successor: Relative, member: Relative, owner_gender: str) -> tuple[str, str]:
    """Paternal or maternal: a sibling keeps the owner's line, a grandchild has the own, a child the parent's."""
    if group_of(successor.relation) == "sibling":
        paternal = member.relation in ("61", "62")
    elif group_of(successor.relation) == "grandchild":
        paternal = successor.relation in ("41", "42")
    else:
        paternal = (owner_gender == MALE) != (group_of(member.relation) == "parent_in_law")
    return ("61", "62") if paternal else ("63", "64")


def _grandchildren(successor: Relative, member: Relative, owner_gender: str) -> tuple[str, str]:
    """A son's or a daughter's child: the spouse keeps the owner's code, a parent goes by the owner or the spouse."""
    if _is_spouse(successor):
        by_son = member.relation in ("41", "42")
    elif group_of(successor.relation) == "grandparent":
        by_son = successor.relation in ("61", "62")
    else:
        by_son = (owner_gender == MALE) != (group_of(successor.relation) == "parent_in_law")
    return ("41", "42") if by_son else ("43", "44")


def _is_spouse(member: Relative) -> bool:
    return group_of(member.relation) == "spouse"


def _by_gender(member: Relative, male: str, female: str) -> str:
    return male if member.gender == MALE else female
