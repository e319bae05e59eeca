"""INV-8: weeks of judging through the verbs differ in nothing; each lie beside them in the tables is found by name."""

from __future__ import annotations

import datetime as dt

import pytest

from cast import Cast
from huiying.engine.screen_model import Lesson
from huiying.judging import actions, alarming, learning, learning_nightly, tasks, warnings
from huiying.judging.actions import sampling, sharing, watching
from huiying.judging.actions.watching import Draft
from huiying.judging.models import (
    Alarm,
    ConcernSample,
    Event,
    Screening,
    SharePackage,
    UrgentCall,
    WatchHit,
    WatchProposal,
)
from huiying.kernel import clock
from huiying.ledger.comparing import differences
from huiying.listening.models import Post
from huiying.work import outbox
from planting import every_lie_is_found, tables_of
from stories import story
from stream_of import COMPLAINT, LIFE, OTHER, PRAISE, RUMOUR, bring, event_from

DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
UNSURE = "围标了，评标结果有猫腻，保证金不退"
WHY = "经核实传播范围和影响程度与初判不同，提议按实际情况调整级别。"
BODY = {
    "group": "工程", "name": "唱双簧", "expression": "唱双簧 AND ($BID OR 采购)", "sensitivity": 4, "lead": "JDC",
}  # fmt: skip
TABLES = tables_of("judging")
BY_COLUMN = [table for table in TABLES if table != "judging_screening"]


@story
def weeks_of_judging(cast: Cast) -> Event:
    _suspects(cast)
    complaint = event_from(COMPLAINT)
    _decided(cast, complaint)
    _grouped(cast, complaint)
    _dismissed(cast)
    _warned(cast)
    _shared(cast, complaint)
    _rules(cast)
    _weeks(cast)
    return Event.objects.get(pk=complaint.pk)


def _suspects(cast: Cast) -> None:
    bring(*(f"今天午饭吃了面，第{n}碗" for n in range(5)))
    bring(LIFE, own_channel=True)
    outbox.run_due("test")
    call = UrgentCall.objects.get()
    tasks.call_on(clock.now() + 5 * MINUTE, 10)
    actions.acknowledge_urgent(call, "10:05 已拨打 110，并电话报告带班领导", cast.duty)
    bring(UNSURE, region="")
    row = Screening.objects.get(post__text=UNSURE)
    actions.clear_suspect(row, "hit", cast.duty)
    actions.undo_clear(row, cast.duty)
    actions.clear_suspect(row, "hit", cast.duty)
    bring(f"{UNSURE}，谁管", region="", start=7)
    for other in Screening.objects.filter(band=Screening.SUSPECT, cleared=""):
        actions.clear_suspect(other, "out", cast.duty)


def _decided(cast: Cast, event: Event) -> None:
    actions.set_concern(event, "投诉", cast.duty)
    rumour = event_from(RUMOUR)
    for agree in (False, True):
        said = actions.set_concern(rumour, "谣言", cast.duty, "中心要撤销", "编办文件没有此事")
        actions.second_concern(said, agree, cast.office)
    actions.decide_level(rumour, "L2", cast.deputy, WHY)
    for agree in (False, True):
        actions.second_lower(actions.propose_lower(rumour, "L1", WHY, cast.duty), agree, cast.deputy)
    actions.read_attitude(event, 3, 40, cast.duty)
    actions.set_offline_risk(event, 1, cast.duty)
    actions.regrade_event(event)


def _grouped(cast: Cast, event: Event) -> None:
    other = event_from(OTHER)
    actions.merge_events(other, event, cast.duty)
    actions.unmerge(Event.objects.get(pk=other.pk), cast.duty)
    actions.keep_apart(event, event_from("鞍山公共资源交易中心停车难，办事要绕三圈"), "两件不同的事", cast.duty)
    bring(f"{COMPLAINT}，第三次打电话了", start=50)
    post = event.members.order_by("-pk")[0].post_id if event.members.count() > 1 else None
    if post is not None:
        actions.split_event(event, [post], "说的是另一件事", cast.duty)


def _dismissed(cast: Cast) -> None:
    event = event_from(PRAISE)
    for agree in (False, True):
        actions.propose_dismissal(event, "not_a_matter", "只是对窗口的赞扬，没有可核实的事情", cast.duty)
        actions.second_dismissal(event, agree, cast.office)


def _warned(cast: Cast) -> None:
    one = event_from("鞍山招标评审专家收红包，中标的全是一家")
    two = event_from("鞍山交易平台的证书又过期，全市开不了标")
    warnings.climb(one.warnings.latest("id"), clock.now())
    actions.acknowledge_warning(one.warnings.latest("id"), cast.duty)
    warnings.cancel(two.warnings.latest("id"), "同一事项已由别的事件预警", cast.duty)
    alarming.set_budget(2.0, cast.office)
    alarming._raise(one, "watch", alarming.RUSH, (20, 1.0, 0.5), clock.now())
    alarming._raise(one, "alert", alarming.RUSH, (60, 2.0, 1.0), clock.now())
    one.save()
    alarming.judge_alarm(Alarm.objects.latest("id"), Alarm.FALSE, cast.office)
    alarming.settle_quiet(clock.now() + 2 * DAY)


def _shared(cast: Cast, event: Event) -> None:
    package, token = sharing.share(event, "市委宣传部", "核对口径用", cast.duty)
    sharing.open_package(token)
    sharing.open_package(token)
    sharing.reply(token, "王科长", "已阅，没有意见")
    sharing.revoke_share(SharePackage.objects.get(pk=package.pk), cast.duty)


def _rules(cast: Cast) -> None:
    def proposed(rule: str) -> WatchProposal:
        return watching.propose([Draft(rule, "add", BODY)], "近来都这样说，现有规则听不见", cast.duty)

    watching.agree(proposed("B001"), cast.office)
    watching.refuse(
        watching.propose([Draft("B001", "remove")], "近来都这样说，现有规则听不见", cast.duty), "不行", cast.office
    )
    watching.withdraw(watching.propose([Draft("B001", "remove")], "近来都这样说，现有规则听不见", cast.duty), cast.duty)
    watching.review_silent("B001", "还要听一阵", cast.duty)
    post = Post.objects.get(pk=WatchHit.objects.values_list("post", flat=True)[0])
    for relevant in (True, False):
        watching.judge_hit(post, relevant, cast.duty)


def _weeks(cast: Cast) -> None:
    sampling.draw_concerns(clock.now())
    sampling.rate_concern(ConcernSample.objects.all()[0], "投诉", cast.duty)
    with clock.use(clock.FrozenClock(clock.now() + 8 * DAY)):
        sampling.draw_week(sampling.week_before(clock.now()))
        learning_nightly.train("concern")
        learning.withdraw_adjustment(learning.learn_adjustment(), cast.office)  # type: ignore[arg-type]
        alarming.follow_feedback()


@pytest.fixture
def told(staff: Cast, monkeypatch: pytest.MonkeyPatch) -> Event:
    monkeypatch.setattr(learning, "lesson", lambda rows, _now: Lesson({"": 0.5}, len(rows), 30, 0.7, 0.6))
    return weeks_of_judging(staff)


def test_what_the_verbs_wrote_is_what_they_told(told: Event) -> None:
    assert [(one.kept.table, one.pk, one.column, one.what) for one in differences(TABLES)] == []


@pytest.mark.parametrize("table", BY_COLUMN)
def test_each_lie_in_a_table_of_judging_is_found(table: str, told: Event) -> None:
    every_lie_is_found(table)


def found() -> list[tuple[str, str, str]]:
    return [(one.pk, one.column, one.what) for one in differences({"judging_screening"})]


def test_a_screening_that_somebody_spoke_of_is_compared_as_a_whole(told: Event) -> None:
    row = Screening.objects.filter(cleared="hit")[0]
    for change in ({"life_safety": True}, {"band": "out"}, {"cleared_by": "别人"}, {"cleared": "out"}):
        Screening.objects.filter(pk=row.pk).update(**change)
        assert found() == [(str(row.pk), "*", "changed")]
        row.save()
    assert found() == []


@pytest.mark.parametrize("change", [{"life_safety": True}, {"band": "hit"}, {"cleared": "out"}, {"cleared_by": "某人"}])
def test_a_post_that_was_put_aside_has_no_entry_and_yet_no_lie_stands_there(
    change: dict[str, object], told: Event
) -> None:
    row = Screening.objects.filter(band=Screening.OUT, cleared="")[0]
    Screening.objects.filter(pk=row.pk).update(**change)
    assert found() == [(str(row.pk), "*", "changed")]


def test_a_life_that_is_hushed_is_found(told: Event) -> None:
    row = Screening.objects.get(life_safety=True)
    Screening.objects.filter(pk=row.pk).update(life_safety=False)
    assert found() == [(str(row.pk), "*", "changed")]
