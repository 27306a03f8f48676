"""The papers that a family carries home or signs: what stands on them, read back from the PDF itself."""

import copy
import re
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from accounts.printing import PrintingFault, render_pdf
from families.papers import FormMember, FormPayer, Receipt, ReceiptMember, ReceiptPayer, RegistrationForm

BEIJING = timezone(timedelta(hours=8))
PRINTED_AT = datetime(2026, 1, 23, 10, 15, tzinfo=BEIJING)
LONG_NAME = "买买提·吐尔逊江·阿卜杜拉"
FAMILY = [
    (LONG_NAME, "本人"),
    ("欧阳䶮", "配偶"),
    ("赵㛃", "儿子"),
    ("钱𬭎", "女儿"),
    ("孙𪩘", "父亲"),
    ("李𠅤", "母亲"),
    ("周𠀋", "外祖父"),  # drawn from Noto Sans JP: SC lacks it
    ("吴小月", "外祖母"),
]


def resident_id(number: int) -> str:
    """A made-up resident ID with the right check digit (GB 11643-1999)."""
    body = f"42100119800101{number:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]


def masked(number: str) -> str:
    return number[:6] + "*" * 8 + number[-4:]


def member(seat: int) -> FormMember:
    name, relation = FAMILY[seat - 1]
    return {
        "seat": seat,
        "action": "",
        "name": name,
        "relation": relation,
        "document_type": "居民身份证",
        "document_number": resident_id(100 + seat),
        "psn_no": f"4200100000000{seat:04d}",
        "region": "鄂中市",
        "shares": seat != 3,
        "order": None if seat == 3 else seat,
        "yearly_limit": Decimal("12345.60") if seat == 1 else None,
        "start_on": date(2026, 1, 23),
        "end_on": date(2026, 12, 31) if seat == 2 else None,
    }


def grants(members: list[FormMember]) -> list[FormPayer]:
    return [
        {
            "order": payer["order"],
            "name": payer["name"],
            "yearly_limit": payer["yearly_limit"],
            "beneficiaries": [
                {"name": one["name"], "relation": one["relation"], "presumed": payer["seat"] == 2}
                for one in members
                if one["seat"] != payer["seat"]
            ],
        }
        for payer in members
        if payer["order"] is not None
    ]


def form(size: int = 8) -> RegistrationForm:
    members = [member(seat) for seat in range(1, size + 1)]
    return {
        "case_number": "GJ421002202601230017",
        "kind": "新建共济关系",
        "region_code": "421002",
        "region_name": "鄂中市江陵区",
        "office": "江陵区医疗保障服务中心",
        "applied_on": date(2026, 1, 23),
        "channel": "窗口办理",
        "owner": {
            "name": LONG_NAME,
            "document_type": "居民身份证",
            "document_number": members[0]["document_number"],
            "psn_no": members[0]["psn_no"],
            "phone": "13900000000",
            "insurance_type": "职工基本医疗保险",
            "insurance_status": "正常参保",
        },
        "members": members,
        "grants": grants(members),
        "signers": [LONG_NAME, *(one["name"] for one in members[1:] if one["shares"])],
        "documents": ["结婚证"],
        "agent": None,
        "handled_by": "",
        "reviewed_by": "",
        "result": "",
        "reason": "",
        "decided_on": None,
        "printed_at": PRINTED_AT,
    }


def receipt_member(seat: int, size: int) -> ReceiptMember:
    payers: list[ReceiptPayer] = [
        {"name": FAMILY[other - 1][0], "relation": "家人", "yearly_limit": Decimal(2000)}
        for other in range(1, size + 1)
        if other not in (3, seat)
    ]
    return {
        "seat": seat,
        "action": "",
        "name": FAMILY[seat - 1][0],
        "relation": FAMILY[seat - 1][1],
        "masked_number": masked(resident_id(100 + seat)),
        "own_account": seat != 3,
        "payers": payers,
    }


def receipt(size: int = 8) -> Receipt:
    return {
        "case_number": "GJ421002202601230017",
        "kind": "新建共济关系",
        "region_code": "421002",
        "region_name": "鄂中市江陵区",
        "office": "江陵区医疗保障服务中心",
        "owner_name": LONG_NAME,
        "owner_masked_number": masked(resident_id(101)),
        "members": [receipt_member(seat, size) for seat in range(1, size + 1)],
        "effective_on": date(2026, 2, 1),
        "result": "审核通过",
        "reason": "",
        "handled_by": "陈经办",
        "reviewed_by": "林复核",
        "decided_at": PRINTED_AT,
        "printed_at": PRINTED_AT,
        "query_hint": "凭身份证到任一医保经办窗口查询。",
    }


def words(pdf: bytes) -> str:
    """The text as a reader's search finds it, without the breaks of lines and columns."""
    text = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True).stdout
    return re.sub(r"\s", "", text.decode())


def pages(pdf: bytes) -> int:
    report = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    found = re.search(r"Pages:\s+(\d+)", report)
    assert found
    return int(found.group(1))


def without(data: Any, path: str) -> dict[str, Any]:
    """A copy of the data in which the key at `owner.name` or `members.0.name` is missing."""
    whole = copy.deepcopy(data)
    *way, last = path.split(".")
    inner = whole
    for step in way:
        inner = inner[int(step)] if isinstance(inner, list) else inner[step]
    del inner[last]
    return dict(whole)


def test_the_form_of_eight_members_carries_every_name_and_full_number_on_two_pages() -> None:
    data = form(8)
    pdf = render_pdf("registration_form", data)
    text = words(pdf)
    assert pages(pdf) == 2
    for one in data["members"]:
        assert one["name"] in text
        assert one["document_number"] in text
        assert one["psn_no"] in text
    assert "职工医保个人账户家庭共济关系登记表" in text
    assert "12,345.60" in text
    assert "2026.01.232026.12.31" in text


def test_the_form_of_a_couple_fits_on_one_page() -> None:
    assert pages(render_pdf("registration_form", form(2))) == 1


def test_everyone_who_shares_has_a_line_to_sign_on_and_nobody_else() -> None:
    text = words(render_pdf("registration_form", form(3)))
    signatures = text[text.index("五、授权人签名") : text.index("六、代办人")]
    assert f"{LONG_NAME}：" in signatures
    assert "欧阳䶮：" in signatures
    assert "赵㛃" not in signatures


def test_a_presumed_relation_is_put_to_the_family_and_a_stated_one_is_not() -> None:
    text = words(render_pdf("registration_form", form(3)))
    assert "推定关系，请家庭确认" in text
    assert "□赵㛃（儿子）" in text  # by the spouse, presumed
    assert "□欧阳䶮" not in text  # by the owner, stated


def test_a_release_prints_who_leaves_and_that_nobody_may_draw_and_lets_the_owner_sign() -> None:
    data = form(2)
    data["grants"], data["signers"] = [], [LONG_NAME]
    for one in data["members"]:
        one["shares"], one["order"], one["action"] = False, None, "解除"
    text = words(render_pdf("registration_form", data))
    assert "办理涉及的成员" in text
    assert "（解除）" in text
    assert "不再互相使用个人账户" in text
    assert f"{LONG_NAME}：" in text


def test_an_agent_and_the_decision_stand_on_the_form() -> None:
    data = form(2)
    data["agent"] = {
        "name": "王代办",
        "document_type": "居民身份证",
        "document_number": resident_id(555),
        "phone": "13800000000",
        "power_of_attorney": "2026年1月20日签署",
    }
    data["handled_by"], data["reviewed_by"] = "陈经办", "林复核"
    data["result"], data["decided_on"] = "审核通过", date(2026, 1, 26)
    text = words(render_pdf("registration_form", data))
    for expected in ("王代办", resident_id(555), "2026年1月20日签署", "陈经办", "林复核", "2026年1月26日"):
        assert expected in text


def test_the_receipt_names_everyone_and_shows_no_full_number() -> None:
    data = receipt(8)
    pdf = render_pdf("receipt", data)
    text = words(pdf)
    assert pages(pdf) <= 2
    for seat, one in enumerate(data["members"], start=1):
        assert one["name"] in text
        assert one["masked_number"] in text
        assert resident_id(100 + seat) not in text


def test_the_receipt_says_the_order_of_payment_in_words() -> None:
    text = words(render_pdf("receipt", receipt(3)))
    assert f"本人账户→{LONG_NAME}（家人，每年限2000.00元）" in text
    assert f"***1038{LONG_NAME}（家人，每年限2000.00元）→欧阳䶮" in text  # has no own account


def test_the_receipt_refuses_a_number_that_is_not_masked() -> None:
    data = receipt(2)
    data["members"][1]["masked_number"] = resident_id(102)
    with pytest.raises(PrintingFault, match="masked_number must be masked") as caught:
        render_pdf("receipt", data)
    assert resident_id(102) not in str(caught.value)


@pytest.mark.parametrize(
    "name",
    ["#set page()", '"]#panic("x")', "*粗* _斜_ `码` $x$", "<b> @ref \\u{41} //注 /*", "#sys.inputs", "= 题"],
)
@pytest.mark.parametrize("template", ["registration_form", "receipt"])
def test_markup_in_a_name_is_printed_as_it_is_written(template: str, name: str) -> None:
    data: Any = form(2) if template == "registration_form" else receipt(2)
    data["members"][1]["name"] = name
    assert name.replace(" ", "") in words(render_pdf(template, data))


def test_a_character_that_no_font_has_is_printed_as_its_code_point_and_not_as_a_box() -> None:
    data = form(2)
    data["members"][1]["name"] = "周𬎆\ue000"
    assert "周〔U+2C386〕〔U+E000〕" in words(render_pdf("registration_form", data))


def test_invisible_characters_cannot_turn_or_break_a_name() -> None:
    data = form(2)
    data["members"][1]["name"] = "周\u202e小\u200b月\n"
    assert "周小月" in words(render_pdf("registration_form", data))


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("registration_form", path)
        for path in (
            "office",
            "members",
            "agent",
            "decided_on",
            "owner.phone",
            "members.1.name",
            "members.1.end_on",
            "grants.0.yearly_limit",
            "grants.0.beneficiaries.0.presumed",
        )
    ]
    + [("receipt", path) for path in ("query_hint", "reason", "members.0.own_account", "members.0.payers")],
)
def test_a_missing_key_stops_the_printing_and_is_named(template: str, path: str) -> None:
    data: Any = form(2) if template == "registration_form" else receipt(2)
    with pytest.raises(PrintingFault, match=path.split(".")[-1]) as caught:
        render_pdf(template, without(data, path))
    assert caught.value.template == template


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda d: d["members"][0].update(yearly_limit=2000.5), r"members\.0\.yearly_limit is a float"),
        (lambda d: d["members"][0].update(yearly_limit=Decimal("1.005")), "two decimals"),
        (lambda d: d["members"][0].update(yearly_limit=Decimal("NaN")), "two decimals"),
        (lambda d: d["members"][0].update(name="  "), "name must not be empty"),
        (lambda d: d["members"][0].update(name=None), "name must be text"),
        (lambda d: d["members"][0].update(shares="是"), "shares must be true or false"),
        (lambda d: d.update(printed_at=datetime(2026, 1, 23)), "aware"),  # noqa: DTZ001
        (lambda d: d.pop("printed_at"), "printed_at"),
    ],
)
def test_a_value_of_the_wrong_kind_stops_the_printing(change: Callable[[Any], object], reason: str) -> None:
    data = form(2)
    change(data)
    with pytest.raises(PrintingFault, match=reason):
        render_pdf("registration_form", data)


@pytest.mark.parametrize("template", ["no_such_paper", "../pdf/receipt", "house.typ", ""])
def test_only_the_papers_of_the_house_can_be_named(template: str) -> None:
    with pytest.raises(PrintingFault, match="no such template"):
        render_pdf(template, receipt(2))


def test_the_same_data_gives_the_same_file_from_many_threads_at_once() -> None:
    alone = {size: render_pdf("registration_form", form(size)) for size in (2, 8)}
    with ThreadPoolExecutor(max_workers=4) as threads:
        sizes = [2, 8] * 6
        printed = list(threads.map(lambda size: render_pdf("registration_form", form(size)), sizes))
    assert all(pdf == alone[size] for pdf, size in zip(printed, sizes, strict=True))


def test_the_file_is_tagged_for_reading_aloud_unless_that_is_declined() -> None:
    def is_tagged(pdf: bytes) -> bool:
        report = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True).stdout
        return b"yes" in next(line for line in report.splitlines() if line.startswith(b"Tagged"))

    assert is_tagged(render_pdf("receipt", receipt(2)))
    assert not is_tagged(render_pdf("receipt", receipt(2), tagged=False))


def test_the_fonts_are_in_the_file_and_are_the_wheels() -> None:
    pdf = render_pdf("registration_form", form(8))
    table = subprocess.run(["pdffonts", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    rows = table.splitlines()[2:]
    assert {re.sub(r"^\w+\+(\w+)-.*", r"\1", row.split()[0]) for row in rows} == {"NotoSansSC", "NotoSansJP"}
    assert all(" yes yes yes " in row for row in rows)
