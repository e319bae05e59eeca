"""Hiding what points at a private person before a text is stored, shown or sent (§6.2, S17).

The rules lean towards hiding, with three limits that the work needs: numbers of tenders and documents,
dates and amounts stay readable, and so do public telephone lines (12345, 110, 监督电话 …). Masking twice
changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

_SINGLE = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
    "姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施"
    "文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛"
    "曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席"
    "卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
)
_DOUBLE = ("欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯")

PATTERN = f"(?:{'|'.join(_DOUBLE)}|[{_SINGLE}])"
AFTER = (
    r"$|[^\u4e00-\u9fff]|电话|手机|联系|身份|先生|女士|同志|"
    r"住|家|微信|性别|男|女|今年|现年|是|的|在|于|和|与|因|来自"
)


@dataclass(frozen=True)
class Masked:
    """The masked text, whether anything changed, and the kinds that were found (sorted)."""

    text: str
    changed: bool
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class _Rule:
    kind: str
    mask: str
    pattern: re.Pattern[str]
    accept: Callable[[re.Match[str]], bool]


def mask_personal(text: str) -> Masked:
    """Replace telephone, identity and card numbers, plates, mail, WeChat and QQ names, home addresses and
    names.
    """
    if not may_tell(text):
        return Masked(text, False, ())
    kinds: set[str] = set()
    current = text
    # A replaced span can be the border that hid its neighbour, so repeat until nothing is left to hide. Each
    # round replaces something by a mask that no rule matches, hence it ends.
    while spans := _spans(current):
        current = _replace(current, spans)
        kinds.update(rule.kind for _, _, rule in spans)
    return Masked(current, current != text, tuple(sorted(kinds)))


# What every rule needs: five digits near each other, a plate's beginning, or one of these words.
_NUMBERS = re.compile(
    r"[0-9](?:[^0-9]{0,2}[0-9]){4}|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-z]"
)
_WIDE = re.compile("[\uff10-\uff19\uff20-\uff3a\uff41-\uff5a]")  # digits, letters, @
_WORDS = re.compile("|".join((
    "@", "单元", "号楼", "栋", "幢", "小区", "花园", "家园", "公寓", "宿舍", "庄园", "家属院", "新村", "名苑",
    "身份证", "联系人", "姓名", "户主", "本人", "业主", "收件人", "持卡人", "我叫", "我的名字",
    "微信", "薇信", "威信", "weixin", "wechat", "vx", "wx", "qq", "扣扣", "企鹅", "卡",
)))  # fmt: skip


def may_tell(text: str) -> bool:
    """Whether any rule can apply at all: a quick look, so that the many texts without a number cost little."""
    if _NUMBERS.search(text) is not None:
        return True
    narrow = text.translate(_NARROW) if _WIDE.search(text) is not None else text
    if narrow is not text and _NUMBERS.search(narrow) is not None:
        return True
    return _WORDS.search(narrow.lower()) is not None


# Full-width letters and digits are a common way round a filter; this table keeps positions.
_NARROW = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: 0x20}


def _spans(text: str) -> list[tuple[int, int, _Rule]]:
    narrow = text.translate(_NARROW)
    found: list[tuple[int, int, _Rule]] = []
    for rule in _RULES:
        for match in rule.pattern.finditer(narrow):
            start, end = match.span("hide")
            if rule.accept(match) and not any(start < e and s < end for s, e, _ in found):
                found.append((start, end, rule))
    return sorted(found, key=lambda span: span[0])


def _replace(text: str, spans: list[tuple[int, int, _Rule]]) -> str:
    def pieces() -> Iterator[str]:
        last = 0
        for start, end, rule in spans:
            yield text[last:start]
            yield rule.mask
            last = end
        yield text[last:]

    return "".join(pieces())


_DOCUMENT_WORD = re.compile(
    r"(?:编号|公告号|项目号|文号|合同号|标段号|标段|流水号|工单号|工单|订单号|批次号|信用代码|代码|条码)"
    r"(?:为|是)?[\s:]*$"
    r"|[A-Za-z][A-Za-z0-9]*(?:[-_/][A-Za-z0-9]+)*[-_/]$"
    r"|[A-Z]{2,}$"
    r"|[〔\[(（]\d{4}[〕\])）]\s*$"
)
_TELEPHONE_LETTERS = re.compile(r"(?:tel|phone|mobile|mob|vx|wx|v|qq|id)[-_:]?$", re.IGNORECASE)
_PUBLIC_LINE = re.compile(
    r"(?:监督|举报|投诉|服务|咨询|值班|办公|受理|报警|公开|公示|便民|政务|客服|技术支持)(?:热线)?(?:电话|热线|专线)(?:号码)?"
    r"(?:为|是)?[\s:]*$|热线[\s:]*$"
)


def _is_document_number(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start("hide") - 32) : match.start("hide")]
    return bool(_DOCUMENT_WORD.search(before)) and not _TELEPHONE_LETTERS.search(before)


def _not_document(match: re.Match[str]) -> bool:
    return not _is_document_number(match)


def _is_private_landline(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start("hide") - 16) : match.start("hide")]
    return not _PUBLIC_LINE.search(before) and not _is_document_number(match)


def _digits(match: re.Match[str]) -> str:
    return re.sub(r"[\s-]", "", match["hide"])


_PROVINCES = frozenset(
    str(code)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 82))
    for code in range(first, last + 1)
)


def _is_identity_number(match: re.Match[str]) -> bool:
    """GB 11643: region, a real date of birth, and the check character; so an announcement number passes."""
    number = _digits(match).upper()
    if number[:2] not in _PROVINCES:
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], weights, strict=True))
    return number[17] == "10X98765432"[total % 11]


def _is_bank_card(match: re.Match[str]) -> bool:
    """Luhn (ISO/IEC 7812)."""
    total = 0
    for position, digit in enumerate(reversed(_digits(match))):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and _not_document(match)


def _always(match: re.Match[str]) -> bool:
    return True


def _rule(kind: str, mask: str, pattern: str, accept: Callable[[re.Match[str]], bool] = _always) -> _Rule:
    return _Rule(kind, mask, re.compile(pattern, re.IGNORECASE | re.ASCII), accept)


_START = r"(?<![0-9.])"
_END = r"(?![0-9]|\.[0-9]|\s*(?:元|万|亿|%))"
_N = r"[0-9零〇一二三四五六七八九十百]{1,5}"
_LETTER = "[A-HJ-NP-Z]"
_SIGN = "[A-HJ-NP-Z0-9]"
_SAYS = r"(?:号码|号|[iI][dD])?(?:为|是)?"

_RULES: tuple[_Rule, ...] = (
    _rule("email", "[邮箱]", r"(?P<hide>[A-Z0-9_.+-]+@[A-Z0-9-]+(?:\.[A-Z0-9-]+)+)"),
    _rule(
        "id_number",
        "[身份证号]",
        rf"身份证{_SAYS}[\s:]*(?P<hide>[0-9]{{17}}[0-9X]|[0-9]{{15}})(?![0-9A-Z])",
    ),
    _rule(
        "id_number",
        "[身份证号]",
        r"(?<![0-9])(?P<hide>[1-8][0-9]{5}[\s-]?(?:18|19|20)[0-9]{6}[\s-]?[0-9]{3}[0-9X])(?![0-9])",
        _is_identity_number,
    ),
    _rule(
        "bank_card",
        "[银行卡号]",
        rf"(?:银行卡|储蓄卡|信用卡|卡)(?:号码|号)(?:为|是)?[\s:]*(?P<hide>[0-9](?:[\s-]?[0-9]){{14,18}}){_END}",
    ),
    _rule(
        "bank_card",
        "[银行卡号]",
        rf"(?<![0-9.A-Z])"
        rf"(?P<hide>62[0-9]{{14,17}}|[3-6][0-9]{{3}}(?P<gap>[\s-])[0-9]{{4}}(?:(?P=gap)[0-9]{{4}}){{2}}"
        rf"(?:(?P=gap)[0-9]{{1,3}})?){_END}",
        _is_bank_card,
    ),
    _rule(
        "phone",
        "[电话]",
        rf"{_START}(?P<hide>(?:\+?86[\s-]?)?1[3-9][0-9](?P<gap>[\s.·-]?)[0-9]{{4}}(?P=gap)[0-9]{{4}}){_END}",
        _not_document,
    ),
    _rule(
        "phone",
        "[电话]",
        rf"{_START}(?P<hide>(?:\(0[0-9]{{2,3}}\)|0[0-9]{{2,3}})[\s-]?[2-8][0-9]{{6,7}}(?:(?:-|转)[0-9]{{1,5}})?){_END}",
        _is_private_landline,
    ),
    _rule(
        "plate",
        "[车牌]",
        rf"(?P<hide>[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]{_LETTER}[·.\s-]?"
        rf"(?=[A-Z]{{0,4}}[0-9])(?:[A-HJK][0-9]{{5}}|[A-HJK]{_SIGN}[0-9]{{4}}|[0-9]{{5}}[A-HJK]"
        rf"|{_SIGN}{{4}}(?:{_SIGN}|[挂学警港澳])))(?![A-Z0-9-])",
    ),
    _rule(
        "wechat",
        "[微信号]",
        r"(?:微信|weixin|wechat|薇信|威信|(?<![A-Z])[vw]x)"
        r"(?:(?:号码|号|id)(?:为|是)?[\s:]*|(?:为|是)?\s*:\s*)(?P<hide>[A-Z0-9][A-Z0-9_-]{4,19})",
    ),
    _rule(
        "wechat",
        "[微信号]",
        r"(?:微信|weixin|wechat|薇信|威信|(?<![A-Z])[vw]x)"
        r"(?:为|是|加)?\s*(?=[A-Z_-]*[0-9])(?P<hide>[A-Z0-9][A-Z0-9_-]{4,19})",
    ),
    _rule(
        "qq",
        "[QQ号]",
        rf"(?:(?<![A-Z])qq|扣扣|企鹅)(?:群)?{_SAYS}[\s:]*(?P<hide>[1-9][0-9]{{4,11}})(?![0-9])",
    ),
    _rule(
        "address",
        "[住址]",
        rf"(?P<hide>(?:{_N}\s*(?:号楼|栋|幢|座|号)\s*)?{_N}\s*单元\s*(?:{_N}\s*[楼层]\s*)?{_N}\s*(?:室|号|户)?)",
    ),
    _rule("address", "[住址]", rf"(?P<hide>{_N}\s*(?:号楼|栋|幢)\s*(?:{_N}\s*[楼层]\s*)?{_N}\s*(?:室|户))"),
    _rule(
        "address",
        "[住址]",
        r"(?:小区|花园|家园|公寓|宿舍|庄园|家属院|新村|名苑)\s*"
        r"(?P<hide>[0-9]{1,3}\s*-\s*[0-9]{1,2}\s*-\s*[0-9]{2,4})(?![0-9-])",
    ),
    _rule(
        "name",
        "[姓名]",
        rf"(?:身份证(?:号|号码|姓名)?|联系人|姓名|户主|本人|业主|收件人|持卡人)(?:是|为)?\s*:\s*"
        rf"(?P<hide>{PATTERN}[\u4e00-\u9fff]{{1,2}}?)(?={AFTER})",
    ),
    _rule(
        "name",
        "[姓名]",
        rf"(?:联系人|姓名|户主|收件人|持卡人)(?:是|为)?\s*:\s*(?P<hide>{PATTERN}[\u4e00-\u9fff]{{1,2}})"
        r"(?![处科部室局院])",
    ),
    # The second of two names, as in 联系人：张三、李四; the first is hidden by then.
    _rule(
        "name",
        "[姓名]",
        rf"\[姓名\][、,]\s*(?P<hide>{PATTERN}[\u4e00-\u9fff]{{1,2}}?)(?={AFTER})",
    ),
    _rule(
        "name",
        "[姓名]",
        rf"(?:我叫|本人叫|我的名字是|联系人)\s*(?P<hide>{PATTERN}[\u4e00-\u9fff]{{1,2}}?)(?={AFTER})",
    ),
)
