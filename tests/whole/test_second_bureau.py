"""Another bureau runs on its own regulation with no code change (DESIGN.md "Who it is for").

泗县商务局 (sample): three levels, working days with make-up days, other posts, other sections, its own watch rules.
"""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client

from cast import builtin_text
from huiying.engine.post import parse_post
from huiying.handling import actions as handling
from huiying.handling.models import Case, Clock
from huiying.handling.queries import effective, lead_of
from huiying.judging import engines
from huiying.judging.models import Event
from huiying.judging.pipeline import judge_pending
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import verify
from huiying.listening.actions import receive
from huiying.people import actions as people
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.queries import office, regulation_now
from huiying.regulation import load
from huiying.responding import actions as responding
from huiying.responding.models import Publication, ReviewRound
from huiying.responding.queries import my_steps
from huiying.responding.targets import excuse
from huiying.work import outbox

LAW, ANSHAN = load("sixian"), load("anshan")
CARD = "泗县虹城的健身会所跑路了，充值卡里的钱没人退，商务局管不管，我们几十个人去哪里要说法？"
FRIDAY = dt.datetime(2026, 9, 18, 2, 0, tzinfo=dt.UTC)  # 2026-09-18 10:00 there; Sunday the 20th is a make-up day

PEOPLE = {
    "clerk": ("值守员小何", "duty_clerk", "ZHG"),
    "general": ("综合股老陈", "general_chief", "ZHG"),
    "market": ("市场股老赵", "section_chief", "SCG"),
    "market_clerk": ("市场股小孙", "info_clerk", "SCG"),
    "trade": ("外贸股老钱", "section_chief", "WMG"),
    "law": ("法制审核员小李", "law_clerk", "ZHG"),
    "vice": ("分管副局长老周", "vice_director", "ZHG"),
    "director": ("局长老吴", "director", "ZHG"),
    "speaker": ("发言人老郑", "speaker", "ZHG"),
}

DRAFT = {
    "title": "关于健身会所充值卡退款的说明",
    "question": "群众反映会所关门，充值卡里的钱没有人退。",
    "facts": "9月18日会所停业，涉及充值卡四十二张。",
    "renditions": {"portal": "9月18日会所停业，涉及充值卡四十二张。登记点设在商务服务中心一楼，工作日都可以登记。"},
    "basis": "《单用途商业预付卡管理办法（试行）》",
}

# Words of Anshan that must not stand on a page of another bureau.
OWN = "".join(role.name for role in LAW.roles.values())
POSTS = [role.name for role in ANSHAN.roles.values() if role.name not in OWN]
FOREIGN = ["鞍山", "公共资源交易", "局办公室", *POSTS]


@dataclass(frozen=True)
class Sixian:
    people: dict[str, User]

    def __getattr__(self, name: str) -> User:
        return self.people[name]

    def section(self, code: str) -> Department:
        return Department.objects.get(code=code)


@pytest.fixture
def bureau(db: None, monkeypatch: pytest.MonkeyPatch, settings: object) -> Iterator[Sixian]:
    """Set up as its own people would: the link, the administrator, invitations and posts."""
    settings.REGULATION = "sixian"  # type: ignore[attr-defined]
    with clock.use(FrozenClock(FRIDAY - dt.timedelta(days=1))):
        people.adopt_regulation(builtin_text("sixian"), Actor.SYSTEM)
        token = people.offer_set_up()
        assert token is not None
        admin = people.set_up(
            token, bureau_name=LAW.meta.issuer, username="admin", name="管理员", password="新汴河-长堤-柳色-一行"
        )
        found = {"admin": admin}
        for username, (name, role, code) in PEOPLE.items():
            section = Department.objects.get(code=code)
            user, _token = people.add_person(username=username, name=name, department=section, actor=admin)
            people.appoint(user, role, section, actor=admin)
            found[username] = user
    engines.use_in_process()
    with clock.use(FrozenClock(FRIDAY)):
        yield Sixian(found)
    engines.use_in_process()


def hear(text: str = CARD) -> Event:
    post = {"native_id": text[:20], "platform": "本地论坛", "channel_class": "本地论坛", "text": text}
    receive([parse_post(post)], how="import", actor=Actor.SYSTEM)
    while judge_pending().screened:
        pass
    return Event.objects.get(members__post__native_id=text[:20])


def again(case: Case) -> Case:
    return Case.objects.select_related("event", "regulation").get(pk=case.pk)


def opened(bureau: Sixian, level: str = "较大") -> Case:
    who = {"一般": bureau.clerk, "较大": bureau.general, "重大": bureau.director}[level]
    return again(handling.open_case(hear(), who, level)) if level != "重大" else _gravest(bureau)


def _gravest(bureau: Sixian) -> Case:
    case = handling.open_case(hear(), bureau.clerk)
    handling.confirm_level(case, "重大", bureau.director, "涉及人数多，资金去向不明，按重大办理。")
    return again(case)


def handled(bureau: Sixian, level: str = "较大") -> Case:
    case = opened(bureau, level)
    handling.route(case, bureau.section("SCG"), [], "预付卡由市场运行股主办", bureau.clerk)
    handling.accept(again(case), bureau.market)
    finding = handling.find(again(case), "会所停业，四十二张卡。", "经营不善", "四十二户", bureau.market_clerk)
    handling.dispose(again(case), finding, "约谈股东，设登记点。", True, bureau.market)
    return again(case)


def in_review(bureau: Sixian, level: str = "较大") -> ReviewRound:
    revision = responding.save_revision(handled(bureau, level), actor=bureau.market_clerk, **DRAFT)  # type: ignore[arg-type]
    return responding.submit(revision.case, bureau.market_clerk)


REVIEWERS = {
    "section_chief": "market", "law_clerk": "law", "vice_director": "vice", "director": "director",
    "general_chief": "general",
}  # fmt: skip


def approve(bureau: Sixian, round_: ReviewRound) -> list[list[str]]:
    """Everybody whose turn it is; the order in which the steps came."""
    order = []
    while steps := round_.open_steps():
        order.append([step.role for step in steps])
        for step in steps:
            user = bureau.people[REVIEWERS[step.role]]
            assert step in my_steps(user)
            responding.decide_step(
                step, approve=True, comment="", manifest_sha256=round_.manifest_sha256, secrecy=True,
                personal_data=True, actor=user,
            )  # fmt: skip
    return order


def answered(bureau: Sixian, level: str = "较大") -> Case:
    round_ = in_review(bureau, level)
    approve(bureau, round_)
    responding.release(round_.case, ["portal"], bureau.speaker)
    while outbox.run_due("test"):
        pass
    return again(round_.case)


def test_the_bureau_runs_under_its_own_regulation(bureau: Sixian) -> None:
    assert regulation_now().meta.issuer == "泗县商务局"
    assert {item.code for item in Department.objects.all()} == {"ZHG", "SCG", "DSG", "WMG", "FWZ"}
    assert office().name == "综合股"


def test_a_post_of_its_place_becomes_an_event_with_its_own_section_and_level(bureau: Sixian) -> None:
    event = hear()
    assert (event.lead, event.state) == ("SCG", Event.OPEN)
    assert event.lead in regulation_now().departments
    assert event.suggested_level in {level.code for level in LAW.levels}
    assert event.warnings.get().recipients == ["值守员小何"]


def test_every_section_that_its_rules_name_is_a_section_of_its_regulation() -> None:
    from huiying.engine.rules import load_rules

    rules = load_rules("sixian")
    assert {code: item.name for code, item in LAW.departments.items()} == rules.departments
    bodies = {body for rule in rules.rules for body in rule.confirm_with}
    assert bodies


def test_a_matter_of_anshan_is_none_of_its_business(bureau: Sixian) -> None:
    post = {"native_id": "x", "platform": "本地论坛", "text": "鞍山公共资源交易平台崩了，开标登录不上"}
    receive([parse_post(post)], how="import", actor=Actor.SYSTEM)
    judge_pending()
    assert not Event.objects.exists()


@pytest.mark.parametrize(("level", "day"), [("一般", "2026-09-24"), ("较大", "2026-09-22"), ("重大", "2026-09-20")])
def test_its_clock_counts_working_days_and_the_make_up_day(bureau: Sixian, level: str, day: str) -> None:
    """Friday the 18th plus working days: Saturday is free, Sunday the 20th is worked."""
    row = effective(opened(bureau, level), "respond")
    assert row is not None
    local = row.due_at.astimezone(LAW.zone)
    assert local.date().isoformat() == day
    assert "工作日" in row.explanation
    assert (row.provisional, row.started_at) == (False, FRIDAY)


def test_a_level_that_only_anshan_has_is_refused(bureau: Sixian) -> None:
    event = hear()
    with pytest.raises(Refused, match="特别重大") as refusal:
        handling.open_case(event, bureau.general, "特别重大")
    assert "L3" in refusal.value.sentence
    assert not Case.objects.exists()


def test_a_level_is_lowered_by_two_persons_there_too(bureau: Sixian) -> None:
    case = opened(bureau)
    reason = "核实后仅涉及一家门店，影响范围小，建议下调。"
    proposal = handling.propose_lower(case, "一般", reason, bureau.clerk)
    with pytest.raises(Refused):
        handling.second_lower(proposal, True, bureau.clerk)
    handling.second_lower(proposal, True, bureau.general)
    assert again(case).level == "L1"


def test_its_own_nudges_run_under_its_own_names(bureau: Sixian) -> None:
    """`section_opinion` and `chief_review` are names that the software has never heard of."""
    case = opened(bureau)
    handling.route(case, bureau.section("SCG"), [], "预付卡由市场运行股主办", bureau.clerk)
    handling.accept(again(case), bureau.market)
    assert effective(case, "section_opinion") is not None
    finding = handling.find(again(case), "会所停业，四十二张卡。", "经营不善", "四十二户", bureau.market)
    handling.dispose(again(case), finding, "约谈股东，设登记点。", True, bureau.market)
    assert effective(case, "section_opinion") is None
    responding.save_revision(again(case), actor=bureau.market_clerk, **DRAFT)  # type: ignore[arg-type]
    round_ = responding.submit(again(case), bureau.market_clerk)
    nudge = effective(case, "chief_review")
    assert nudge is not None
    assert round_.steps.last().due_at == nudge.due_at  # the whole time, shared among the steps
    approve(bureau, round_)
    assert effective(case, "chief_review") is None


def test_another_section_can_not_take_the_case(bureau: Sixian) -> None:
    case = opened(bureau)
    handling.route(case, bureau.section("SCG"), [], "预付卡由市场运行股主办", bureau.clerk)
    with pytest.raises(Refused):
        handling.accept(again(case), bureau.trade)


def test_a_returned_case_goes_to_its_own_general_section(bureau: Sixian) -> None:
    case = opened(bureau)
    handling.route(case, bureau.section("SCG"), [], "预付卡由市场运行股主办", bureau.clerk)
    handling.return_case(again(case), "会所办的是课程合同，不是预付卡。", bureau.market)
    lead = lead_of(again(case))
    assert lead is not None
    assert lead.name == "综合股"
    handling.decide_return(again(case), bureau.section("SCG"), "仍由市场运行股主办", bureau.general)
    with pytest.raises(Refused) as refusal:
        handling.return_case(again(case), "我们还是认为不归我们管。", bureau.market)
    assert "综合股" in refusal.value.sentence
    assert "局办公室" not in "".join(filter(None, LedgerEntry.objects.values_list("payload", flat=True)))


@pytest.mark.parametrize(
    ("level", "steps"),
    [
        ("一般", [["section_chief", "general_chief"]]),
        ("较大", [["section_chief", "general_chief"], ["vice_director"]]),
        ("重大", [["section_chief", "law_clerk", "general_chief"], ["vice_director"], ["director"]]),
    ],
)
def test_its_own_review_steps_run_in_its_own_order(bureau: Sixian, level: str, steps: list[list[str]]) -> None:
    assert approve(bureau, in_review(bureau, level)) == steps


def test_the_whole_way_from_a_post_to_a_closed_case(bureau: Sixian) -> None:
    case = answered(bureau)
    assert case.state == "answered"
    assert Publication.objects.get(case=case).state == Publication.LIVE
    clock_row = Clock.objects.get(case=case, act="respond", stopped_at__isnull=False)
    assert clock_row.stopped_at is not None
    assert clock_row.stopped_at <= clock_row.due_at
    _office_has_read(case, bureau)
    handling.close(case, "预付卡没有备案，退出没有告知。", bureau.general)
    assert again(case).state == "closed"
    running = Clock.objects.filter(case=case, stopped_at__isnull=True, superseded_at__isnull=True)
    assert set(running.values_list("act", flat=True)) <= {"review"}
    assert verify().ok


def _office_has_read(case: Case, bureau: Sixian) -> None:
    """C10.7, C5.15, C8.9: the office has opened the case, and says why no other body has to be asked, and why its one
    page is enough.
    """
    excuse(again(case), "只涉及一家企业，已逐户告知，不再多渠道发布。", bureau.general)
    handling.see_reports(again(case), bureau.general)
    handling.exempt(again(case), "事情全在本局职责之内，不涉及其他单位。", bureau.general)


def test_a_grave_case_asks_for_the_decision_that_its_file_asks_for(bureau: Sixian) -> None:
    case = answered(bureau, "重大")
    with pytest.raises(Refused, match="持续回应"):
        handling.close(case, "预付卡没有备案。", bureau.general)
    handling.decide_sustained(case, False, "已全部登记，不再持续", bureau.director)
    _office_has_read(case, bureau)
    handling.close(again(case), "预付卡没有备案。", bureau.general)
    assert again(case).state == "closed"


def words_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return " ".join(html.unescape(response.content.decode()).split())


def foreign(page: str) -> list[str]:
    return [word for word in FOREIGN if word in page]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_public_pages_are_its_own(bureau: Sixian) -> None:
    case = answered(bureau)
    client = Client()
    for path in ("/", "/answers/", f"/answers/{case.number}/", "/ask/", "/status/", "/about/"):
        assert foreign(words_of(client, path)) == [], path
    assert "泗县商务局" in words_of(client, "/")
    assert DRAFT["title"] in words_of(client, f"/answers/{case.number}/")


def test_the_staff_pages_show_its_levels_and_posts(bureau: Sixian) -> None:
    round_ = in_review(bureau)
    case = round_.case
    clerk, admin = signed_in(bureau.clerk), signed_in(bureau.admin)
    paths = ["", "events/", f"events/{case.event.number}/", "suspects/", "cases/", f"cases/{case.number}/",
             f"cases/{case.number}/draft/", "reviews/", "search/", "regulation/"]  # fmt: skip
    pages = {path: words_of(clerk, f"/desk/{path}") for path in paths}
    assert "较大" in pages[f"cases/{case.number}/"]
    assert "市场运行股" in pages[f"cases/{case.number}/"]
    assert "工作日" in pages["regulation/"]
    pages["people/"] = words_of(admin, "/desk/people/")
    assert "综合股股长" in pages["people/"]
    market = signed_in(bureau.market)
    pages["review"] = words_of(market, f"/desk/reviews/{round_.steps.order_by('position')[0].pk}/")
    assert "股室负责人" in pages["review"]
    general = signed_in(bureau.general)
    for path in ("ledger/", "overview/", "overview/2026-09/", "wall/", "coverage/", "start/", "drills/"):
        pages[path] = words_of(general, f"/desk/{path}")
    assert case.number in pages["overview/"]
    assert "特别重大" not in pages["overview/"]
    assert {path: found for path, page in pages.items() if (found := foreign(page))} == {}
