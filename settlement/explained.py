"""Why each account paid what it did, told of one settlement as it was decided (settlement/rules/allocation.py)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from accounts.models import AccountEntry, InsuredPerson, Staff
from accounts.rules.money import ZERO
from families.models import GroupMember
from families.policy_words import name_in_words, value_in_words
from families.rules.kinship import pair_relation
from families.verdicts import KINDS
from settlement.messages import in_words
from settlement.models import Settlement, SettlementShare
from settlement.rules.allocation import SHARE_LIMIT, Consideration
from settlement.rules.stored import from_stored


@dataclass(frozen=True, slots=True)
class Considered:
    """An account that was looked at. `place`: 0 for the own one; `relation`: of its holder to the patient, or ""."""

    place: int
    holder: InsuredPerson
    in_scope: bool
    relation: str
    why: Consideration
    entry: AccountEntry | None

    @property
    def sentence(self) -> str:
        return in_words(self.why)

    @property
    def parameter(self) -> str:
        named = self.why.parameter and self.why.parameter != SHARE_LIMIT
        return name_in_words(self.why.parameter) if named else ""

    @property
    def value(self) -> str:
        return value_in_words(self.why.parameter, self.why.value)


def why_paid(settlement: Settlement, *, staff: Staff) -> list[Considered]:
    """The own account, then the family's in their order, those that paid nothing included; of a reversal nothing."""
    whys = [from_stored(one) for one in settlement.considerations]
    keys = [why.payer_id or settlement.person_id for why in whys]
    holders = InsuredPerson.objects.in_bulk(keys)
    seen = set(InsuredPerson.objects.for_staff(staff).filter(pk__in=keys).values_list("pk", flat=True))
    relations = relations_to(settlement, keys)
    entries = {share.account.person_id: share.entry for share in shares_of(settlement)}
    return [
        Considered(place, holders[key], key in seen, relations.get(key, ""), why, entries.get(key))
        for place, (key, why) in enumerate(zip(keys, whys, strict=True))
    ]


def shares_of(settlement: Settlement) -> list[SettlementShare]:
    """What each account paid, or got back, in the order of payment, with its entry in the ledger."""
    return list(settlement.shares.select_related("entry", "account__person").order_by("position"))


def relations_to(settlement: Settlement, person_ids: Collection[int]) -> dict[int, str]:
    """What each of these is to the patient, as their codes in the group said on the day; without the patient."""
    day, patient = settlement.day_of_service, settlement.person_id
    codes: dict[int, dict[int, str]] = defaultdict(dict)
    stays = GroupMember.objects.on(day).filter(person__in={*person_ids, patient})
    for group_id, person_id, code in stays.values_list("group", "person", "relation"):
        codes[group_id][person_id] = code
    found = {}
    for members in codes.values():
        for person_id, code in members.items():
            if person_id != patient and patient in members:
                kind = pair_relation(members[patient], code).kind
                found[person_id] = str(KINDS[kind]) if kind else ""
    return found


def consideration_of(share: SettlementShare) -> Consideration | None:
    """Why this share was paid; None for a reversal. Expects `settlement`.

    By its place, because the payer's record may have been merged since: shares are numbered in the order of those
    who paid something.
    """
    whys = [from_stored(one) for one in share.settlement.considerations]
    if not whys or not share.position:
        return next(iter(whys), None)
    paid = (why for why in whys[1:] if why.paid)
    return next(islice(paid, share.position - 1, None), None)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar. `share`: of the whole, 0 to 100; `tone`: its colour."""

    label: str
    amount: Decimal
    share: Decimal
    tone: str


# What is cut, and the colour of each part in `gongji.css`.
FEES = (
    ("inscp_scp_amt", "covered"),
    ("preselfpay_amt", "first"),
    ("overlmt_selfpay", "above"),
    ("fulamt_ownpay_amt", "uncovered"),
)
PAYERS = (
    ("fund_pay_sumamt", "fund"),
    ("hosp_part_amt", "hospital"),
    ("acct_pay", "own"),
    ("acct_mulaid_pay", "family"),
    ("psn_cash_pay", "cash"),
)


def parts_of(settlement: Settlement, tones: Iterable[tuple[str, str]]) -> list[Part]:
    """The total cut by fields, each with its tone; a total of nothing has no shares."""
    total = settlement.medfee_sumamt
    return [
        Part(
            label=str(getattr(Settlement, field).field.verbose_name),
            amount=(amount := getattr(settlement, field)),
            share=(amount / total * 100).quantize(Decimal("0.01")) if total else ZERO,
            tone=tone,
        )
        for field, tone in tones
    ]
