"""The registration forms of the samples as they lie on the desk: one family, one row for each member."""

from __future__ import annotations

import csv
from dataclasses import dataclass

from tests.samples import SAMPLES

FORMS = SAMPLES / "registrations_gb18030.csv"
CODES = {
    "配偶": "10",
    "子": "20",
    "女": "30",
    "父亲": "51",
    "母亲": "52",
    "岳父": "55",
    "外祖母": "64",
    "兄": "71",
    "妹": "77",
}


@dataclass(frozen=True)
class Row:
    """One member; `relation`: the code to the owner; `rank`: empty when nothing is shared."""

    owner: str
    starts_on: str
    name: str
    number: str
    relation: str
    rank: str
    limit: str


def family(number: str) -> list[Row]:
    """The rows of one 家庭编号."""
    with FORMS.open(encoding="gb18030", newline="") as lines:
        return [
            Row(
                owner=line["户主证件号码"],
                starts_on=line["开始日期"],
                name=line["成员姓名"],
                number=line["成员证件号码"],
                relation=CODES[line["与户主关系"]],
                rank=line["顺序号"],
                limit=line["共享限额"],
            )
            for line in csv.DictReader(lines)
            if line["家庭编号"] == number
        ]
