"""快报, 续报, 终报 for the work group of a messaging app (§7.4): plain text, at most 300 characters, to be copied.

A view of what the record holds, in Chinese whatever the page's language. Never for a danger to life (Life first).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from huiying.desk.gate import StaffRequest, staff
from huiying.handling.access import get_case
from huiying.handling.actions.grading import awaits_confirmation
from huiying.handling.actions.liaison import waiting_clue
from huiying.handling.departments import contacts_of
from huiying.handling.models import Case, CaseDepartment, Clock, Disposal, Finding, Liaison, StateChange
from huiying.judging import queries as judging
from huiying.judging.models import EventPost
from huiying.kernel import clock
from huiying.kernel.masking import mask_personal
from huiying.people.contacts import LIAISON
from huiying.people.queries import regulation_of
from huiying.people.standing import capabilities as able_to
from huiying.regulation import Regulation
from huiying.responding.models import Publication
from huiying.responding.queries import open_round
from huiying.responding.targets import target_names

MOST = 300
WORDS_KEPT = (60, 48, 36, 24)
TAIL = "【系统生成，以台账为准】"
FINDINGS = {"true": "属实", "partly": "部分属实", "false": "不属实", "unknown": "无法核实"}


@dataclass(frozen=True)
class Facts:
    """What the texts speak of, read once."""

    case: Case
    regulation: Regulation
    lead: CaseDepartment | None
    clock: Clock | None
    liaisons: list[Liaison]
    finding: Finding | None
    disposal: Disposal | None
    live: list[Publication]
    posts: list[EventPost]
    contact: str
    now: dt.datetime

    def at(self, moment: dt.datetime | None) -> str:
        """「10:20」 today, else 「11-23 10:20」."""
        if moment is None:
            return ""
        local = moment.astimezone(self.regulation.zone)
        today = self.now.astimezone(self.regulation.zone).date()
        return f"{local:%H:%M}" if local.date() == today else f"{local:%m-%d %H:%M}"


def facts_of(case: Case) -> Facts:
    regulation = regulation_of(case.regulation)
    lead = next((row for row in case.departments.all() if row.role == CaseDepartment.LEAD and row.until is None), None)
    people = contacts_of(lead.department, regulation)[LIAISON] if lead else []
    return Facts(
        case=case,
        regulation=regulation,
        lead=lead,
        clock=Clock.objects.filter(case=case, is_legal=True, stopped_at__isnull=True, superseded_at__isnull=True)
        .order_by("due_at")
        .first(),
        liaisons=list(Liaison.objects.filter(case=case, sent_at__isnull=False)),
        finding=Finding.objects.filter(case=case).last(),
        disposal=Disposal.objects.filter(case=case).last(),
        live=list(Publication.objects.filter(case=case, state=Publication.LIVE).select_related("revision")),
        posts=list(judging.members(case.event)),
        contact=people[0].user.name if people else "",
        now=clock.now(),
    )


def quick(facts: Facts) -> str:
    """快报: what came, how grave, who checks it, what comes next."""
    for most in WORDS_KEPT:  # the matter and the finding lose words before any figure, body or name does
        lines = [
            _head("快报", facts),
            _origin(facts),
            f"核实：{_checking(facts, most)}",
            _liaison(facts),
            _who(facts),
            _to_decide(facts),
        ]
        matter = f"事项：{_short(facts.case.title, most)}{_spread(facts)}"
        lines = [line for line in lines if line]
        if sum(map(len, [*lines, matter, TAIL])) + len(lines) + 1 <= MOST:
            break
    return _fitted(lines, 2, matter)


def update(facts: Facts, since: dt.datetime) -> str:
    """续报: only what changed since the last one."""
    lines = [_head("续报", facts), *_changes(facts, since)]
    if len(lines) == 1:
        lines.append("情况无变化。")
    return _fitted([*lines, _who(facts)], 1, f"事项：{_title(facts)}")


def final(facts: Facts, page: str) -> str:
    """终报: what came of it, where it can be read (`page`, public), whether the answering goes on (C8.8)."""
    case = facts.case
    state = facts.regulation.name_of("state", case.state)
    disposal = f"处置：{facts.disposal.actions}" if facts.disposal else ""
    names = target_names(row.target for row in facts.live)
    answers = [f"{names[row.target]} {facts.at(row.published_at)}" for row in facts.live]
    going_on = {None: "未决定", True: "是", False: "否"}[case.sustained]
    lines = [
        _head("终报", facts),
        f"结果：{state}" + (f"，{facts.at(case.closed_at)} 办结" if case.closed_at else ""),
        f"回应：{'；'.join(answers)}" if answers else "回应：没有公开回应",
        page if any(row.channel == "portal" for row in facts.live) else "",
        f"根源：{case.root_cause}" if case.root_cause else "",
        f"持续回应：{going_on}" + (f"（{case.sustained_reason}）" if case.sustained_reason else ""),
    ]
    return _fitted(
        [line for line in lines if line], 1, "；".join(part for part in (f"事项：{_title(facts)}", disposal) if part)
    )


def is_over(case: Case) -> bool:
    return case.state in ("answered", "declined", "closed")


def _head(kind: str, facts: Facts) -> str:
    case, level = facts.case, facts.regulation.level(facts.case.level)
    stamp = facts.now.astimezone(facts.regulation.zone)
    colour = f"（{level.colour}）" if level.colour else ""
    named = f"{level.name}{colour}" + ("，建议级别" if case.is_provisional else "")
    return f"【舆情{kind} {stamp:%Y-%m-%d %H:%M}】编号 {case.number}｜{named}{_left(facts)}"


def _left(facts: Facts) -> str:
    if facts.clock is None:
        return ""
    seconds = int((facts.clock.due_at - facts.now).total_seconds())
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"｜{'剩余' if seconds >= 0 else '已超'} {hours}小时{minutes:02d}分"


def _origin(facts: Facts) -> str:
    first = next(iter(facts.posts), None)
    where = (
        f"{first.post.outlet or first.post.platform} {facts.at(first.post.published_at)} 首发".replace("  ", " ")
        if first
        else "未掌握"
    )
    return f"出处：{where}（首次获知 {facts.at(facts.case.first_known_at)}）"


def _spread(facts: Facts) -> str:
    """「，阅1.2万 转260 评240，2个平台」: what the posts themselves said, nothing estimated."""
    sums = {"reads": 0, "reposts": 0, "comments": 0}
    known = set[str]()
    for metrics in (place.post.metrics for place in facts.posts):
        for name in sums:
            if isinstance(metrics.get(name), (int, float)):
                sums[name] += int(metrics[name])
                known.add(name)
    words = {"reads": "阅", "reposts": "转", "comments": "评"}
    figures = " ".join(f"{words[name]}{_round(sums[name])}" for name in sums if name in known)
    event = facts.case.event
    platforms = f"{event.platforms_count}个平台，{event.posts_count}条"
    return "，" + "，".join(part for part in (figures, platforms) if part)


def _round(count: int) -> str:
    return str(count) if count < 10_000 else f"{count / 10_000:.1f}万"


def _checking(facts: Facts, most: int) -> str:
    if facts.finding is not None:
        return f"{_short(facts.finding.facts, most)}（{facts.at(facts.finding.at)}）"
    if facts.lead is None or facts.case.state == "registered":
        return "待转办"
    name = facts.lead.department.name
    if facts.lead.accepted_at is None:
        return f"已转{name}，待签收"
    return f"{name}正在核查（已签收 {facts.at(facts.lead.accepted_at)}）"


def _liaison(facts: Facts) -> str:
    said = [
        f"{row.body} {facts.at(row.answered_at)} {FINDINGS.get(row.finding, '')}"
        if row.answered_at
        else f"{row.body} {facts.at(row.sent_at)}"
        for row in facts.liaisons
    ]
    return f"衔接：{'、'.join(said)}" if said else ""


def _to_decide(facts: Facts) -> str:
    """「需领导决定：…」: what waits for a leader's word, as the record has it; nothing where nothing waits."""
    case, leaders = (
        facts.case,
        {role.code for role in facts.regulation.roles.values() if "lead_bureau" in able_to(role)},
    )
    said = []
    if set(facts.regulation.confirmers(case.level)) & leaders and (case.is_provisional or awaits_confirmation(case)):
        said.append("确认级别")
    if judging.open_proposal(case.event) is not None:
        said.append("是否下调级别")
    round_ = open_round(case)
    if round_ is not None and any(step.role in leaders for step in round_.open_steps()):
        said.append("审签回应文稿")
    if waiting_clue(case) is not None:
        said.append("线索移交是否签字")
    return f"需领导决定：{'；'.join(said)}" if said else ""


def _who(facts: Facts) -> str:
    if facts.lead is None:
        return "主办：待定"
    contact = f" 联络人：{facts.contact}" if facts.contact else ""
    due = facts.clock
    following = f" 下一节点：{facts.at(due.due_at)} {facts.regulation.name_of('act', due.act)}" if due else ""
    return f"主办：{facts.lead.department.name}{contact}{following}"


def _changes(facts: Facts, since: dt.datetime) -> list[str]:
    case, found = facts.case, list[tuple[dt.datetime, str]]()
    change = StateChange.objects.filter(case=case, at__gte=since).last()
    if change is not None:
        found.append((change.at, f"进入“{facts.regulation.name_of('state', change.state)}”"))
    if facts.finding is not None and facts.finding.at >= since:
        found.append((facts.finding.at, f"核实：{_short(facts.finding.facts, 60)}"))
    if facts.disposal is not None and facts.disposal.at >= since:
        found.append((facts.disposal.at, f"处置：{_short(facts.disposal.actions, 60)}"))
    for row in facts.liaisons:
        if row.answered_at is not None and row.answered_at >= since:
            found.append((row.answered_at, f"{row.body}答复：{FINDINGS.get(row.finding, '')}"))
    names = target_names(live.target for live in facts.live)
    for live in facts.live:
        if live.published_at is not None and live.published_at >= since:
            found.append((live.published_at, f"已在{names[live.target]}公开"))
    said = [f"{facts.at(at)} {what}" for at, what in sorted(found)]
    posts = sum(place.stood_at >= since for place in facts.posts)
    return [*said, f"新增来文 {posts} 条，共 {case.event.posts_count} 条"] if posts else said


def _title(facts: Facts) -> str:
    return _short(facts.case.title, 60)


def _short(text: str, most: int) -> str:
    text = " ".join(text.split()).rstrip("。")
    return text if len(text) <= most else text[: most - 1] + "…"


def _fitted(lines: list[str], place: int, matter: str) -> str:
    """The lines with `matter` at its place, and the tail; what is too long loses words, the head and tail never do."""
    lines = [mask_personal(line).text for line in [*lines[:place], matter, *lines[place:]]]
    while len("\n".join([*lines, TAIL])) > MOST:
        longest = max(range(1, len(lines)), key=lambda one: len(lines[one]))
        over = len("\n".join([*lines, TAIL])) - MOST
        lines[longest] = _short(lines[longest], max(len(lines[longest]) - over, len(lines[longest]) * 2 // 3, 8))
        if len(lines[longest]) <= 8:
            del lines[longest]
    return "\n".join([*lines, TAIL])


HOURS = (2, 6, 24)


@staff()
def texts(request: StaffRequest, number: str) -> HttpResponse:
    case = get_case(request.user, number)
    asked = request.GET.get("hours", "")
    hours = int(asked) if asked in map(str, HOURS) else HOURS[-1]
    made: list[tuple[str, str]] = []
    if not case.event.reserved:
        facts = facts_of(case)
        page = request.build_absolute_uri(reverse("portal:answer", args=[case.number]))
        made = [
            ("quick", quick(facts)),
            ("update", update(facts, clock.now() - dt.timedelta(hours=hours))),
        ]
        if is_over(case):
            made.append(("final", final(facts, page)))
    return render(request, "desk/group_texts.html", {"case": case, "texts": made, "hours": hours, "choices": HOURS})
