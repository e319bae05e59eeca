"""What the bureau does besides its cases: policies, training, measures, the public dialogue （四）（六）（九）（十二）.

Each is the house's own verb by the person whom the script names. The texts are invented, and name no citizen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

from huiying.demo.script import Act
from huiying.demo.words import NothingThere, case_of
from huiying.foreseeing import actions as consulting
from huiying.foreseeing.actions import assessing, evidencing, planning, policies
from huiying.foreseeing.models import Assessment, Consultation, Deliberation
from huiying.kernel import clock
from huiying.overseeing.actions import measures, training
from huiying.overseeing.models import Measure, TrainingSession
from huiying.people.actions.registers import appoint_spokesperson
from huiying.people.models import Department, Spokesperson, User
from huiying.people.queries import zone
from huiying.responding.actions import pages
from huiying.responding.models import TopicPage

Verb = Callable[[Act, User], object]
OPEN_FOR: Final = dt.timedelta(days=15)
PAGES: Final[dict[str, dict[str, Any]]] = {
    "certificate": {
        "kind": TopicPage.FREQUENT,
        "title": "外地企业的 CA 证书在哪里办",
        "asked": "外地企业第一次来投标，CA 证书在哪里办，要不要法定代表人到场？",
        "text": "可以在网上办，也可以到交易大厅 3 号窗口办，都不要求法定代表人到场。\n"
        "网上办：登录交易平台，在“证书办理”里上传营业执照和授权书，两个工作日内寄出。\n"
        "窗口办：带营业执照复印件和授权书，当场领取。",
        "topic": "PT",
    },
}
CONSULTATIONS: Final[dict[str, dict[str, Any]]] = {
    "deposit": {
        "title": "投标保证金退还办法（征求意见稿）",
        "summary": "企业反映保证金退得慢、不知道退到哪一步。准备把退还时间和查询办法写进规定，先听听大家的意见。",
        "text": "第一条 中标结果公告后五个工作日内退还未中标人的投标保证金。\n"
        "第二条 每一笔退到哪一步，在交易平台上可以查到。\n"
        "第三条 逾期没有退还的，当天电话说明原因，并按同期存款利率计付利息。",
        "topic": "PT",
        "questions": [{"text": "几个工作日内退还合适", "options": ["三天", "五天", "十天"]}],
    },
}


def _page(act: Act, who: User) -> None:
    department, name = act.words
    row = pages.save_page(None, **PAGES[name], department=Department.objects.get(code=department), actor=who)
    pages.propose_page(row.page, who)


def _page2(_act: Act, who: User) -> None:
    (page,) = TopicPage.objects.filter(published_at__isnull=True)
    sha = page.texts.latest("number").manifest_sha256
    pages.decide_page(
        page, approve=True, manifest_sha256=sha, comment="", secrecy=True, personal_data=True, actor=who
    )  # fmt: skip


def _consult(act: Act, who: User) -> None:
    department, name = act.words
    row = consulting.save_consultation(
        None, **CONSULTATIONS[name], department=Department.objects.get(code=department),
        closes_at=clock.now() + OPEN_FOR, actor=who,
    )  # fmt: skip
    consulting.propose_consultation(row, who)


def _consult2(_act: Act, who: User) -> None:
    row = Consultation.objects.get(state=Consultation.PROPOSED)
    consulting.decide_consultation(row, approve=True, sha256=consulting.draft_sha256(row), comment="", actor=who)


DIALOGUE: Final[dict[str, Verb]] = {"page": _page, "page2": _page2, "consult": _consult, "consult2": _consult2}


POLICY: Final = {
    "title": "投标保证金退还办法",
    "summary": "把退还时间从没有期限改为五个工作日，逾期按存款利率计付利息，影响所有投标企业。",
}
MAJOR: Final = "关系到所有投标企业的资金，属于涉及群众切身利益的重大政策。"
RISKS: Final[tuple[dict[str, Any], ...]] = (
    {
        "title": "旧系统来不及改造，五个工作日做不到", "affected": "未中标的投标企业", "likelihood": 3, "impact": 3,
        "signs": "退款咨询一天超过十件，或同一批退付失败三笔以上", "measure": "上线前两周试运行，每天核对退付流水",
    },
    {
        "title": "办法施行前的旧账没有说清楚，被说成只管新账", "affected": "有旧账未退的企业",
        "likelihood": 2, "impact": 3, "signs": "网上出现“旧账不退”的说法",
        "measure": "出台时一并公布旧账清退的期限和进度",
    },
)  # fmt: skip
QUESTIONS: Final = [
    ("旧账退不退", "退。办法施行前没有退的，三十天内全部退清，进度在交易平台上查得到。"),
    ("为什么以前退得慢", "以前逐笔人工核对，回执没有人看；新办法上线后由系统核对，逾期自动提醒。"),
]
QUIZ: Final = [
    {"text": "特别重大的，最迟多少小时内回应", "options": ["五小时", "二十四小时", "四十八小时"], "right": 1},
    {"text": "转来的件不归本部门管，怎么办", "options": ["放着", "退回一次并写明理由", "转给别的部门"], "right": 1},
]  # fmt: skip
FACTS: Final = {
    "提醒": "保证金一件九月十四日签收，到时限没有公开回应；三次催办都有人知悉，没有报来进展。",
    "督办": "提醒作出以后，保证金一件仍没有公开回应，退付名单还没有核完，现改为督办。",
}
STATEMENTS: Final = {
    "提醒": "退回的回执要逐笔和银行核对，人手只有两个，没有及时说明进度，是我们的疏忽。",
    "督办": "名单已经核完四十一笔，初稿当天送审；今后退付批次当天核对，当天公示。",
}


def _department(code: str) -> Department:
    return Department.objects.get(code=code)


def _today() -> dt.date:
    return clock.now().astimezone(zone()).date()


def _policy(_act: Act, who: User) -> None:
    planned = _today() + dt.timedelta(days=20)
    row = policies.save_policy(None, **POLICY, department=_department("Z-CW"), planned_on=planned, actor=who)
    policies.screen_policy(row, major=True, reason=MAJOR, actor=who)
    assessing.begin_assessment(row, visits_planned=1, actor=who)


def _assessment() -> Assessment:
    found = Assessment.objects.filter(policy__title=POLICY["title"]).last()
    if found is None:
        raise NothingThere("没有这项政策的评估")
    return found


def _track(_act: Act, who: User) -> None:
    evidencing.track(
        _assessment(), words="保证金", since=_today() - dt.timedelta(days=7), until=_today(),
        cases=[case_of("deposit").number], finding="来文集中在退得慢、查不到退到哪一步，没有人反对退还本身。",
        actor=who,
    )  # fmt: skip


def _visit(_act: Act, who: User) -> None:
    evidencing.visit(
        _assessment(), visited_on=_today(), whom="三家投标企业的财务人员", place="交易大厅",
        views="五个工作日可以接受，最要紧的是能查到退到哪一步。", actor=who,
    )  # fmt: skip


def _deliberate(_act: Act, who: User) -> None:
    chair, other = (User.objects.get(username=name) for name in ("qiancheng", "yuqing"))
    evidencing.deliberate(
        _assessment(), held_on=_today(), topic="保证金退还办法的舆情风险", chair=chair,
        present=[chair, other, who], minutes="大家认为主要风险是系统来不及改造，其次是旧账没有说清楚。",
        dissents=[(other.name, "建议先在工程项目试行三个月，再推开到全部交易。")], actor=who,
    )  # fmt: skip


def _deliberated(_act: Act, who: User) -> None:
    evidencing.sign_deliberation(Deliberation.objects.get(assessment=_assessment(), chair=who), who)


def _risks(_act: Act, who: User) -> None:
    for risk in RISKS:
        assessing.save_risk(_assessment(), None, **risk, owner=_department("Z-CW"), watcher=who, actor=who)


def _risk_level(act: Act, who: User) -> None:
    assessing.decide_risk_level(_assessment(), level=act.words[0], reason="", actor=who)


def _speaker(act: Act, who: User) -> None:
    day = dt.date.fromisoformat(act.words[1])
    appoint_spokesperson(
        User.objects.get(username=act.words[0]), scope="本局各项业务", is_deputy=False, trained_on=day, actor=who
    )


def _ready_plan(_act: Act, who: User) -> None:
    speaker = Spokesperson.objects.filter(until__isnull=True).first()
    if speaker is None:
        raise NothingThere("还没有新闻发言人")
    planning.save_plan(
        _assessment(), questions=QUESTIONS, speaker=speaker,
        steps="财务部先核对名单，信息技术部查退付状态，办公室当天发布说明。",
        channels=["portal", "weibo"],
        contacts=[User.objects.get(username=name) for name in ("qiancheng", "hanqiu")],
        drill_on=_today() + dt.timedelta(days=10),
        triggers=[planning.Wanted(["旧账"])], actor=who,
    )  # fmt: skip


def _assessed(_act: Act, who: User) -> None:
    assessing.propose_assessment(_assessment(), conclusion="总体可行，按预案准备、试运行两周后出台。", actor=who)


def _approved(_act: Act, who: User) -> None:
    row = _assessment()
    assessing.decide_assessment(row, approve=True, sha256=row.sha256, comment="旧账的口径一并公布。", actor=who)


# --- 培训 -------------------------------------------------------------------------------------------------------------


def _training(act: Act, who: User) -> None:
    year = training.plan_training(
        title="舆情回应轮训", goal="各部门负责人和联络人都会研判、会写第一份回应", sessions_planned=4, actor=who
    )
    minutes, *names = act.words
    training.schedule_session(
        year, title="第一份回应怎样写", abilities=["舆情研判能力", "回应引导能力"],
        starts_at=clock.now() + dt.timedelta(minutes=int(minutes)), place="三楼会议室", trainer="办公室 韩秋",
        material="先写人，再写事；原因不推测；写明下一次什么时候再说。", questions=QUIZ,
        people=list(User.objects.filter(username__in=names).order_by("pk")), actor=who,
    )  # fmt: skip


def _session(state: str) -> TrainingSession:
    found = TrainingSession.objects.select_related("training").filter(state=state).last()
    if found is None:
        raise NothingThere("没有这一次培训")
    return found


def _come(act: Act, who: User) -> None:
    """Each signs in alone, with the code of the room, and answers the questions (C9.6)."""
    session = _session(TrainingSession.OPEN)
    training.check_in(session, session.code, who)
    training.answer_quiz(session, [int(one) for one in act.words], who)


# --- 督查 -------------------------------------------------------------------------------------------------------------


def _measure(act: Act, who: User) -> None:
    step, department = act.words
    measures.propose(
        _department(department), step=step, trigger="处置不力", facts=FACTS[step], cases=[case_of("deposit").number],
        actor=who,
    )  # fmt: skip


def _proposed(step: str) -> Measure:
    found = Measure.objects.filter(step=step, state=Measure.PROPOSED).last()
    if found is None:
        raise NothingThere("没有等决定的措施")
    return found


VERBS: Final[dict[str, Verb]] = {
    "policy": _policy,
    "track": _track,
    "visit": _visit,
    "deliberate": _deliberate,
    "deliberated": _deliberated,
    "risks": _risks,
    "risklevel": _risk_level,
    "speaker": _speaker,
    "readyplan": _ready_plan,
    "assessed": _assessed,
    "assessed2": _approved,
    "training": _training,
    "open": lambda _act, who: training.open_check_in(_session(TrainingSession.PLANNED), who),
    "come": _come,
    "over": lambda _act, who: training.close_session(_session(TrainingSession.OPEN), who),
    "measure": _measure,
    "stated": lambda act, who: measures.state(_proposed(act.words[0]), STATEMENTS[act.words[0]], who),
    "measure2": lambda act, who: measures.decide(_proposed(act.words[0]), issue=True, reason=act.words[1], actor=who),
}
