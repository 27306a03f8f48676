"""What the template says to whoever fills it in: each column, the rules, an example. Chinese, as the form is.

Invariant: every column is explained, and the example's numbers can belong to nobody, their check character is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from families.services.imports.columns import EXAMPLE_FAMILY


@dataclass(frozen=True)
class Asked:
    """`what` the column holds; `values` that may be written."""

    what: str
    values: str = ""


_NUMBER = "18 位居民身份证号，末位 X 大小写均可；其他证件最多 30 位。单元格必须为文本格式。"
_CERT_TYPE = "从下拉列表选择；留空表示居民身份证。"
_DAY = "日期单元格，或写成 2026-01-23、2026.1.23、2026/1/23、2026年1月23日。"

ASKED: Mapping[str, Asked] = MappingProxyType(
    {
        "family": Asked("同一家庭的编号，由填报单位自行编排。", "同一家庭各行相同，不同家庭不得重复；最多 60 个字。"),
        "owner_name": Asked("户主（授权人）姓名。", "与证件一致；每一行都填写，或合并单元格。"),
        "owner_cert_type": Asked("户主证件类型。", _CERT_TYPE),
        "owner_number": Asked("户主证件号码。", _NUMBER),
        "owner_mobile": Asked("户主手机号，供经办人员联系。", "文本格式。"),
        "member_name": Asked("成员姓名，户主本人不列为成员。", "与证件一致。"),
        "relation": Asked("成员是户主的什么人。", "从下拉列表选择。配偶的父母须当地政策准许。"),
        "member_cert_type": Asked("成员证件类型。", _CERT_TYPE),
        "member_number": Asked("成员证件号码。", _NUMBER),
        "region": Asked("成员的参保地。", "区划名称或 6 位区划代码；留空不核对。"),
        "shares": Asked("成员是否也把个人账户授权给家庭使用。", "是或否，留空为否；只有职工医保参保人可填是。"),
        "rank": Asked("授权人的扣款顺序，户主为 1。", "2、3、4 ……；不授权的成员留空。"),
        "share_limit": Asked("该成员每年供家庭使用的限额（元）。", "最多两位小数；留空为不限额。"),
        "starts_on": Asked("共济关系开始日期。", f"{_DAY}留空为当天。"),
        "last_on": Asked("共济关系最后一日（含当日）。", f"{_DAY}留空为长期。"),
        "remark": Asked("备注。", "不参与登记。"),
    }
)

RULES = (
    "每名成员一行；户主不单独列行，户主信息写在每名成员的同一行里。",
    "同一家庭的各行填写同一家庭编号；一个家庭连户主最多 8 人，当地政策另有规定的从其规定。",
    "黄色标题为必填列，鼠标停在标题上可看到填写要求。列的顺序可以调整，标题文字请勿改动。",
    "证件号码、手机号须为文本格式：本表已设好，粘贴时请只粘贴值。变成 4.2E+17 的号码已丢失末几位，须重新录入。",
    "开始日期留空表示登记当天；所有人员须已在参保名册内，本表不新增参保人。",
    f"灰色的示例行（家庭编号为“{EXAMPLE_FAMILY}”）不会被导入，可以保留，也可以删除。",
    "导入以家庭为单位：一个家庭有一行有误，整个家庭退回，其他家庭照常登记；全部错误一次列出。",
    "退回的表格中有误的单元格标为红色并附批注，“错误原因”列写明全部原因；更正后直接再次上传，这两列不必删除。",
    "同一份文件重复上传不会重复登记；已有共济组的户主再次填报，只增加新成员。",
)

_OWNER = {
    "family": EXAMPLE_FAMILY,
    "owner_name": "示例户主",
    "owner_cert_type": "居民身份证（户口簿）",
    "owner_number": "110105194912310020",
    "owner_mobile": "13900000000",
    "starts_on": "2026-01-23",
}
EXAMPLES: tuple[Mapping[str, str], ...] = (
    {
        **_OWNER,
        "member_name": "示例配偶",
        "relation": "配偶",
        "member_cert_type": "居民身份证（户口簿）",
        "member_number": "110105195203080021",
        "region": "421000",
        "shares": "是",
        "rank": "2",
        "share_limit": "2000.00",
        "remark": "示例行，不会被导入",
    },
    {
        **_OWNER,
        "member_name": "示例女儿",
        "relation": "女儿",
        "member_cert_type": "居民身份证（户口簿）",
        "member_number": "110105197806150020",
        "region": "421000",
        "shares": "否",
        "last_on": "2026-12-31",
        "remark": "示例行，不会被导入",
    },
)
