"""What a family has to prove with papers, and which of them are lacking.

Rule: DOMAIN.md section 4 `proof_mode`. Under `commitment` the letter on the printed form is enough; under
`documents` every person shows a card and every relation a paper. What is asked is a table, not an `if`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from families.rules.kinship import OWNER, Group, group_of

About = Literal["identity", "relation", "declared", "authority", "agent", "death"]

# Any one of them proves the relation to the owner.
RELATION_PROOFS: Mapping[Group, tuple[str, ...]] = MappingProxyType(
    {
        "owner": (),
        "spouse": ("marriage_certificate", "household_register"),
        "child": ("household_register", "birth_certificate"),
        "parent": ("household_register", "birth_certificate"),
        "sibling": ("household_register", "kinship_proof"),
        "grandparent": ("household_register", "kinship_proof"),
        "grandchild": ("household_register", "kinship_proof"),
        "parent_in_law": ("marriage_certificate", "household_register", "kinship_proof"),
        "other": ("kinship_proof",),
    }
)
OTHER_PROOFS: Mapping[About, tuple[str, ...]] = MappingProxyType(
    {
        "identity": ("id_card",),
        "declared": ("kinship_proof",),
        "authority": ("power_of_attorney",),
        "agent": ("agent_id",),
        "death": ("death_certificate",),
    }
)
# These show one person each; every other paper may be filed for the family as a whole.
PERSONAL = frozenset({"id_card", "death_certificate"})


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that is there and not replaced. `position`: whose on the form; None for the family as a whole."""

    kind: str
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing to be proved. `positions`: of whom, none for the agent; `any_of`: the kinds that prove it."""

    about: About
    positions: tuple[int, ...]
    any_of: tuple[str, ...]

    def is_given_by(self, paper: Paper) -> bool:
        if paper.kind not in self.any_of:
            return False
        of_family = paper.position is None and paper.kind not in PERSONAL
        return not self.positions or of_family or paper.position in self.positions


def asked_proofs(
    relations: Mapping[int, str],
    *,
    proof_mode: str,
    declared: Iterable[tuple[int, ...]] = (),
    has_agent: bool = False,
    deceased: Collection[int] = (),
) -> tuple[Proof, ...]:
    """What has to be proved, in the order of the form.

    `relations`: position on the form → GB/T 4761 code to the owner; `declared`: pairs of positions, or the one of a
    pair that is on the form; `deceased`: positions of those whose death is the cause. Empty under `proof_mode`
    commitment. Raises: RelationFault.
    """
    if proof_mode != "documents":
        return ()
    proofs = [_of("identity", position) for position in relations if position not in deceased]
    proofs += [_of("death", position) for position in deceased]
    proofs += [
        Proof("relation", (position,), RELATION_PROOFS[group_of(code)])
        for position, code in relations.items()
        if code != OWNER
    ]
    proofs += [_of("declared", *pair) for pair in sorted(declared) if pair]
    if has_agent:
        proofs += [_of("authority"), _of("agent")]
    return tuple(proofs)


def missing_proofs(proofs: Iterable[Proof], papers: Collection[Paper]) -> tuple[Proof, ...]:
    """The proofs that no paper gives."""
    return tuple(proof for proof in proofs if not any(proof.is_given_by(paper) for paper in papers))


def _of(about: About, *positions: int) -> Proof:
    return Proof(about, positions, OTHER_PROOFS[about])
