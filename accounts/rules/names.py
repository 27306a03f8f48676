"""The key by which names are ordered and found: pinyin without tones, since PostgreSQL here has no ICU.

Invariant: every writer of persons stores `name_key(name)`, so that one search finds them all.
"""

import re
from functools import cache

LONGEST_KEY = 200

# Surnames that are read otherwise than the character alone.
_SURNAMES = {
    "单": "shan", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "盖": "ge", "朴": "piao", "曾": "zeng",
    "翟": "zhai", "任": "ren", "乐": "yue", "覃": "qin", "缪": "miao", "种": "chong", "冼": "xian", "燕": "yan",
    "员": "yun", "秘": "bi", "折": "she", "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun",
}  # fmt: skip
# A run of Latin letters is one word, every other letter is one.
_WORDS = re.compile(r"[A-Za-z0-9]+|[^\W_]")


def name_key(name: str) -> str:
    """张三 → "zhang san"; dots and blanks divide words and are dropped, Latin letters become small."""
    for surname in (name[:2], name[:1]):
        if surname in _SURNAMES:
            rest = name[len(surname) :]
            return " ".join([_SURNAMES[surname], *_words(rest)])[:LONGEST_KEY]
    return " ".join(_words(name))[:LONGEST_KEY]


def _words(text: str) -> list[str]:
    return [_reading(word) for word in _WORDS.findall(text)]


@cache
def _reading(word: str) -> str:
    """Character by character: the phrases by which pypinyin tells readings apart are no names."""
    from pypinyin import lazy_pinyin  # 55 MiB, which a worker that enters no person need not have

    return " ".join(lazy_pinyin(word)).lower()
