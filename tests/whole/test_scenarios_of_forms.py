"""Acceptance scenario 17 (§8): a statutory complaint inside a post.

The reply contains the channel's notice; the ledger shows a separate statutory clock only after filing (§2.1-4, C3.1).
"""

import datetime as dt

import pytest

import stories
from cast import Cast
from huiying.handling import actions as handling, clocks
from huiying.handling.models import Case, Clock
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import verify
from huiying.people.errors import Refused
from huiying.responding import actions
from huiying.responding.actions.following import answer_filing, record_filing
from huiying.responding.models import Publication
from huiying.responding.readiness import notices

COMPLAINT = "鞍山公共资源交易平台登录不上，解密超时就废标，不答复我就要投诉到底，正式投诉书已经写好了！"
ROOT = "证书到期无人盯办，已列入月度检查"


def complained(cast: Cast) -> Case:
    """Heard, routed, accepted, found out and disposed."""
    case = handling.open_case(stories.hear(COMPLAINT), cast.duty)
    handling.confirm_level(case, "较大", cast.office, "经核对传播情况和影响范围，按实际影响程度确定级别为此级。")
    handling.route(case, cast.department("Z-XX"), [], "系统故障，由信息技术部主办", cast.duty)
    handling.accept(stories.again(case), cast.tech_head)
    found = handling.find(case, "登录服务中断七十分钟。", "证书到期未续。", "两个标段开标推迟。", cast.tech_liaison)
    handling.dispose(stories.again(case), found, "已续证书，开标顺延，逐一电话告知。", True, cast.tech_head)
    return stories.seen(cast, case)


def statutory_kinds(case: Case) -> list[str]:
    rows = LedgerEntry.objects.filter(chain=f"case:{case.number}").order_by("id")
    acts = [(row.kind, (row.data or {}).get("act", "")) for row in rows]
    return [kind for kind, act in acts if act == "statutory" or kind.startswith("statutory.")]


def drafted(cast: Cast, case: Case, *, pointing: bool) -> None:
    told = stories.DRAFT | {"statutory": ["complaint"] if pointing else []}
    actions.save_revision(stories.again(case), actor=cast.editor, **told)  # type: ignore[arg-type]


def answered(cast: Cast, case: Case) -> Case:
    drafted(cast, case, pointing=True)
    stories.approve(cast, actions.submit(stories.again(case), cast.editor))
    actions.release(stories.again(case), ["portal"], cast.office)
    stories.do_what_is_due()
    return stories.seen(cast, case)


def test_scenario_17_a_statutory_complaint_inside_a_post(cast: Cast, frozen: FrozenClock) -> None:
    case = complained(cast)

    # An answer that does not point to the procedure is not even reviewed.
    drafted(cast, case, pointing=False)
    with pytest.raises(Refused) as refusal:
        actions.submit(stories.again(case), cast.editor)
    assert "投诉" in refusal.value.sentence
    assert "C3.1" in refusal.value.sentence

    # With the notice it is, and it is published; no statutory clock has run so far.
    case = answered(cast, case)
    said = Publication.objects.get(case=case)
    assert said.revision is not None
    assert notices(said.revision.statutory, case) == ["对异议或质疑的答复不服的，请依法向有关行政监督部门书面投诉。"]
    assert statutory_kinds(case) == []
    assert not Clock.objects.filter(act="statutory").exists()

    # The person files: from that day on the second clock runs, and nothing that is said in public stops it.
    frozen.advance(dt.timedelta(days=1))
    filing = record_filing(case, "complaint", "投诉〔2026〕8号", clock.now(), cast.office)
    assert statutory_kinds(case) == ["clock.started", "statutory.filed"]
    row = Clock.objects.get(pk=filing.clock_id)
    assert row.started_at == filing.filed_at
    assert row.source == "招标投标法实施条例第六十、六十一条"
    assert row.due_at - row.started_at > dt.timedelta(days=40), "thirty working days"

    again = stories.DRAFT | {
        "facts": "登录服务中断七十分钟，已于当日恢复，两个标段均已开标。",
        "statutory": ["complaint"],
    }
    actions.save_revision(stories.again(case), actor=cast.editor, **again)  # type: ignore[arg-type]
    stories.approve(cast, actions.submit(stories.again(case), cast.editor))
    actions.release(stories.again(case), ["portal"], cast.office)
    stories.do_what_is_due()
    stories.seen(cast, case)
    handling.close(stories.effects_seen(cast, case), ROOT + "\n不需要源头整改：证书已列入月度检查", cast.office)
    row.refresh_from_db()
    assert (row.stopped_at, row.superseded_at) == (None, None)

    # Only the written answer of the procedure itself does.
    frozen.advance(dt.timedelta(days=20))
    answer_filing(filing, "投诉处理决定〔2026〕3号", cast.office)
    row.refresh_from_db()
    assert (row.stopped_at, row.stopped_by) == (clock.now(), "投诉处理决定〔2026〕3号")
    assert statutory_kinds(case) == ["clock.started", "statutory.filed", "clock.stopped", "statutory.answered"]
    assert verify().bad == []


def test_answering_a_statutory_complaint_instead_of_accepting_it_is_impossible_c3_1(cast: Cast) -> None:
    """Filed first, answered in public afterwards: the procedure waits for its own answer all the same."""
    case = complained(cast)
    filing = record_filing(case, "complaint", "投诉〔2026〕8号", clock.now(), cast.tech_liaison)
    case = answered(cast, case)
    assert case.answered_at is not None
    assert list(clocks.live(case).filter(is_legal=True).values_list("act", flat=True)) == ["statutory"]
    filing.refresh_from_db()
    assert filing.answered_at is None


@pytest.mark.parametrize(
    ("channel", "reference", "later", "code"),
    [
        ("complaint", "张某某的投诉", 0, "no_number"),
        ("complaint", "13812345678", 0, "no_person"),
        ("complaint", "", 0, "no_number"),
        ("complaint", "投诉〔2026〕8号", 1, "in_the_future"),
        ("unknown", "投诉〔2026〕8号", 0, "unknown_channel"),
    ],
)
def test_a_filing_has_a_number_no_name_and_a_day_that_has_been_c3_1(
    cast: Cast, channel: str, reference: str, later: int, code: str
) -> None:
    at = clock.now() + dt.timedelta(minutes=later)
    with pytest.raises(Refused) as refusal:
        record_filing(stories.routed(cast), channel, reference, at, cast.office)
    assert refusal.value.code == code
    assert not Clock.objects.filter(act="statutory").exists()


def test_a_filing_is_recorded_once_and_answered_once(cast: Cast) -> None:
    case = stories.routed(cast)
    filing = record_filing(case, "petition", " 信访〔2026〕31号 ", clock.now(), cast.office)
    other = stories.opened(cast, text=stories.RUMOUR)
    with pytest.raises(Refused) as refusal:
        record_filing(other, "petition", "信访〔2026〕31号", clock.now(), cast.office)
    assert refusal.value.code == "already_filed"
    with pytest.raises(Refused) as refusal:
        answer_filing(filing, "已答复", cast.office)
    assert refusal.value.code == "no_number"
    answer_filing(filing, "信访答复〔2026〕9号", cast.office)
    with pytest.raises(Refused) as refusal:
        answer_filing(filing, "信访答复〔2026〕10号", cast.office)
    assert refusal.value.code == "already_answered"


def test_the_case_or_the_office_records_a_filing_and_nobody_else(cast: Cast) -> None:
    case = stories.accepted(cast)
    for actor in (cast.duty, cast.editor, cast.inspector, cast.works_head, cast.deputy, cast.admin):
        with pytest.raises(Refused) as refusal:
            record_filing(case, "petition", "信访〔2026〕31号", clock.now(), actor)
        assert refusal.value.code == "not_permitted"
    record_filing(case, "petition", "信访〔2026〕31号", clock.now(), cast.tech_head)


@pytest.mark.parametrize(("state", "refused"), [("merged", True), ("voided", True), ("closed", False)])
def test_whoever_is_not_content_files_after_the_end_and_is_recorded_where_the_case_lives(
    cast: Cast, state: str, refused: bool
) -> None:
    case = stories.routed(cast)
    Case.objects.filter(pk=case.pk).update(state=state)
    if not refused:
        record_filing(case, "petition", "信访〔2026〕31号", clock.now(), cast.office)
        return
    with pytest.raises(Refused) as refusal:
        record_filing(case, "petition", "信访〔2026〕31号", clock.now(), cast.office)
    assert refusal.value.code == "not_in_this_state"
