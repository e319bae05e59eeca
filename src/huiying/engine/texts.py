"""A post's text as the kernels read it: folded, without what platforms put there, as code points; and the names in it.

Names tell two like matters apart: places, institutions, lots, numbers. No person's name is looked for.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from huiying.engine.chains import own_words
from huiying.engine.normalise import fold_char
from huiying.engine.post import Post

Codes = npt.NDArray[np.uint32]
Classes = npt.NDArray[np.uint8]

# Beyond this only the digest looks: a text of a megabyte must not hold up the stream.
MAX_CHARS: Final = 16_000
_MAX_TITLE: Final = 1_000
_MAX_NAME: Final = 33
_CHAIN: Final = "//@"
_CODES: Final = 0x32000
MAX_BARE: Final = 64
_LABELS: Final = re.compile(r"#[^#\n]{1,80}#|@[\w\-·]{1,32}")
_EAST_ASIAN: Final = 0x2E80


class _Folds(dict[int, str]):
    """Code point → its normal form, filled as characters turn up."""

    def __missing__(self, code: int) -> str:
        value = self[code] = fold_char(chr(code))
        return value


_FOLDS: Final = _Folds()


def fold(text: str) -> str:
    """`text` in lower case, half width and simplified characters, without invisible ones."""
    return text.translate(_FOLDS)


# Words that platforms put there themselves: two posts which share only these share nothing.
BOILERPLATE: Final = tuple(
    map(
        fold,
        (
            "转发微博", "转发了", "快转微博", "分享图片", "图片评论", "repost", "转发理由", "网页链接", "分享视频",
            "全文",
        ),
    )
)  # fmt: skip
# How a hotline's note, a letter or a newspaper begins: the manner of a source, no part of a matter.
OPENINGS: Final = tuple(
    map(
        fold,
        (
            "来电人实名举报", "来电人反映", "来电人咨询", "来电人收到", "来电人称", "来电人", "市民来电反映",
            "市民来电",
            "记者了解到", "记者获悉", "记者从", "近日", "有网友反映", "网友反映", "网友爆料", "尊敬的领导", "您好",
            "请问",
            "谢谢",
        ),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """Code points of title, then body; how long the title is and how much of the body are the poster's own words.

    `rest` is a digest of what was cut off a very long text, 0 for none. `bare` is how many letters the body has beside
    hashtags and names that it calls, counted up to `MAX_BARE`: who joins a hashtag has not copied another's words.
    """

    codes: Codes
    classes: Classes
    title: int
    own: int
    rest: int
    bare: int


def text_of(title: str, body: str, own_names: Sequence[str] = ()) -> Text:
    """What the kernels read of a title and a body. Chain names (`//@name:`) are left out: people are not followed.

    `own_names` (folded, the longest first) are the bureau's: they stand in most of what it hears and make no matter.
    """
    rest = 0
    if len(body) > MAX_CHARS:
        digest = hashlib.blake2b(body[MAX_CHARS:].encode("utf-8", "surrogatepass"), digest_size=8)
        rest, body = int.from_bytes(digest.digest(), "big"), body[:MAX_CHARS]
    head = _plain(title[:_MAX_TITLE], own_names)
    if _CHAIN in body:
        own = _plain(own_words(body), own_names)
        tail = _plain(_without_names(body[len(own_words(body)) :]), own_names)
    else:
        own, tail = _plain(body, own_names), ""
    whole = f"{head}\n{own}{tail}" if head else f"{own}{tail}"
    codes = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    start = len(head) + 1 if head else 0
    return Text(codes, _classes()[np.minimum(codes, _CODES - 1)], start, len(own), rest, _bare(body))


def post_text(post: Post, own_names: Sequence[str] = ()) -> Text:
    """`text_of` a post."""
    return text_of(post.title, post.text, own_names)


def without_boilerplate(text: str) -> str:
    """A folded text without the words that platforms put there themselves."""
    for words in BOILERPLATE:
        text = text.replace(words, "")
    return text


def _bare(body: str) -> int:
    """Letters beside hashtags and called names, at most MAX_BARE; most posts have no hashtag and pay nothing."""
    if "#" not in body:
        return MAX_BARE
    count = 0
    for char in _LABELS.sub(" ", body):
        count += char.isalnum()
        if count == MAX_BARE:
            break
    return count


def _plain(text: str, own_names: Sequence[str]) -> str:
    plain = without_boilerplate(fold(text))
    for words in (*own_names, *OPENINGS):
        plain = plain.replace(words, " ")
    return plain


def _without_names(chain: str) -> str:
    pieces = chain.split(_CHAIN)
    for index in range(1, len(pieces)):
        ends = [
            end for end in (pieces[index].find(":", 0, _MAX_NAME), pieces[index].find("：", 0, _MAX_NAME)) if end >= 0
        ]
        pieces[index] = pieces[index][min(ends) :] if ends else pieces[index]
    return " ".join(pieces)


@cache
def _classes() -> Classes:
    """A class for each code point: 0 none, 1 a letter written without spaces, 2 another letter or digit."""
    found = np.zeros(_CODES, np.uint8)
    for code in range(_CODES - 1):
        if chr(code).isalnum():
            found[code] = 1 if code >= _EAST_ASIAN else 2
    return found


Table = npt.NDArray[np.int64]

# What stands in one group names things of one kind, so that two of them are two places (海城市 ≠ 台安县).
_KINDS: Final = (
    ("路", "街", "巷", "大道"),
    ("河", "水库", "泵站", "湾", "沟"),
    ("市", "县", "区"),
    ("镇", "乡", "街道"),
    ("村",),
    ("小区", "花园", "家园"),
    ("小学", "中学", "学校"),
    ("医院",),
    ("公园", "广场"),
    ("桥",),
)
_NAMES: Final = ("数字", "标段", "路", "河", "市县区", "镇乡街道", "村", "小区", "学校", "医院", "公园", "桥")
# Characters which come before such an end without being part of a name (这条路, 一座桥).
_FILLERS: Final = "这那条座个的某各该一两几大小老新在到从去来本我你他们和与及是有为了把被上下全"
# Words which end like a name and are none: 套路, 超市, 小区, 城镇.
_NO_NAMES: Final = {
    "路": "公铁道马线网思出走套迷半修头",
    "街": "逛",
    "河": "江山",
    "市": "城超股都门楼夜集",
    "区": "地城市社园景片山灾辖",
    "村": "农乡",
    "乡": "家城",
    "镇": "城乡",
    "桥": "天",
    "沟": "水",
    "湾": "海",
}


@cache
def ends() -> Table:
    """(first code, second code or 0, kind) of each end of a name, two characters before one."""
    rows = [(word, kind) for kind, words in enumerate(_KINDS, start=3) for word in words]
    rows.sort(key=lambda row: -len(row[0]))
    return np.array([(ord(word[0]), ord(word[1]) if len(word) > 1 else 0, kind) for word, kind in rows], np.int64)


@cache
def fillers() -> Table:
    """(code, code of an end or 0 for any): what is no part of a name before that end."""
    rows = [(ord(char), 0) for char in _FILLERS]
    rows += [(ord(char), ord(end)) for end, chars in _NO_NAMES.items() for char in chars]
    return np.array(rows, np.int64)


def entities(text: str) -> frozenset[str]:
    """Names like `数字:2026118`, `标段:二标段` or `河:南沙` in a text."""
    from huiying.engine.kernels import features

    read = text_of("", text)
    kinds, starts, stops = np.zeros((3, features.MAX_NAMES), np.int64)
    found = features.names(read.codes, read.classes, len(read.codes), ends(), fillers(), kinds, starts, stops)
    plain = read.codes.tobytes().decode("utf-32-le", "surrogatepass")
    return frozenset(f"{_NAMES[kinds[at] - 1]}:{plain[starts[at] : stops[at]]}" for at in range(found))


def numbers_in(text: str) -> frozenset[str]:
    """Numbers of three digits or more, and lot names (一标段, 2包): what tells two like notices apart."""
    return frozenset(name.split(":", 1)[1] for name in entities(text) if name.startswith(("数字:", "标段:")))


def conflict(left: frozenset[str], right: frozenset[str]) -> bool:
    """Whether both sides name things of the same kind, and never the same one."""
    if not left or not right or left & right:
        return False
    return bool({name.split(":", 1)[0] for name in left} & {name.split(":", 1)[0] for name in right})
