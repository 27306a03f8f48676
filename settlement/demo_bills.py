"""Invented bills of standing persons, as rows of a settlement feed. Pure: the same arguments, the same rows."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random

from accounts.rules.money import ZERO, parse_amount
from settlement.rules.amounts import AMOUNT_NAMES, Amounts

INSTITUTIONS = (
    ("H42100200101", "沙市区第一人民医院", "3"),
    ("H42100200102", "沙市区中医医院", "2"),
    ("H42100200103", "崇文街社区卫生服务中心", "1"),
    ("H42100300101", "荆州区人民医院", "2"),
    ("H42100300102", "城南社区卫生服务中心", "1"),
    ("H42010600101", "武昌区中心医院", "3"),
    ("P42100200201", "便民大药房江津路店", ""),
    ("P42100200202", "康安大药房北京路店", ""),
    ("P42100300201", "康安大药房荆中路店", ""),
)
DISEASES = (
    ("I10", "高血压"), ("E11", "2型糖尿病"), ("J06", "急性上呼吸道感染"), ("K29", "胃炎"), ("M54", "腰背痛"),
    ("I25", "慢性缺血性心脏病"), ("J44", "慢性阻塞性肺疾病"),
)  # fmt: skip
DOCTORS = ("卓文海", "游佳宁", "符立群", "桂晓彤", "荆若兰", "冉志远")
# Kind of care, total in yuan from and to, the part that the fund pays in hundredths; hospitals, then pharmacies.
CARE = {
    "H": (("11", 60, 400, 40), ("11", 60, 400, 40), ("14", 100, 900, 60), ("21", 2_000, 20_000, 70)),
    "P": (("41", 20, 300, 0),),
}
Row = dict[str, str]


def bills(
    patients: Sequence[str],
    institutions: Sequence[str],
    *,
    chance: Random,
    begin: dt.datetime,
    end: dt.datetime,
    count: int,
    first: int = 0,
) -> Iterator[Row]:
    """So many bills between two times, every twentieth of them a reversal of one shortly before.

    `patients`: person numbers; `institutions`: codes; `first`: the number of the first, so that two runs do not meet.
    """
    step = (end - begin) / count
    recent: list[Row] = []
    for number in range(count):
        at = begin + step * number
        own = {"setl_id": f"YS{first + number:012d}", "setl_time": f"{at:%Y-%m-%d %H:%M:%S}"}
        if recent and chance.random() < 0.05:
            yield _reversal(recent.pop(chance.randrange(len(recent)))) | own
        else:
            bill = _bill(chance, chance.choice(patients), chance.choice(institutions)) | own
            recent = [*recent[-100:], bill]
            yield bill


def one_after_another(
    patients: Iterable[str], institution: str, *, chance: Random, begin: dt.datetime, first: int
) -> Iterator[Row]:
    """A bill of each at the same institution, three minutes after the one before."""
    for number, psn_no in enumerate(patients):
        at = begin + number * dt.timedelta(minutes=3)
        own = {"setl_id": f"YS{first + number:012d}", "setl_time": f"{at:%Y-%m-%d %H:%M:%S}"}
        yield _bill(chance, psn_no, institution) | own


def as_feed(rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> bytes:
    """A CSV file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _bill(chance: Random, psn_no: str, institution: str) -> Row:
    med_type, low, high, hundredths = chance.choice(CARE[institution[0]])
    total = parse_amount(f"{chance.randrange(low * 100, high * 100) / 100:.2f}")
    fund = parse_amount(f"{total * hundredths / 100:.2f}")
    own_pay = parse_amount(f"{total / 20:.2f}")
    amounts = Amounts(total, own_pay, ZERO, ZERO, total - own_pay, fund, ZERO, total - fund)
    disease, name = chance.choice(DISEASES)
    return _texts(amounts) | {
        "init_setl_id": "", "refd_setl_flag": "0", "mdtrt_id": f"YM{chance.randrange(10**12):012d}", "psn_no": psn_no,
        "fixmedins_code": institution, "med_type": med_type, "dise_codg": disease, "dise_name": name,
        "dr_name": chance.choice(DOCTORS), "acct_used_flag": "0" if chance.random() < 0.03 else "1",
    }  # fmt: skip


def _reversal(bill: Row) -> Row:
    amounts = Amounts(*(parse_amount(bill[name]) for name in AMOUNT_NAMES)).negated
    return bill | _texts(amounts) | {"init_setl_id": bill["setl_id"], "refd_setl_flag": "1"}


def _texts(amounts: Amounts) -> Row:
    return {name: str(getattr(amounts, name)) for name in AMOUNT_NAMES}
