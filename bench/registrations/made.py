"""Makes a roster and a registration file of invented families, some of them faulty, with the answer key.

Pure: the same arguments, the same files. Invariants: every number passes the checksum and belongs to one person; a
family that the key does not name passes every rule on an empty register; a faulty one has exactly the fault that the
key tells.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from random import Random
from typing import Any

from rustpy_xlsxwriter import FastExcel

from accounts.rules.identity import check_digit
from families.demo_households import Household, Human, Registry

SEED = 20260316
TODAY = dt.date(2026, 3, 16)
FIRST_DAY = dt.date(2026, 1, 5)
HOMES = {"421002": 60, "421003": 40}
# Of 20 families; of those that can be bound, three members beside the owner on average.
COMPOSITIONS = (
    (1, "spouse"), (1, "mother"),
    (3, "spouse child"), (1, "father mother"),
    (4, "spouse child child"), (3, "spouse child mother"),
    (5, "spouse child father mother"), (2, "spouse child child father mother"),
)  # fmt: skip
# Households that cannot be bound fall out: an owner not employed, somebody suspended or insured in another province.
SPARE = 1.4
LIMITS = ("", "", "500.00", "2000.00")
WORDS = {
    "11": "丈夫", "12": "妻子", "20": "子", "30": "女", "51": "父亲", "52": "母亲", "71": "兄", "73": "弟",
    "75": "姐", "77": "妹", "62": "祖母",
}  # fmt: skip
HEADINGS = (
    "家庭编号", "户主姓名", "户主证件类型", "户主证件号码", "户主手机号", "成员姓名", "与户主关系", "成员证件类型",
    "成员证件号码", "参保地", "是否授权共享", "顺序号", "共享限额", "开始日期", "终止日期", "备注",
)  # fmt: skip
ROSTER = (
    "psn_no", "psn_name", "psn_cert_type", "certno", "gend", "brdy", "mobile", "insu_admdvs", "insutype", "psn_type",
    "psn_insu_stas", "prior_years_balance", "current_year_balance",
)  # fmt: skip
CERTIFICATE = "居民身份证"
Cell = str | float
Line = dict[str, Cell]


@dataclass
class Family:
    """A household with its rows on the form, one for each member; `fault`: what the last row has wrong."""

    number: str
    household: Household
    lines: list[Line]
    fault: str = ""

    @property
    def member(self) -> Human:
        """Whom the last row names: that is where faults are put."""
        return self.household.humans[-1]


@dataclass
class Made:
    """`key`: as `registration_faults` of the samples' expected.json; `families` in the order of the file."""

    families: list[Family]
    balances: Mapping[str, tuple[str, str]]
    key: dict[str, Any] = field(default_factory=dict)

    @property
    def lines(self) -> Iterator[Line]:
        return chain.from_iterable(family.lines for family in self.families)

    @property
    def rows(self) -> int:
        return sum(len(family.lines) for family in self.families)

    def faultless(self, number: int) -> list[Family]:
        """The first families without a fault."""
        return list(islice((family for family in self.families if not family.fault), number))


def make(*, families: int, faults: float = 0.0, seed: int = SEED) -> Made:
    """Invent so many families. `faults`: the share of them that gets a fault, the kinds of `FAULTS` in turn."""
    chance = Random(seed)
    invented = Registry(chance, TODAY).households(
        round(families * SPARE) + 30, homes=HOMES, compositions=COMPOSITIONS
    )
    bound = (household for household in invented if household.can_be_bound)
    made = [_family(number, household, chance) for number, household in enumerate(islice(bound, families))]
    if len(made) < families:
        raise ValueError("too many households cannot be bound: raise SPARE")
    strangers = chain.from_iterable(household.humans[1:] for household in bound)
    _spoil(made, round(families * faults), strangers, chance)
    humans = chain.from_iterable(family.household.humans for family in made)
    balances = {human.psn_no: _balances(chance) for human in humans if human.is_employee}
    return Made(made, balances, _answer_key(made))


def _family(number: int, household: Household, chance: Random) -> Family:
    owner, *members = household.humans
    first = max(FIRST_DAY, *(human.born_on + dt.timedelta(days=1) for human in household.humans))
    day = min(first + dt.timedelta(days=chance.randrange(60)), TODAY)
    name = f"GJ{number:08d}"
    return Family(name, household, [_line(name, owner, member, day, chance) for member in members])


def _line(number: str, owner: Human, member: Human, day: dt.date, chance: Random) -> Line:
    shares = member.rank is not None
    values = (
        number, owner.name, CERTIFICATE, owner.certno, owner.mobile, member.name, WORDS[member.relation], CERTIFICATE,
        member.certno, member.region, "是" if shares else "否", str(member.rank or ""),
        chance.choice(LIMITS) if shares else "", day.isoformat(), "", "",
    )  # fmt: skip
    return dict(zip(HEADINGS, values, strict=True))


def _balances(chance: Random) -> tuple[str, str]:
    prior, current = chance.randint(0, 600_000), chance.randint(0, 120_000)
    return f"{prior / 100:.2f}", f"{current / 100:.2f}"


# What goes wrong with a family.


@dataclass
class _Others:
    """People from elsewhere: nobody knows them, or they are in another family of the file."""

    strangers: Iterator[Human]
    bound: Human


Fault = Callable[[Family, _Others], None]


def _writes(**cells: str) -> Fault:
    """Another value in cells of the last row."""
    return lambda family, _others: family.lines[-1].update(cells)


def _misname(family: Family, _others: _Others) -> None:
    family.lines[-1]["成员姓名"] = family.member.name + "某"


def _name_stranger(family: Family, others: _Others) -> None:
    _name(family, next(others.strangers))


def _name_bound(family: Family, others: _Others) -> None:
    _name(family, others.bound)
    family.lines[-1] |= {"是否授权共享": "否", "顺序号": "", "共享限额": ""}


def _name(family: Family, human: Human) -> None:
    family.lines[-1] |= {"成员姓名": human.name, "成员证件号码": human.certno, "参保地": ""}


def _write_as_number(family: Family, _others: _Others) -> None:
    family.lines[-1]["成员证件号码"] = float(int(family.member.certno[:17]) * 10)


def _let_resident_pay(family: Family, _others: _Others) -> None:
    family.member.insutype, family.member.psn_type, family.member.rank = "390", "1501", None
    family.lines[-1] |= {"是否授权共享": "是", "顺序号": "", "共享限额": ""}


def _repeat(family: Family, _others: _Others) -> None:
    """The second time as a son: a second spouse would be a second fault."""
    family.lines.append(family.lines[-1] | {"与户主关系": "子"})


def _suspend(family: Family, _others: _Others) -> None:
    family.member.status_reason = "中断缴费"


def _miswrite(family: Family, _others: _Others) -> None:
    number = family.member.certno
    wrong = "1" if check_digit(number[:17]) != "1" else "2"
    family.lines[-1]["成员证件号码"] = number[:17] + wrong


# Code → how a family comes by it: every kind of the samples' expected.json.
FAULTS: Mapping[str, Fault] = {
    "name_mismatch": _misname,
    "id_missing": _writes(成员证件号码=""),
    "not_insured": _name_stranger,
    "amount_invalid": _writes(共享限额="-5"),
    "relation_unknown": _writes(与户主关系="邻居"),
    "id_numeric_cell": _write_as_number,
    "payer_not_employee": _let_resident_pay,
    "duplicate_row": _repeat,
    "insurance_suspended": _suspend,
    "date_invalid": _writes(开始日期="2026-02-30"),
    "already_in_group": _name_bound,
    "in_law": _writes(与户主关系="岳父"),
    "id_checksum": _miswrite,
}


def _spoil(families: Sequence[Family], number: int, strangers: Iterator[Human], chance: Random) -> None:
    """Not the first one: its member is whom another family claims as well."""
    others = _Others(strangers, families[0].member)
    codes = list(FAULTS)
    for turn, position in enumerate(sorted(chance.sample(range(1, len(families)), number))):
        families[position].fault = codes[turn % len(codes)]
        FAULTS[families[position].fault](families[position], others)


def _answer_key(families: Sequence[Family]) -> dict[str, Any]:
    row, faults = 1, []
    for family in families:
        row += len(family.lines)
        if family.fault:
            faults.append({"row": row, "family": family.number, "code": family.fault})
    return {
        "families": len(families),
        "families_accepted": len(families) - len(faults),
        "rows": row - 1,
        "registration_faults": faults,
    }


# Files.


def roster_csv(made: Made) -> bytes:
    """Everybody in the families, as `import_persons` reads it."""
    return _csv(ROSTER, (_person(human, made) for family in made.families for human in family.household.humans))


def _person(human: Human, made: Made) -> Sequence[str]:
    return (
        human.psn_no, human.name, "01", human.certno, human.gender, human.born_on.isoformat(), human.mobile,
        human.region, human.insutype, human.psn_type, "2" if human.status_reason else "1",
        *(made.balances[human.psn_no] if human.is_employee else ("", "")),
    )  # fmt: skip


def forms_csv(lines: Iterable[Line]) -> bytes:
    """A number that a spreadsheet took for one is saved as such programs save it: 4.21002E+17."""
    return _csv(HEADINGS, ([_as_text(cell) for cell in line.values()] for line in lines))


def _as_text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else f"{cell:.5E}"


def forms_workbook(lines: Iterable[Line]) -> bytes:
    """The plain layout: headings in row 1."""
    buffer = io.BytesIO()
    FastExcel(buffer).sheet("登记表", lines).save()
    return buffer.getvalue()


def _csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows(rows)
    return text.getvalue().encode()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.registrations.made", description=__doc__)
    parser.add_argument("--families", type=int, default=20_000)
    parser.add_argument("--faults", type=float, default=0.01, help="share of the families that are faulty")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    given = parser.parse_args()
    made = make(families=given.families, faults=given.faults, seed=given.seed)
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "persons.csv").write_bytes(roster_csv(made))
    (given.out / "registrations.xlsx").write_bytes(forms_workbook(made.lines))
    (given.out / "expected.json").write_text(json.dumps(made.key, ensure_ascii=False, indent=1))
    print(f"{made.key['families']} families, {made.key['rows']} rows, {len(made.key['registration_faults'])} faults")


if __name__ == "__main__":
    main()
