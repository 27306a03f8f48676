"""Invents households: who lives together, of what age, insured how. Pure: the same chance, the same people.

Invariant: every number passes the checksum and belongs to one person; children are younger than their parents.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random

from accounts.rules.identity import check_digit
from families.demo_data import FEMALE_GIVEN, HOMES, MALE_GIVEN, RARE_GIVEN, STATUS_REASONS, SURNAMES

MALE, FEMALE = "1", "2"
WORKPLACES = ("420106", "330100")
# Households by size: the relations that live with the owner, and how often of 200.
COMPOSITIONS: tuple[tuple[int, str], ...] = (
    (40, "spouse"), (10, "child"), (14, "mother"),
    (52, "spouse child"), (10, "father mother"), (8, "spouse mother"),
    (24, "spouse child child"), (14, "spouse child mother"),
    (10, "spouse child father mother"), (7, "spouse child child mother"),
    (5, "spouse child child father mother"),
    (3, "spouse child child father mother sibling"),
    (3, "spouse child child father mother sibling grandmother"),
)  # fmt: skip


@dataclass(slots=True)
class Human:
    """One invented person; `relation`: GB/T 4761 to the owner; `rank`: as a payer, None when nothing is shared."""

    name: str
    relation: str
    gender: str
    born_on: dt.date
    region: str
    insutype: str
    psn_type: str
    psn_no: str
    certno: str
    mobile: str
    status_reason: str = ""
    rank: int | None = None

    @property
    def is_employee(self) -> bool:
        return self.insutype == "310"


@dataclass(slots=True)
class Household:
    """The owner first."""

    home: str
    humans: list[Human] = field(default_factory=list)

    @property
    def can_be_bound(self) -> bool:
        """Whether the pre-flight check would pass: the owner employed, all in normal status and in one province."""
        one_province = {human.region[:2] for human in self.humans} == {self.home[:2]}
        return self.humans[0].is_employee and one_province and not any(human.status_reason for human in self.humans)


class Registry:
    """Invents people one household at a time, and gives out no number twice."""

    def __init__(self, chance: Random, today: dt.date) -> None:
        self.chance, self.today = chance, today
        self._serials = count(1)
        self._taken: set[str] = set()

    def households(
        self,
        number: int,
        *,
        homes: Mapping[str, int] = HOMES,
        compositions: Sequence[tuple[int, str]] = COMPOSITIONS,
    ) -> Iterator[Household]:
        """Homes and compositions in their proportions."""
        places = self.chance.choices(list(homes), weights=list(homes.values()), k=number)
        weights = [weight for weight, _roles in compositions]
        for home, (_weight, roles) in zip(places, self.chance.choices(compositions, weights, k=number), strict=True):
            yield self._household(home, roles.split())

    def _household(self, home: str, roles: list[str]) -> Household:
        age = self._owner_age(roles)
        gender = self.chance.choice((MALE, FEMALE))
        father, mother = self.chance.sample(SURNAMES, 2)
        surnames = {"owner": father, "father": father, "sibling": father, "mother": mother, "grandmother": mother}
        spouse = self.chance.choice(SURNAMES)
        surnames |= {"spouse": spouse, "child": father if gender == MALE else spouse}
        household = Household(home)
        youngest = age - self.chance.randint(23, 26)
        for role in ["owner", *roles]:
            years, sex = self._age_and_gender(role, age, gender, youngest)
            youngest -= 2 * (role == "child")
            relation = _relation(role, sex, older=years > age)
            household.humans.append(self._human(role, relation, surnames[role], max(years, 0), sex, home))
        self._choose_payers(household)
        return household

    def _owner_age(self, roles: list[str]) -> int:
        if "grandmother" in roles:
            return self.chance.randint(30, 34)
        return self.chance.randint(28, 52) if "child" in roles or "mother" in roles else self.chance.randint(25, 66)

    def _age_and_gender(self, role: str, age: int, gender: str, child: int) -> tuple[int, str]:
        other = FEMALE if gender == MALE else MALE
        either = self.chance.choice((MALE, FEMALE))
        return {
            "owner": (age, gender),
            "spouse": (age + self.chance.randint(-3, 3), other),
            "child": (child - self.chance.randint(0, 1), either),
            "father": (age + self.chance.randint(24, 28), MALE),
            "mother": (age + self.chance.randint(22, 27), FEMALE),
            "sibling": (age + self.chance.choice((-4, -3, -2, 2, 3, 4)), either),
            "grandmother": (age + self.chance.randint(50, 54), FEMALE),
        }[role]

    def _human(self, role: str, relation: str, surname: str, years: int, gender: str, home: str) -> Human:
        born_on = self._birthday(years)
        insutype, psn_type = self._insurance(role, years, gender)
        works_away = role in ("child", "sibling") and years > 22 and self.chance.random() < 0.25
        serial = next(self._serials)
        return Human(
            name=surname + self._given(gender),
            relation=relation,
            gender=gender,
            born_on=born_on,
            region=self.chance.choice(WORKPLACES) if works_away else home,
            insutype=insutype,
            psn_type=psn_type,
            psn_no=f"42008{serial:012d}",
            certno=self._number(home, born_on, gender),
            mobile=f"160{self.chance.randrange(10**8):08d}" if years >= 14 else "",
            status_reason=self.chance.choice(STATUS_REASONS) if self.chance.random() < 0.008 else "",
        )

    def _birthday(self, years: int) -> dt.date:
        return self.today - dt.timedelta(days=round(years * 365.25) + self.chance.randint(1, 360))

    def _given(self, gender: str) -> str:
        rare = self.chance.random() < 0.004
        names = RARE_GIVEN if rare else MALE_GIVEN if gender == MALE else FEMALE_GIVEN
        return self.chance.choice(names.split())

    def _insurance(self, role: str, years: int, gender: str) -> tuple[str, str]:
        """insutype and psn_type by age (DOMAIN.md section 6)."""
        if years < 18:
            return "390", "1401" if years < 1 else "1402" if years < 6 else "1403"
        if years < 23:
            return "390", "1501"
        is_employee = self.chance.random() < (0.98 if role == "owner" else 0.7)
        if years >= (60 if gender == MALE else 55):
            return ("310", "1201") if is_employee else ("390", "1601")
        return ("310", "1101") if is_employee else ("390", "1501")

    def _number(self, area: str, born_on: dt.date, gender: str) -> str:
        while True:
            serial = self.chance.randrange(100)
            first17 = (
                f"{area}{born_on:%Y%m%d}{serial:02d}{self.chance.choice('13579' if gender == MALE else '02468')}"
            )
            number = first17 + check_digit(first17)
            if number not in self._taken:
                self._taken.add(number)
                return number

    def _choose_payers(self, household: Household) -> None:
        ranks = count(1)
        for position, human in enumerate(household.humans):
            if position == 0 or (human.is_employee and self.chance.random() < 0.6):
                human.rank = next(ranks)


def _relation(role: str, gender: str, *, older: bool) -> str:
    """GB/T 4761 (DOMAIN.md section 5)."""
    male = gender == MALE
    return {
        "owner": "01",
        "spouse": "11" if male else "12",
        "child": "20" if male else "30",
        "father": "51",
        "mother": "52",
        "sibling": ("71" if older else "73") if male else ("75" if older else "77"),
        "grandmother": "62",
    }[role]
