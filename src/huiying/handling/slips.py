"""The papers that carry a case to others, drafted from what is known: 转办单 C10.5, each element filled or 「未掌握」
with why, and 核实函 §5.2-10, in the bureau's language.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from huiying.engine.views import LEAST
from huiying.handling import clocks, routing_table
from huiying.handling.models import Case
from huiying.judging import material, material as judging_material, queries as judging, spread
from huiying.judging.models import ConcernDecision, EventPost
from huiying.judging.queries import members
from huiying.kernel import clock, clock as time
from huiying.kernel.masking import mask_personal
from huiying.listening.models import Post
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.queries import bureau, office, regulation_of
from huiying.people.versions import join_names, zone
from huiying.regulation import Regulation
from huiying.regulation.deadlines import nudge
from huiying.work.rows import next_number

VALUE, UNKNOWN = "value", "unknown"
NOT_KNOWN = "未掌握"
NOT_KNOWN_TOO = "not known"  # how the English page says it
WHY_LEAST = 4
READ = 500  # posts that are read for a slip; the counts of a storm come from its event
STEPS = 8  # of the path of spread
QUOTED = 48  # characters of a representative view
OUTLETS = 4  # named of each tier
DENSE = 3  # posts in an hour that are worth a word
TIERS = ("其他机构", "本地媒体", "市级媒体", "省级媒体", "中央媒体")  # §4.2: tiers 0 to 4

Element = dict[str, str]


@dataclass(frozen=True)
class _Matter:
    """What the elements are read from, fetched once."""

    case: Case
    regulation: Regulation
    members: list[EventPost]
    keys: Mapping[str, str]

    @property
    def posts(self) -> list[Post]:
        return [row.post for row in self.members]

    @cached_property
    def material(self) -> material.Material:
        return material.loaded(self.members)

    @cached_property
    def spread(self) -> spread.Spread:
        return spread.spread_of(self.material)


def elements_of(case: Case, keys: Mapping[str, str] | None = None) -> dict[str, Element]:
    """Each element of the regulation's list, in its order. `keys`: of the routing, where they were asked already."""
    regulation = regulation_of(case.regulation)
    found = routing_table.keys_of(case, regulation) if keys is None else keys
    matter = _Matter(case, regulation, _members(case), found)
    return {name: _filled(name, matter) for name in regulation.transfer.required_fields}


def _members(case: Case) -> list[EventPost]:
    """The posts that this case answers: those of its event, or of a split case only what it took along (C5.16)."""
    rows = judging.members(case.event).select_related("post__screening").defer("post__sealed_text")
    taken = list(case.split_posts.values_list("post_id", flat=True)) if case.split_from_id else []
    return list((rows.filter(post__in=taken) if taken else rows)[:READ])


def _filled(name: str, matter: _Matter) -> Element:
    read = READERS.get(name)
    if read is None:
        return {UNKNOWN: "系统没有这一项的来源，请经办人写明"}
    if not matter.members and name not in FROM_THE_CASE:
        return {UNKNOWN: "没有来文可供分析"}
    return read(matter)


def _nature(matter: _Matter) -> Element:
    concern, decided = judging.concern_of(matter.case.event)
    said = [f"{concern}（{'人工认定' if decided else '系统建议'}）"] if concern else []
    if matter.keys:
        said.append(routing_table.spoken(matter.keys, matter.regulation, "zh"))
    return {VALUE: "；".join(said)} if said else {UNKNOWN: "性质尚未认定，待主办部门核实"}


def _influence(matter: _Matter) -> Element:
    case, event = matter.case, matter.case.event
    level = matter.regulation.name_of("level", case.level)
    said = [f"{level}级（{'建议，待人确认' if case.is_provisional else '已由人确认'}）"]
    posts = len(matter.members) if case.split_from_id else max(event.posts_count, len(matter.members))
    platforms = len({post.platform for post in matter.posts}) or event.platforms_count
    said.append(f"来文 {posts} 条，{platforms} 个平台")
    figures = [(word, _sum(matter.posts, name)) for name, word in (("reads", "阅读"), ("reposts", "转发"))]
    figures.append(("评论", _sum(matter.posts, "comments")))
    known = [f"{word} {_count(number)}" for word, number in figures if number is not None]
    missing = [word for word, number in figures if number is None]
    if known:
        said.append("、".join(known))
    if missing:
        said.append(f"{'、'.join(missing)}数未掌握")
    return {VALUE: "；".join(said)}


def _origin(matter: _Matter) -> Element:
    """Where it was seen first, across platforms, and how sure that is."""
    first = matter.spread.first
    assert first is not None
    named = dict.fromkeys((first.place, first.channel, first.url[:200]))  # 「短视频」 is both place and class
    said = ["，".join(part for part in named if part)]
    if not first.timed:
        said.append("来文没有带发布时间，按收到的先后算")
    if first.parent and not first.parent.startswith("#"):
        said.append("它写明转自另一条，那一条没有收到")
    return {VALUE: "；".join(said)}


def _published(matter: _Matter) -> Element:
    known = [row.at for row in matter.material.rows if row.timed]
    if not known:
        return {UNKNOWN: "来文没有带发布时间"}
    zone = matter.regulation.zone
    last = f"，最近 {_when(max(known), zone)}" if len(known) > 1 else ""
    hours = Counter(at.replace(minute=0, second=0, microsecond=0) for at in known)
    top = min(hours, key=lambda hour: (-hours[hour], hour))
    dense = f"，最集中的一小时从 {_when(top, zone)} 起（{hours[top]} 条）" if hours[top] >= DENSE else ""
    return {VALUE: f"首发 {_when(min(known), zone)}{last}{dense}"}


def _path(matter: _Matter) -> Element:
    """By whom institutions are meant; a private account is only ever 「某平台」."""
    if len(matter.members) == 1:
        return {VALUE: "目前只有 1 条来文，未见转载"}
    zone, counts, begun = matter.regulation.zone, Counter[str](), dict[str, dt.datetime]()
    for row in matter.material.rows:
        counts[row.place] += 1
        begun[row.place] = min(begun.get(row.place, row.at), row.at)
    ordered = sorted(begun, key=lambda place: begun[place])
    steps = [f"{place}（{_when(begun[place], zone)}，{counts[place]} 条）" for place in ordered[:STEPS]]
    if len(ordered) > STEPS:
        steps.append(f"另 {len(ordered) - STEPS} 处")
    return {VALUE: "；".join([" → ".join(steps), *_taken(matter.spread), *_outlets(matter.spread)])}


def _taken(found: spread.Spread) -> list[str]:
    """How many posts came from another one, and how much of that is only inferred."""
    taken = found.explicit + found.inferred + found.outside
    if not taken:
        return []
    said = [f"其中 {taken} 条转自或重复已有来文"]
    if found.inferred:
        said.append(f"（{found.inferred} 条为推断）")
    if found.outside:
        said.append(f"（{found.outside} 条的上一条没有收到）")
    if found.depth > 1:
        said.append(f"，最深 {found.depth} 层")
    return ["".join(said)]


def _outlets(found: spread.Spread) -> list[str]:
    said = []
    for tier in found.tiers:
        named = "、".join(tier.outlets[:OUTLETS])
        more = f"等 {len(tier.outlets)} 家" if len(tier.outlets) > OUTLETS else ""
        said.append(f"{TIERS[min(tier.tier, len(TIERS) - 1)]}：{named}{more}")
    return said


def _comments(matter: _Matter) -> Element:
    """What the sources count, of how many posts, and what came in itself."""
    found = matter.spread.following
    said = []
    if found.comments is not None:
        lacking = f"（另有 {found.unknown} 条来文没有带评论数）" if found.unknown else ""
        said.append(f"评论 {_count(found.comments)} 条{lacking}")
    if found.comments_heard:
        said.append(f"收到跟帖 {found.comments_heard} 条")
    if found.reposts_heard:
        said.append(f"收到转发 {found.reposts_heard} 条")
    if not said:
        return {UNKNOWN: "各来文都没有带评论数"}
    if found.copies:
        said.append(f"文字相同或相近的 {found.copies} 条")
    return {VALUE: "，".join(said)}


def _views(matter: _Matter) -> Element:
    """Views in groups, with their share and one masked quotation each; none from a matter of life and death."""
    words = {post.pk: f"{post.title}\n{post.text}" if post.title else post.text for post in matter.posts}
    found = judging_material.views_of(matter.material, words, quoting=not matter.case.event.reserved)
    if not found.enough:
        return _concerns(matter)
    said = [f"网民发声 {found.n} 条"]
    for view in found.groups:
        same = f"，其中 {view.copies} 条相同或相近" if view.copies else ""
        tag = f"{view.tag}，" if view.tag else ""
        said.append(f"{round(100 * view.share)}%（{tag}{view.posts} 条{same}）：“{view.quote}”")
    if found.rest:
        said.append(f"其余 {found.rest} 条（{round(100 * found.rest_share)}%）说法分散")
    return {VALUE: "；".join(said)}


def _concerns(matter: _Matter) -> Element:
    """Too few voices to group: by concern instead, and so named."""
    groups: dict[str, list[Post]] = {}
    for row in matter.members:
        screening = getattr(row.post, "screening", None)
        groups.setdefault((screening.concern if screening else "") or "未分类", []).append(row.post)
    said = []
    for concern, posts in sorted(groups.items(), key=lambda item: -len(item[1])):
        share = round(100 * len(posts) / len(matter.members))
        quote = "" if matter.case.event.reserved else f"：“{_quote(posts[0])}”"
        said.append(f"{concern} {len(posts)} 条（{share}%）{quote}")
    if not matter.case.event.reserved:
        said.append(f"网民发声不足 {LEAST} 条，未归纳观点")
    return {VALUE: "；".join(said)}


READERS: dict[str, Callable[[_Matter], Element]] = {
    "关联事件性质": _nature,
    "舆情影响程度": _influence,
    "出处": _origin,
    "发布时间": _published,
    "传播路径": _path,
    "跟帖情况": _comments,
    "网民观点": _views,
}
FROM_THE_CASE = ("关联事件性质", "舆情影响程度")


def _sum(posts: list[Post], name: str) -> int | None:
    known = [int(value) for post in posts if isinstance(value := post.metrics.get(name), (int, float))]
    return sum(known) if known else None


def _count(number: int | None) -> str:
    """「1.2万」 above ten thousand."""
    return f"{number / 10_000:.1f}万" if number is not None and number >= 10_000 else str(number)


def _quote(post: Post) -> str:
    text = " ".join(mask_personal(post.text or post.title).text.split())
    return text if len(text) <= QUOTED else text[: QUOTED - 1] + "…"


def _when(at: dt.datetime, zone: dt.tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def check_elements(elements: Mapping[str, Mapping[str, str]], required: tuple[str, ...]) -> dict[str, Element]:
    """The elements as they are kept, in the regulation's order. Refused with every one that is blank (scenario 6)."""
    unknown = [name for name in elements if name not in required]
    if unknown:
        raise Refused(
            _("转办单没有“%(names)s”这一项。") % {"names": join_names(unknown)},
            code="unknown_element",
        )
    kept: dict[str, Element] = {}
    for name in required:
        given = elements.get(name, {})
        value, why = given.get(VALUE, "").strip(), given.get(UNKNOWN, "").strip()
        if value:
            kept[name] = {VALUE: value}
        elif len(why) >= WHY_LEAST:
            kept[name] = {UNKNOWN: why}
    lacking = [name for name in required if name not in kept]
    if lacking:
        raise Refused(
            _("转办单还缺：%(names)s。逐项写明；确实不掌握的，写“未掌握：”和原因（至少 %(least)d 个字）。")
            % {"names": join_names(lacking), "least": WHY_LEAST},
            code="slip_incomplete",
        )
    return kept


def told(text: str) -> Element:
    """An element as a person typed it: 「未掌握：原因」 says that it is not known."""
    text = text.strip()
    if text.startswith(NOT_KNOWN) or text.lower().startswith(NOT_KNOWN_TOO):
        why = text[len(NOT_KNOWN) if text.startswith(NOT_KNOWN) else len(NOT_KNOWN_TOO) :]
        return {UNKNOWN: why.lstrip("：:，, （(").rstrip("）)").strip()}
    return {VALUE: text}


def written(element: Mapping[str, str]) -> str:
    """The other way round: as it is shown and edited."""
    return element[VALUE] if VALUE in element else f"{NOT_KNOWN}：{element.get(UNKNOWN, '')}"


def requirements_for(case: Case) -> str:
    """What is asked of the department, with its times, as the regulation's clocks have them (C10.6, C10.7)."""
    regulation, now = regulation_of(case.regulation), time.now()
    zone, asked = regulation.zone, []
    accept = nudge(regulation, "accept_transfer", case.level, now)
    if accept is not None:
        asked.append(f"{_when(accept.due_at, zone)} 前签收，不属本部门职责的说明理由退回（只能退一次）")
    opinion = clocks.due_from(regulation, "transferred_at", case.level, now)
    if opinion is not None:
        asked.append(f"{_when(opinion, zone)} 前报核实情况和处置意见")
    back = regulation.name_of("department", regulation.transfer.report_back_to)
    asked.append(f"办理中的每个节点同步报{back}")
    return "；".join(asked) + "。"


def next_slip_number(case: Case) -> str:
    """「转办〔2026〕12号」, without gaps, from 1 each year."""
    year = time.now().astimezone(regulation_of(case.regulation).zone).year
    return f"转办〔{year}〕{next_number(f'slip:{year}')}号"


NUMERALS = "一二三四五六七八九十"
MOST_POINTS = len(NUMERALS)


def draft_letter(case: Case, body: str, points: str = "", contact: str = "", writer: User | None = None) -> str:
    """The whole letter to one body; a person reads and edits it before it is sent."""
    ours = bureau()
    name = ours.name if ours else "本局"
    now = clock.now()
    within = regulation_of(case.regulation).monitor.liaison.answer_within.zh()
    asked = points_of(points or points_for(case))
    listed = "\n".join(f"　　{mark}、{point}" for mark, point in zip(NUMERALS, asked, strict=False))
    lines = [
        "关于协助核实有关情况的函",
        "",
        f"{body}{f'（{contact}）' if contact else ''}：",
        "",
        f"　　{_heard(case)}“{_subject(case)}”。为查清事实、及时答复群众，请协助核实以下情况：",
        listed,
        f"　　请在收到本函后{within}内答复；来不及书面答复的，请先电话告知。",
        f"　　联系人：{_writer(writer)}。",
        "",
        name,
        _day(now),
    ]
    return "\n".join(lines)


def points_for(case: Case) -> str:
    """What is to be verified: the sentence that was found untrue, else whether what people say is so."""
    claims = ConcernDecision.objects.filter(event=case.event_id).exclude(claim="").order_by("id")
    said = list(dict.fromkeys(row.claim.strip() for row in claims))
    if not said:
        return f"“{_subject(case)}”的说法是否属实，依据是什么。"
    return "\n".join(f"“{claim}”的说法是否属实，依据是什么。" for claim in said[:MOST_POINTS])


def points_of(text: str) -> list[str]:
    """One point a line, without the marks that a person may have typed before it."""
    lines = (re.sub(r"^\s*(?:[一二三四五六七八九十]+、|\d+[.、．])\s*", "", line).strip() for line in text.splitlines())
    return [line for line in lines if line][:MOST_POINTS]


def _subject(case: Case) -> str:
    return case.title.strip("。！？!? ")


def _heard(case: Case) -> str:
    """Where it was heard first: a platform and a time, never a person (INV-10)."""
    first = members(case.event).first()
    if first is None:
        return f"{_said(case.first_known_at)}，我局获知"
    at = first.post.published_at or first.post.received_at
    return f"{_said(at)}，{first.post.platform or '网上'}有人反映"


def _writer(writer: User | None) -> str:
    if writer is None:
        return office().name
    return f"{writer.name}{f'，{writer.phone}' if writer.phone else ''}"


def _said(at: dt.datetime) -> str:
    local = at.astimezone(zone())
    return f"{local.month}月{local.day}日{local:%H:%M}"


def _day(at: dt.datetime) -> str:
    local = at.astimezone(zone())
    return f"{local.year}年{local.month}月{local.day}日"
