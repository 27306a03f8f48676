"""What the demo is made of: who can sign in, the regions, the policies, the parts of invented names.

Nobody here is real. Phone numbers begin with 160, which no carrier has.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class SignIn(NamedTuple):
    """A sample staff member: sign-in name, role, and the code of the region that bounds what they see."""

    username: str
    role: str
    region: str
    full_name: str
    office: str


PASSWORD = "gongji-demo-2026"  # noqa: S105 - printed by the demo; the accounts hold invented persons alone

SIGN_INS = (
    SignIn("jingban", "clerk", "421002", "秦晓岚", "沙市区医保服务大厅 3 号窗口"),
    SignIn("jingban2", "clerk", "421003", "童立新", "荆州区医保服务大厅 1 号窗口"),
    SignIn("fuhe", "reviewer", "421000", "路文静", "荆州市医保中心 复核科"),
    SignIn("zhuguan", "supervisor", "421000", "曾国梁", "荆州市医保中心 参保管理科"),
    SignIn("sheng", "supervisor", "420000", "单玉琴", "湖北省医保中心 个人账户处"),
    SignIn("jihe", "auditor", "420000", "仇正平", "湖北省医保中心 稽核处"),
    SignIn("guanli", "administrator", "100000", "管平", "信息中心"),
    SignIn("hangzhou", "clerk", "330100", "沈若溪", "杭州市医保服务大厅 8 号窗口"),
)

REGIONS = (
    ("100000", "全国", ""),
    ("420000", "湖北省", "100000"),
    ("421000", "荆州市", "420000"),
    ("421002", "沙市区", "421000"),
    ("421003", "荆州区", "421000"),
    ("421081", "石首市", "421000"),
    ("420100", "武汉市", "420000"),
    ("420106", "武昌区", "420100"),
    ("330000", "浙江省", "100000"),
    ("330100", "杭州市", "330000"),
)

# Of 100 households, how many live where. Groups and cases are made where there is a clerk to handle them.
HOMES: Mapping[str, int] = {"421002": 50, "421003": 38, "421081": 3, "420106": 6, "330100": 3}
HANDLED_BY: Mapping[str, str] = {"421002": "jingban", "421003": "jingban2"}


class SamplePolicy(NamedTuple):
    """A policy version; `settings`: parameter, value as it is stored, citation; a draft has no day yet."""

    region: str
    effective_on: str
    title: str
    settings: Sequence[tuple[str, Any, str]]


_ORDER_38 = "国办发〔2024〕38号《关于健全基本医疗保险参保长效机制的指导意见》"
_PROVINCE = "湖北省（示例参数，非官方文件）"
_CITY = "荆州市（示例参数，非官方文件）"

POLICIES = (
    SamplePolicy(
        "420000",
        "2024-08-01",
        "湖北省家庭共济示例参数",
        (
            ("near_relatives", ["spouse", "parent", "child", "sibling", "grandparent", "grandchild"], _ORDER_38),
            ("max_members", 8, _PROVINCE),
            ("cross_city", True, _PROVINCE),
            ("payer_order", "recorded", _PROVINCE),
        ),
    ),
    SamplePolicy(
        "421000",
        "2025-01-01",
        "荆州市家庭共济示例参数",
        (
            ("max_members", 8, _CITY),
            ("review_mode", "review", _CITY),
            ("one_group_per_person", True, _CITY),
            ("annual_limit_payer", "15000.00", _CITY),
        ),
    ),
)

# In force from the day on which the demo is made: what was registered before asked for no papers.
DOCUMENTS_POLICY = SamplePolicy(
    "421003",
    "",
    "荆州区证明材料示例参数",
    (("proof_mode", "documents", "荆州区（示例参数，非官方文件）"),),
)
# What the city's supervisor has drafted and another person may publish: the province's.
DRAFT = SamplePolicy(
    "421000",
    "",
    "荆州市家庭共济人数调整（示例草案）",
    (
        ("max_members", 6, _CITY),
        ("min_bind_days", 90, _CITY),
        ("visit_limit", "500.00", _CITY),
    ),
)

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁沈任"
    "姚卢傅钟姜崔谭"
)
MALE_GIVEN = (
    "伟 强 磊 军 勇 杰 涛 明 超 刚 平 辉 鹏 建国 "
    "志强 文博 子轩 浩然 宇航 俊杰 家豪 国栋 海涛 天佑 立新 思远 明哲 一鸣 "
    "承宇 嘉树"
)
FEMALE_GIVEN = (
    "芳 娜 敏 静 丽 艳 娟 霞 燕 玲 婷 雪 慧 秀英 "
    "桂兰 雨桐 欣怡 梓涵 诗琪 佳宁 晓岚 若溪 思彤 梦洁 语嫣 紫萱 静怡 书瑶 "
    "清扬 可馨"
)
# Characters that many fonts lack: names of people all the same.
RARE_GIVEN = "䶮 㛃"
REJECTIONS = (
    "户主签名与身份证姓名不一致，请重新签字后提交",
    "成员关系与户口簿登记不符，请核对",
    "共济登记表第二页缺少承诺书签字",
    "成员已在外地参加其他家庭共济，请先解除",
)
WITHDRAWALS = ("家属要求改日再办", "参保人忘带身份证，改日补办", "录入错误，重新登记")
ADJUSTMENTS = ("单位补缴后补划账", "退休待遇核定后补差", "重复划账更正", "转移接续余额补记")
STATUS_REASONS = ("单位停保", "待核实参保信息", "异地转出办理中")
# Records that were registered twice.
PASSPORT = "08"
OLD_RECORD = "换发二代证前的旧档案"
MERGE_REASON = "护照与身份证同属一人，已核对原件"
# Status events: kind, days from today, seat of the member, proof or reason, code of the new region.
EVENTS: Sequence[tuple[str, int, int, str, str]] = [
    ("death", -40, 1, "居民死亡医学证明", ""),
    ("suspended", -70, 2, "单位停缴，未接续", ""),
    ("card_lending", -12, 2, "药店核查：他人持卡结算", ""),
    ("ended", -25, 1, "出国定居，终止参保", ""),
    ("death", -9, 2, "派出所户籍注销证明", ""),
    ("suspended", 0, 1, "单位减员，本月缴至月底", ""),
    ("moved", -5, 2, "转移接续手续已办结", "330100"),
    ("moved", 20, 2, "随单位迁往武汉", "420106"),
    ("card_lending", -3, 1, "他人持卡住院，已立案", ""),
]
CALLED = "已电话联系，家属周内携户口本来窗口办理"
