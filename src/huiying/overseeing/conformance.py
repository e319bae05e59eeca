"""The whole regulation on one page （十二）: every clause as a duty, which ledger kinds prove that it was done, its
live indicators, and whether it is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.commands import assess
from huiying.overseeing.indicators.table import BY_NAME, INDICATORS
from huiying.regulation.regulation import Regulation

ARTICLES = "一二三四五六七八九十"


@dataclass(frozen=True)
class Clause:
    id: str
    zh: str
    en: str
    kinds: tuple[str, ...]

    @property
    def number(self) -> int:
        """Of its article."""
        return int(self.id[1:].partition(".")[0])


def article(number: int) -> str:
    """（十二）."""
    tens, ones = divmod(number, 10)
    return f"（{'十' if tens else ''}{ARTICLES[ones - 1] if ones else ''}）"


# A clause with its duty in both languages; below it the kinds of entries that prove it.
_TABLE = """\
C1.1 公开为原则，不公开为例外 | Open as a rule, not open as the exception
    release.live withholding.decided
C1.2 正确对待舆论监督 | Take criticism as it is meant
    concern.decided concern.rumour_proposed concern.rumour_refused
C1.3 不缺位、不失语、不被动 | Be there, speak, do not wait
    clock.silent clock.held release.live
C1.4 掌握信息发布主动权 | Speak first
    disclosure.done release.live media.asked
C2.1 谁主管、谁负责 | Whoever is in charge answers
    case.routed case.accepted case.returned
C2.2 源头防范、治理、处置 | Remove the cause
    case.closed task.made task.done case.recurred
C2.3 守土有责：每类事都有主办和后备部门 | Each topic has an owner and a backup
    regulation.adopted routing.agreed
C3.1 依照法律和有关规定 | By law and rule
    draft.saved statutory.filed
C3.2 把握时、度、效 | In time, in measure, to effect
    effect.judged effect.measured
C3.3 提高统筹、管理、引导能力：办结后复盘 | Learn afterwards: a review of each graver case
    case.act_noted
C4.1 规范和整合政民互动渠道 | All channels to the public come together
    message.received posts.received
C4.2 问题、答复、满意度、改进；公开征集意见 | Ask, answer, rate, improve; consult in public
    consultation.published case.rated
C4.3 快速受理群众咨询投诉 | Take up questions and complaints fast
    message.received case.opened case.asked_again
C4.4 及时公开热点敏感话题真实情况 | Say what is true on hot topics
    page.published
C4.5 传播信息、引导舆论、畅通民意 | A monthly digest of what people say
    digest.issued
C5.1 安排人员和力量监测 | Somebody is on duty at every hour
    shift.set roster.signed handover.taken
C5.2 监测第一类渠道（门户网站） | Watch the first class of channels (portals)
    patrol.ticked source.looked source.added
C5.3 监测第二类渠道（论坛） | Watch the second class (forums)
    patrol.ticked source.looked source.added
C5.4 监测第三类渠道（博客） | Watch the third class (blogs)
    patrol.ticked source.looked source.added patrol.class_noted
C5.5 监测第四类渠道（微博客） | Watch the fourth class (microblogs)
    patrol.ticked source.looked source.added
C5.6 监测第五类渠道（新闻跟帖） | Watch the fifth class (comments on news)
    patrol.ticked source.looked source.added
C5.7 监测第六类渠道（传统媒体） | Watch the sixth class (traditional media)
    patrol.ticked entry.made source.added
C5.8 日常监测 | Watch every day
    patrol.ticked
C5.9 突发事件监测 | Watch emergencies more closely
    emergency_watch.declared emergency_watch.ended
C5.10 全覆盖 | No class of channels without a look
    patrol.ticked patrol.class_noted source.added source.retired
C5.11 全方位 | Rules for every kind of matter
    watch.agreed watch.reviewed watch.judged
C5.12 全天候 | By night as by day
    event.opened handover.taken
C5.13 巡查 | Go the rounds
    patrol.ticked
C5.14 分清疑虑、误解、歪曲、谣言 | Tell doubt, misunderstanding, distortion and rumour apart
    concern.decided concern.rated
C5.15 迅速与宣传等部门核实衔接 | Check with the other bodies at once
    liaison.sent liaison.answered liaison.exempted
C5.16 不漏报 | Miss nothing
    reconcile.decided event.missed
C5.17 不迟报 | Report in time
    event.missed case.known_earlier event.opened
C5.18 资源互通共享 | Share what is known
    event.shared event.share_opened event.share_answered
C6.1 重大政策出台前做舆情风险评估 | Assess the risk before a major policy
    policy.registered assessment.approved
C6.2 舆情跟踪 | Follow opinion on it
C6.3 抽样调查 | Sample survey
C6.4 重点走访 | Visits
C6.5 会商分析 | Analysis in a meeting
C6.6 预测研判各种风险 | Foresee each risk
C6.7 确定风险等级 | Decide the level of risk
C6.8 制定处置预案 | Make a plan for each risk
C6.9 网络舆情日志 | A log for each day
C6.10 舆情专报 | Special reports
C6.11 及时发现 | Notice in time
    event.opened alarm.judged
C6.12 及时预警 | Warn in time
    event.warned warning.acknowledged warning.cancelled
C6.13 及时反馈 | Tell those who asked and reported
    feedback.given
C6.14 加强政府信息发布 | Publish what people miss on our site
    gap.made gap.done gap.dropped
C7.1 谁主管谁处置，按三把钥匙转办 | Routed by three keys
    case.routed case.returned routing.agreed
C7.2 分析和处置俱全 | Analysis and disposal, both
    case.found case.disposed
C7.3 舆情处置和事件处置相结合 | Settle the matter, not only the talk
    case.disposed task.done case.closed
C7.4 一盘棋，一个口径 | One set of facts
    facts.agreed release.live
C7.5 信息共享、齐抓共管 | Nothing is kept from the office
    report.made report.seen
C8.1 信息公开、发布与回应相协调 | Answers and publications agree
    release.live facts.agreed
C8.2 依法依规发布贯穿全过程 | Each release approved and checked
    review.approved release.live
C8.3 谁主管谁发声 | Whoever is in charge speaks
    release.live speaker.authorised
C8.4 涉及其他机关先沟通确认 | Ask other bodies before speaking of them
    confirmation.asked confirmation.answered confirmation.overridden
C8.5 一般性舆情在时限内回应 | Ordinary matters answered in time
    clock.started clock.stopped clock.breached
C8.6 最高级别舆情在时限内回应 | The gravest matters answered in time
    clock.started clock.stopped clock.breached
C8.7 专家解读、发布会、媒体专访 | Experts, conferences, interviews
    expert.checked conference.held interview.reviewed
C8.8 决定是否持续回应 | Decide whether to go on
    case.sustained sustain.kept
C8.9 各平台联动互补 | Channels speak together
    release.live linked.excused
C8.10 正面引导舆论 | Answers that settle the matter
    effect.judged
C9.1 列入重要工作日程 | On each department's agenda
    agenda.planned agenda.acknowledged agenda.done
C9.2 建立信息管理制度 | A regulation, signed and in force
    regulation.adopted
C9.3 统筹、采编、审核分设 | Three hands on each text
    draft.saved review.decided
C9.4 选配合适人员 | The right people, and somebody behind each
    person.appointed person.relieved
C9.5 岗位职责分明，起草人不审自己的稿 | Duties kept apart: nobody approves their own text
    draft.saved review.decided
C9.6 经常性培训 | Regular training
C9.7 遇事不躲不推，报忧无过 | Nobody ducks, nobody is blamed for bad news
    case.returned case.accepted report.credited
C10.1 联席会议 | The joint meeting
    meeting.convened meeting.held meeting.signed
C10.2 会商重大舆情 | Grave matters are talked over
    meeting.held meeting.minuted task.made
C10.3 每个部门有负责人和联络人 | A head and a contact in each department
    contact.tested person.appointed
C10.4 信息共享、协同处置、联动 | Departments work together
    case.routed task.made note.made
C10.5 转办写明七项要素 | Transfers with all seven elements
    slip.issued
C10.6 迅速处置和回应 | Accept and act at once
    case.accepted
C10.7 同步报送局办公室 | Report each step to the office
    report.made report.seen
C11.1 及时准确公开政府信息 | Publish in time and correct openly
    disclosure.done release.live
C11.2 开通政务微信等平台 | Official accounts, alive and safe
    platform.added platform.posted platform.checked
C11.3 与主流公众号建立联系 | Partners among the large accounts
    partner.added partner.tested partner.pushed
C11.4 及时发布各类权威信息 | Authoritative word on every channel
    release.live press.approved
C11.5 新闻发布 | Press releases
    press.approved press.planned
C12.1 完善新闻发言人制度 | Spokespersons, registered and authorised
    speaker.appointed speaker.authorised speaker.ended
C12.2 平台建设管理 | Platforms kept in order
    platform.checked platform.counted platform.posted
C12.3 纳入政务公开考核 | Assessed by figures that anybody can recompute
    assessment.shown appeal.made appeal.decided assessment.finished
C12.4 通报批评 | Circular of criticism
    measure.proposed measure.stated measure.decided measure.followed
C12.5 约谈 | Admonitory talk
    measure.proposed measure.stated measure.decided measure.talked measure.followed
C12.6 问责：只移送，不定责 | Referral: the system decides no guilt
    measure.proposed measure.stated measure.decided measure.outcome_noted
C13.1 由局办公室负责解释 | The office interprets, signed and dated
    interpretation.signed
C14.1 自发布之日起施行，按当时的版本办 | Each case by the version of its time
    regulation.adopted case.opened
"""


def _read(table: str) -> dict[str, Clause]:
    found: dict[str, Clause] = {}
    for line in table.splitlines():
        if line.startswith("C"):
            name, _, words = line.partition(" ")
            zh, _, en = words.partition(" | ")
            found[name] = Clause(name, zh, en, ())
        else:
            found[name] = replace(found[name], kinds=tuple(line.split()))
    return found


CLAUSES: dict[str, Clause] = _read(_TABLE)

ALSO: Mapping[str, tuple[str, ...]] = {
    "C5.13": ("patrol_ticks", "patrol_on_time_share"),
    "C8.1": ("conflicting_statements", "corrections"),
    "C8.5": ("on_time_share", "late"),
    "C10.2": ("meetings_held", "decisions_done_share"),
    "C12.2": ("accounts_checked_share",),
}
# The n-th of the classes that must be covered, in the regulation's own order.
BY_CLASS = ("C5.2", "C5.3", "C5.4", "C5.5", "C5.6", "C5.7")


@cache
def indicators_of() -> Mapping[str, tuple[str, ...]]:
    """Clause → names of its indicators, in the order of their table."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in INDICATORS:
        for clause in row.clauses:
            found[clause].append(row.name)
    for clause, names in ALSO.items():
        found[clause] += [name for name in names if name not in found[clause]]
    return {clause: tuple(names) for clause, names in found.items()}


GREEN, AMBER, RED, NOTHING, OFF = "green", "amber", "red", "nothing", "off"
GRAVITY = (NOTHING, GREEN, AMBER, RED)
KEPT, NEARLY = 0.95, 0.8  # a share from here on is kept, nearly kept

# Counts that must be zero.
ZERO = frozenset({
    "cases_without_one_lead", "empty_grounds", "silent_at_deadline", "conflicting_statements", "voice_mismatches",
    "rectify_overdue", "messages_of_no_channel", "consultations_overdue", "roster_uncovered_hours", "late",
    "gaps_unsigned",
})  # fmt: skip
# Counts that had better be zero, but of which whoever says so is thanked: never worse than amber (C9.7).
HONEST = frozenset({"missed", "found_late", "confirmations_overridden"})
# Shares that are told and not judged: more is not better, or it lies with the public.
TOLD = frozenset({
    "refusal_rate", "repeat_share", "second_wave_share", "missed_share", "followed_share", "joint_cases_share",
    "satisfied_share", "alarms_real_share", "via_intake_share", "before_media_share", "before_peak_share",
    "first_route_accuracy", "attendance_share",
})  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One indicator: its value, and how it is judged (None: told only)."""

    name: str
    words: str
    value: Any
    state: str | None
    of: str = ""  # the class of channels it is about
    unit: str = ""


@dataclass(frozen=True)
class Line:
    clause: Clause
    state: str
    indicators: tuple[Told, ...]
    why: str = ""  # code of the reason why it is off or nothing: not_kept | no_class | no_base


def judge(name: str, value: Any) -> str | None:
    """How one figure stands; None where it is not judged at all."""
    if value is None:
        return NOTHING
    if name in ZERO:
        return RED if value else GREEN
    if name in HONEST:
        return AMBER if value else GREEN
    if name in TOLD or not name.endswith("_share"):
        return None
    return GREEN if value >= KEPT else AMBER if value >= NEARLY else RED


def conformance(figures: Mapping[str, Any], regulation: Regulation) -> list[Line]:
    """Every clause, in the regulation's order."""
    return [_line(clause, figures, regulation) for clause in CLAUSES.values()]


def _line(clause: Clause, figures: Mapping[str, Any], regulation: Regulation) -> Line:
    if clause.id in BY_CLASS:
        return _of_a_class(clause, figures, regulation)
    found = tuple(
        Told(name, BY_NAME[name].zh, figures[name], judge(name, figures[name]), unit=BY_NAME[name].unit)
        for name in indicators_of().get(clause.id, ())
        if name in figures
    )
    if not found:
        return Line(clause, OFF, (), "not_kept")
    judged = [row.state for row in found if row.state is not None]
    if any(state != NOTHING for state in judged):
        return Line(clause, max(judged, key=GRAVITY.index), found)
    # Only counts, or shares without a base: what happened stands there, and nothing is broken.
    happened = any(row.state is None and row.value for row in found)
    return Line(clause, GREEN if happened else NOTHING, found, "" if happened else "no_base")


def _of_a_class(clause: Clause, figures: Mapping[str, Any], regulation: Regulation) -> Line:
    """C5.2–C5.7: the n-th class that this regulation wants covered; one with fewer classes has no such duty."""
    place, classes = BY_CLASS.index(clause.id), regulation.monitor.channel_classes
    if place >= len(classes):
        return Line(clause, OFF, (), "no_class")
    looks = figures.get("looks_by_class", {}).get(classes[place], 0)
    state = GREEN if looks else RED if any(figures.get("looks_by_class", {}).values()) else NOTHING
    told = Told("looks_by_class", "查看次数", looks, state, classes[place])
    return Line(clause, state, (told,), "no_base" if state == NOTHING else "")


@dataclass
class Computed:
    """Figures as of one entry of the ledger; a page says as of when."""

    figures: dict[str, Any]
    head: str
    at: Any


_kept: dict[str, Computed] = {}
KEPT_FOR_SECONDS = 600


def computed(period: str, *, anew: bool = False) -> Computed:
    """The figures of a period, computed at most every ten minutes while the ledger grows, or when asked for anew.

    Reading the whole ledger is work; the page says as of when it read.
    """
    now = clock.now()
    found = _kept.get(period)
    if found is not None and not anew:
        age = (now - found.at).total_seconds()
        if 0 <= age <= KEPT_FOR_SECONDS and LedgerEntry.objects.filter(hash=found.head).exists():
            return found
    head = LedgerEntry.objects.order_by("-id").values_list("hash", flat=True).first() or ""
    made = Computed(assess(period), head, now)
    if len(_kept) >= 16:
        _kept.clear()
    _kept[period] = made
    return made


def without_indicator(has: Callable[[str], bool]) -> list[str]:
    """Clauses of which no indicator is registered: there must be none (C12.3)."""
    return [clause for clause in CLAUSES if clause not in BY_CLASS and not has(clause)]
