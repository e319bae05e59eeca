"""C10.5, scenario 6: the slip has every element the regulation asks for, filled or 「未掌握」 with why."""

import datetime as dt

import pytest
from hypothesis import given, settings, strategies as st

from cast import Cast
from huiying.engine.post import parse_post
from huiying.handling import slips
from huiying.handling.actions import routing
from huiying.handling.models import Case, CaseDepartment, SplitPost, TransferSlip
from huiying.judging.actions import deciding
from huiying.judging.models import Event, EventPost
from huiying.judging.pipeline import judge_pending
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.listening.actions import receive
from huiying.listening.models import Post
from huiying.people.errors import Refused
from huiying.people.queries import regulation_of
from huiying.work.models import Notice
from stories import CONSULTATION, OUTAGE, again, opened, routed

SEVEN = ("关联事件性质", "舆情影响程度", "出处", "发布时间", "传播路径", "跟帖情况", "网民观点")
WHY = "系统故障，由信息技术部主办"
DEPOSIT = "鞍山公共资源交易中心的投标保证金一个多月了还没退，打财务电话没人接。"
EXPERTS = "鞍山公共资源交易中心评标专家名单提前泄露，评委一进门就有人打招呼，谁来管管。"
FULL = {name: {"value": "已核对"} for name in SEVEN}


def send(cast: Cast, case: Case, elements: dict[str, dict[str, str]] | None = None, asked: str = "") -> TransferSlip:
    row = routing.route(case, cast.department("Z-XX"), [cast.department("WGC")], WHY, cast.duty, elements, asked)
    return TransferSlip.objects.get(assignment=row)


def hear_storm(cast: Cast) -> Case:
    """A first post, a copy of it on another platform by an outlet, and a comment."""
    rows = [
        {"native_id": "a", "platform": "本地论坛", "text": OUTAGE, "published_at": "2026-09-14T08:50:00+08:00",
         "metrics": {"reads": 12000, "comments": 240}, "url": "https://forum.example/1"},
        {"native_id": "b", "platform": "微博", "outlet": "鞍山日报", "text": OUTAGE + "转", "parent_id": "a",
         "published_at": "2026-09-14T09:30:00+08:00", "metrics": {"reposts": 260}},
    ]  # fmt: skip
    for row in rows:
        full = {"schema": "huiying.post/1", "channel_class": "论坛"} | row
        receive([parse_post(full)], how="import", actor=Actor.SYSTEM)
        while judge_pending().screened:
            pass
    from huiying.handling import actions

    event = Event.objects.get(members__post__native_id="a")
    case = actions.open_case(event, cast.duty)
    actions.confirm_level(case, "较大", cast.office, "经核对传播情况，确定级别。")
    return again(case)


def test_the_seven_elements_are_read_off_the_record_c10_5(cast: Cast) -> None:
    found = slips.elements_of(hear_storm(cast))
    assert tuple(found) == SEVEN
    assert all("value" in element for element in found.values())
    assert found["出处"]["value"] == "本地论坛，论坛，https://forum.example/1"
    assert found["发布时间"]["value"] == "首发 9月14日 08:50，最近 9月14日 09:30"
    assert "本地论坛（9月14日 08:50，1 条） → 鞍山日报（9月14日 09:30，1 条）" in found["传播路径"]["value"]
    assert "其中 1 条转自或重复已有来文" in found["传播路径"]["value"]
    assert "阅读 1.2万" in found["舆情影响程度"]["value"]
    assert "较大级（已由人确认）" in found["舆情影响程度"]["value"]
    assert found["跟帖情况"]["value"] == "评论 240 条（另有 1 条来文没有带评论数），文字相同或相近的 1 条"


def test_what_the_record_does_not_know_says_why(cast: Cast) -> None:
    found = slips.elements_of(opened(cast))
    assert found["出处"]["value"].endswith("来文没有带发布时间，按收到的先后算")
    assert found["发布时间"] == {"unknown": "来文没有带发布时间"}
    assert found["跟帖情况"] == {"unknown": "各来文都没有带评论数"}
    assert found["传播路径"] == {"value": "目前只有 1 条来文，未见转载"}
    assert all(len(element["unknown"]) >= slips.WHY_LEAST for element in found.values() if "unknown" in element)


def test_a_persons_word_on_the_concern_is_told_apart_from_the_machines(cast: Cast) -> None:
    case = opened(cast, text=CONSULTATION)
    assert "系统建议" in slips.elements_of(case)["关联事件性质"]["value"]
    deciding.set_concern(case.event, "投诉", cast.duty)
    assert slips.elements_of(again(case))["关联事件性质"]["value"].startswith("投诉（人工认定）")


def test_quotations_are_masked_and_none_is_shown_of_a_danger_to_life(cast: Cast) -> None:
    case = opened(cast, text=f"{OUTAGE}我叫王小明，电话13804120000")
    value = slips.elements_of(case)["网民观点"]["value"]
    assert "“" in value
    assert "13804120000" not in value
    Event.objects.filter(pk=case.event_id).update(life_safety=True)
    assert "“" not in slips.elements_of(again(case))["网民观点"]["value"]


def test_the_path_names_outlets_by_tier_and_says_what_is_only_inferred_c10_5(cast: Cast) -> None:
    case = hear_storm(cast)
    Post.objects.filter(native_id="b").update(outlet_tier=2)
    value = slips.elements_of(case)["传播路径"]["value"]
    assert value.endswith("市级媒体：鞍山日报")
    assert "（1 条为推断）" in value, (
        "the newspaper names a post of its own platform that never came in: a copy is left"
    )
    first = Post.objects.get(native_id="a")
    EventPost.objects.filter(post__native_id="b").update(parent=f"#{first.pk}", parent_evidence="明示：来源给出了编号")
    assert "推断" not in slips.elements_of(again(case))["传播路径"]["value"]


def test_a_post_that_names_one_which_never_came_in_says_so_c10_5(cast: Cast) -> None:
    case = opened(cast)
    EventPost.objects.update(parent="S-gone", parent_evidence="明示：来源给出了上一条的编号")
    assert "那一条没有收到" in slips.elements_of(case)["出处"]["value"]


def test_the_densest_hour_is_named_where_several_spoke_in_one_c10_5(cast: Cast) -> None:
    case = hear_storm(cast)
    assert "最集中的一小时" not in slips.elements_of(case)["发布时间"]["value"]
    hear_voices(case)
    assert "最集中的一小时从 9月14日 09:00 起（7 条）" in slips.elements_of(again(case))["发布时间"]["value"]


def hear_voices(case: Case) -> None:
    """Six people, who say two things, in the hour of the newspaper's post."""
    says = (
        "平台又登录不上，鞍山交易平台到底谁在维护", "这个平台到底谁在维护？鞍山交易平台登录不上",
        "鞍山交易平台登录不上没人管，谁在维护", "开标解密超时，鞍山交易中心赔不赔我们的损失",
        "损失谁来赔？鞍山交易中心解密超时了", "鞍山交易中心要赔解密超时造成的损失",
    )  # fmt: skip
    for number, text in enumerate(says):
        row = {
            "schema": "huiying.post/1", "native_id": f"v{number}", "platform": "本地论坛", "channel_class": "论坛",
            "kind": "comment", "parent_id": "a", "published_at": f"2026-09-14T09:4{number}:00+08:00",
            "text": f"{text}，电话1380412000{number}",
        }  # fmt: skip
        receive([parse_post(row)], how="import", actor=Actor.SYSTEM)
        while judge_pending().screened:
            pass


def test_views_of_enough_people_stand_in_groups_with_shares_and_masked_quotations_c10_5(cast: Cast) -> None:
    case = hear_storm(cast)
    few = slips.elements_of(case)["网民观点"]["value"]
    assert "网民发声不足 5 条，未归纳观点" in few
    hear_voices(case)
    value = slips.elements_of(again(case))["网民观点"]["value"]
    assert value.startswith("网民发声 7 条；")
    assert value.count("%") >= 2
    assert "13804120" not in value


def test_a_place_that_is_its_own_class_is_named_once(cast: Cast) -> None:
    case = opened(cast)
    Post.objects.update(platform="短视频", channel_class="短视频", url="https://video.example/1")
    assert slips.elements_of(case)["出处"]["value"].startswith("短视频，https://video.example/1；")


def test_another_bureaus_own_element_is_left_to_people_with_the_reason(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = opened(cast)
    regulation = regulation_of(case.regulation)
    monkeypatch.setattr(slips, "READERS", {name: slips.READERS[name] for name in ("出处",)})
    found = slips.elements_of(case)
    assert list(found) == list(regulation.transfer.required_fields)
    assert found["发布时间"] == {"unknown": "系统没有这一项的来源，请经办人写明"}
    assert "value" in found["出处"]


def test_a_split_case_describes_only_the_posts_it_took_along(cast: Cast) -> None:
    case = hear_storm(cast)
    taken = case.event.members.order_by("id").last()
    assert taken is not None
    Case.objects.filter(pk=case.pk).update(split_from=opened(cast, text=DEPOSIT))
    SplitPost.objects.create(case=case, post=taken.post)
    found = slips.elements_of(again(case))
    assert "来文 1 条" in found["舆情影响程度"]["value"]
    assert found["出处"]["value"].startswith("鞍山日报")


# --- issuing ---


def test_the_slip_is_issued_with_the_routing_and_numbered_without_gaps(cast: Cast) -> None:
    first = send(cast, opened(cast))
    assert (first.number, first.joint, first.issued_by) == ("转办〔2026〕1号", ["网络管理处"], "值班员小周")
    with pytest.raises(Refused):
        send(cast, opened(cast, text=EXPERTS), {"出处": {"value": ""}})
    second = send(cast, opened(cast, text=DEPOSIT))
    assert second.number == "转办〔2026〕2号"


def test_each_year_counts_from_one(cast: Cast, frozen: FrozenClock) -> None:
    send(cast, opened(cast))
    frozen.advance(dt.timedelta(days=130))
    case = opened(cast, text=EXPERTS)
    assert send(cast, case).number == "转办〔2027〕1号"


@pytest.mark.parametrize("blank", SEVEN)
def test_six_of_seven_elements_are_refused_scenario_6(cast: Cast, blank: str) -> None:
    case = opened(cast)
    before = LedgerEntry.objects.count()
    with pytest.raises(Refused) as refusal:
        send(cast, case, {name: element for name, element in FULL.items() if name != blank})
    assert refusal.value.code == "slip_incomplete"
    assert blank in refusal.value.sentence
    assert LedgerEntry.objects.count() == before
    assert not TransferSlip.objects.exists()
    assert again(case).state == "registered"


def test_not_known_with_a_reason_is_accepted_and_without_one_is_not_scenario_6(cast: Cast) -> None:
    case = opened(cast)
    with pytest.raises(Refused):
        send(cast, case, FULL | {"出处": {"unknown": "不知"}})
    slip = send(cast, case, FULL | {"出处": {"unknown": "转述而来，原帖已删"}})
    assert slip.elements["出处"] == {"unknown": "转述而来，原帖已删"}
    entry = LedgerEntry.objects.get(chain=f"case:{case.number}", kind="slip.issued")
    assert entry.data == {"number": slip.number, "complete": False, "filled": 6, "of": 7, "unknown": ["出处"]}


def test_an_element_that_the_regulation_does_not_ask_for_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        send(cast, opened(cast), FULL | {"发帖人": {"value": "某某"}})
    assert refusal.value.code == "unknown_element"


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(st.sampled_from(SEVEN), st.dictionaries(st.sampled_from(["value", "unknown"]), st.text(max_size=8)))
)
def test_whatever_is_typed_a_kept_slip_has_no_blank_element(given: dict[str, dict[str, str]]) -> None:
    try:
        kept = slips.check_elements(given, SEVEN)
    except Refused:
        return
    assert tuple(kept) == SEVEN
    for element in kept.values():
        ((kind, text),) = element.items()
        assert len(text.strip()) >= (slips.WHY_LEAST if kind == "unknown" else 1)


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=4, max_size=30).map(str.strip).filter(lambda text: len(text) >= 4))
def test_an_element_reads_back_as_it_was_written(text: str) -> None:
    element = {"value": text} if not text.startswith("未掌握") else slips.told(text)
    assert slips.told(slips.written(element)) == element


def test_the_slip_says_what_is_asked_and_by_when(cast: Cast) -> None:
    slip = send(cast, opened(cast))
    assert slip.requirements.startswith("9月14日 11:00 前签收")
    assert "9月14日 22:00 前报核实情况和处置意见" in slip.requirements
    assert "同步报局办公室" in slip.requirements
    assert slip.due_at == dt.datetime(2026, 9, 16, 2, 0, tzinfo=dt.UTC)
    other = opened(cast, text=EXPERTS)
    assert send(cast, other, FULL, "先停用旧证书。").requirements == "先停用旧证书。"


def test_deciding_a_return_issues_a_slip_of_its_own_and_the_first_one_stays(cast: Cast) -> None:
    case = routed(cast)
    routing.return_case(case, "本件属于工程交易场次安排，不属于系统运维。", cast.tech_head)
    with pytest.raises(Refused):
        routing.decide_return(
            again(case), cast.department("GCC"), "由工程处主办", cast.office, {"出处": {"value": "x"}}
        )
    assert again(case).returns.get().decided_at is None
    routing.decide_return(again(case), cast.department("GCC"), "由工程处主办", cast.office)
    found = list(again(case).slips.all())
    assert [slip.assignment.department.code for slip in found] == ["Z-XX", "GCC"]
    assert [slip.number for slip in found] == ["转办〔2026〕1号", "转办〔2026〕2号"]


def test_taking_a_routing_back_keeps_its_slip(cast: Cast) -> None:
    case = routed(cast)
    routing.undo_route(case, cast.duty)
    assert again(case).slips.count() == 1
    row = CaseDepartment.objects.get(case=case, slip__isnull=False)
    assert row.until is not None


def test_whoever_can_accept_hears_of_it_and_a_danger_to_life_is_not_named(cast: Cast) -> None:
    case = opened(cast)
    send(cast, case)
    told = Notice.objects.filter(key__startswith="routed:")
    assert {row.recipient for row in told} == {"tech_head", "tech_liaison"}
    assert all(case.title in row.title for row in told)
    other = opened(cast, text=EXPERTS)
    Event.objects.filter(pk=other.event_id).update(life_safety=True)
    send(cast, again(other))
    newest = Notice.objects.filter(recipient="tech_head").latest("id")
    assert other.title not in newest.title + newest.body
