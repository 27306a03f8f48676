"""The columns of a registration workbook (FORMATS.md, "Registration workbook"), and the headings they go by.

A heading without "owner" or "member" in it belongs to whoever was named last to its left: 户主姓名, 证件号码 is the
owner's number, 成员姓名, 证件号码 the member's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType

from accounts.spreadsheets.cells import Cell, Number, Row, text_of

_NUMBERS = ("证件号码", "证件号", "身份证号", "身份证号码", "公民身份号码", "公民身份证号码", "身份证")
_CERT_TYPES = ("证件类型", "证件种类", "证件类别")
_PHONES = ("手机号", "手机号码", "手机", "联系电话", "电话", "电话号码")


def _of(whose: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{whose}{name}" for name in names)


# Column → its headings, the preferred one first: that is how messages, template and results call it.
COLUMNS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "family": ("家庭编号", "家庭序号", "家庭号", "家庭编码", "户编号"),
        "owner_name": ("户主姓名", "户主名称", "户主"),
        "owner_cert_type": _of("户主", _CERT_TYPES),
        "owner_number": _of("户主", _NUMBERS),
        "owner_mobile": _of("户主", _PHONES),
        "member_name": ("成员姓名", "家庭成员姓名", "成员名称", "家庭成员", "成员"),
        "relation": ("与户主关系", "与户主的关系", "成员与户主关系", "关系", "亲属关系"),
        "member_cert_type": (*_of("成员", _CERT_TYPES), *_of("家庭成员", _CERT_TYPES)),
        "member_number": (*_of("成员", _NUMBERS), *_of("家庭成员", _NUMBERS), *_NUMBERS),
        "region": ("参保地", "参保地区", "参保区划", "医保区划", "成员参保地"),
        "shares": ("是否授权共享", "是否共享", "是否授权", "授权共享", "是否授权共济", "是否共济"),
        "rank": ("顺序号", "顺序", "扣款顺序", "支付顺序", "共济顺序", "使用顺序"),
        "share_limit": ("共享限额", "共济限额", "年度限额", "限额", "共享额度", "共济额度"),
        "starts_on": ("开始日期", "生效日期", "起始日期", "授权开始日期"),
        "last_on": ("终止日期", "截止日期", "结束日期", "失效日期", "授权终止日期"),
        "remark": ("备注", "说明"),
    }
)
REQUIRED = ("owner_name", "owner_number", "member_name", "relation", "member_number")
# A merged cell speaks for every row it covers in these: members each have cells of their own.
SHARED_BY_ROWS = ("family", "owner_name", "owner_cert_type", "owner_number", "owner_mobile", "region", "starts_on",
                  "last_on")  # fmt: skip
NUMBERS = ("owner_number", "member_number")
# Without any of these a row is a note below the table, or a number alone in the margin.
SAYS_SOMETHING = ("owner_number", "member_name", "relation", "member_number")
# The family number of the template's example: its rows are skipped, so that a form sent with them is no error.
EXAMPLE_FAMILY = "示例"
WITHIN = 10
# What the workbook of errors adds to the sender's columns.
REASONS, ORIGINAL_ROW = EXTRA = ("错误原因", "原行号")
_WHOSE = ("户主", "成员", "家庭成员")
_PLAIN = frozenset(chain(_NUMBERS, _CERT_TYPES, _PHONES))


def has_lost_digits(column: str, cell: Cell) -> bool:
    """Whether an ID number was stored as a number: what it reads now is not what was written."""
    return column in NUMBERS and isinstance(cell, Number)


def heading_of(column: str) -> str:
    return COLUMNS[column][0]


def name_headings(rows: Iterable[Row]) -> Iterator[Row]:
    """The first rows with every plain heading told apart by the name to its left; others as they are."""
    for row in rows:
        yield _named(row) if row.number <= WITHIN else row


def _named(row: Row) -> Row:
    whose, cells = "", list[Cell]()
    for cell in row.cells:
        text = "".join(text_of(cell).split())
        whose = next((one for one in _WHOSE if text.startswith(one)), whose)
        cells.append(f"{whose}{text}" if text in _PLAIN and whose else cell)
    return Row(row.number, tuple(cells))


def wanted(remembered: Mapping[str, str]) -> dict[str, list[str]]:
    """What `find_header` looks for. `remembered`: a sender's heading → the column it stands for."""
    headings = {column: list(names) for column, names in COLUMNS.items()}
    for heading, column in remembered.items():
        headings[column].append(heading)
    return headings
