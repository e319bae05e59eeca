"""C8.3, C12.1: the lead, a department that handles the matter, or a speaker whom a leader authorised; nobody else."""

import datetime as dt

import pytest

import stories
from cast import Cast
from forms_of import authorised, photo, speaker
from huiying.handling import actions as handling
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.actions import deactivate
from huiying.people.actions.registers import end_spokesperson
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.responding import actions, readiness
from huiying.responding.actions.speaking import authorise, revoke
from huiying.responding.forms_of_answer import still_authorised, voice_of, voices
from huiying.responding.models import Authorisation, Publication, Revision
from huiying.responding.queries import why_not_release
from huiying.responding.readiness import why_not_submit

BY_HAND = {"renditions": {**stories.DRAFT["renditions"], "weibo": "登录服务已恢复，两个标段顺延。"}}  # type: ignore[dict-item]
WHY = "发言内容还要再核实"


def spoken(cast: Cast, **changes: object) -> tuple[Case, Authorisation]:
    """Approved in the name of the authorised speaker."""
    case = stories.handled(cast)
    row = authorised(cast, case)
    told = stories.DRAFT | BY_HAND | {"speaker": row} | changes
    actions.save_revision(stories.again(case), actor=cast.editor, **told)  # type: ignore[arg-type]
    stories.approve(cast, actions.submit(stories.again(case), cast.editor))
    return stories.again(case), row


# --- whose voice ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("department", ["工程建设项目交易管理处", "某软件有限公司", ""])
def test_a_third_department_or_a_vendor_can_not_speak_c8_3(cast: Cast, department: str) -> None:
    revision = stories.drafted(cast)
    Revision.objects.filter(pk=revision.pk).update(department=department)
    revision.refresh_from_db()
    assert any("C8.3" in why for why in why_not_submit(revision.case, revision))
    with pytest.raises(Refused) as refusal:
        actions.submit(revision.case, cast.editor)
    assert refusal.value.code == "not_ready"


def test_a_vendor_can_not_make_the_holding_statement_either_c8_3(cast: Cast) -> None:
    """The first hours are no exception: the lead, or the office that coordinates."""
    case = stories.routed(cast)
    told = stories.DRAFT | {"track": Revision.HOLDING, "facts": ""}
    said = {name: actions.save_revision(case, actor=cast.duty, department=name, **told)  # type: ignore[arg-type]
            for name in ("某软件有限公司", "局办公室")}  # fmt: skip
    assert readiness.why_not_their_voice(case, said["某软件有限公司"])
    assert readiness.why_not_their_voice(case, said["局办公室"]) == []


def test_a_joint_department_speaks_only_after_it_has_worked_c8_3(cast: Cast) -> None:
    case = stories.accepted(cast)
    names = [one.department for one in voices(case)]
    assert names == ["交易中心信息技术部"]
    handling.find(case, "网络设备正常。", "与网络无关", "没有影响", cast.network_head)
    assert "网络管理处" in [one.department for one in voices(case)]
    assert voice_of(case, "department:网络管理处").authorisation is None
    with pytest.raises(Refused) as refusal:
        voice_of(case, "department:工程建设项目交易管理处")
    assert refusal.value.code == "no_voice"


def test_the_lead_may_speak_without_anybodys_authorisation(cast: Cast) -> None:
    revision = stories.drafted(cast)
    assert readiness.why_not_their_voice(revision.case, revision) == []


# --- authorisation ----------------------------------------------------------------------------------------------------


def test_only_a_leader_authorises_c12_1(cast: Cast) -> None:
    case, entry = stories.handled(cast), speaker(cast)
    for actor in (cast.office, cast.duty, cast.editor, cast.tech_head, cast.inspector, cast.admin):
        with pytest.raises(Refused) as refusal:
            authorise(case, entry, "就登录故障发言", actor)
        assert refusal.value.code == "not_permitted"
    row = authorise(case, entry, "就登录故障发言", cast.top)
    assert (row.by, row.speaker_name, row.at) == ("局长", "办公室副主任", clock.now())
    last = LedgerEntry.objects.get(kind="speaker.authorised")
    assert last.chain == f"case:{case.number}"


def test_a_leader_does_not_authorise_himself_c12_1(cast: Cast) -> None:
    case, own = stories.handled(cast), speaker(cast, cast.deputy)
    with pytest.raises(Refused) as refusal:
        authorise(case, own, "就登录故障发言", cast.deputy)
    assert refusal.value.code == "own_authorisation"
    assert authorise(case, own, "就登录故障发言", cast.top).speaker_name == "分管副局长"


def test_somebody_who_is_not_in_the_register_is_not_authorised_c12_1(cast: Cast, frozen: FrozenClock) -> None:
    case, entry = stories.handled(cast), speaker(cast)
    frozen.advance(dt.timedelta(minutes=1))
    end_spokesperson(entry, cast.office)
    with pytest.raises(Refused) as refusal:
        authorise(case, entry, "就登录故障发言", cast.deputy)
    assert refusal.value.code == "not_in_the_register"
    assert not Authorisation.objects.exists()


def test_an_authorisation_names_its_statement_and_an_open_case(cast: Cast) -> None:
    case, entry = stories.handled(cast), speaker(cast)
    with pytest.raises(Refused) as refusal:
        authorise(case, entry, "说", cast.deputy)
    assert refusal.value.code == "too_short"
    Case.objects.filter(pk=case.pk).update(state="closed")
    with pytest.raises(Refused) as refusal:
        authorise(case, entry, "就登录故障发言", cast.deputy)
    assert refusal.value.code == "not_in_this_state"


def test_the_speakers_voice_stands_beside_those_of_the_departments(cast: Cast) -> None:
    case = stories.handled(cast)
    row = authorised(cast, case)
    found = {one.key: one for one in voices(case)}
    assert found[f"speaker:{row.pk}"].authorisation == row
    assert "办公室副主任" in found[f"speaker:{row.pk}"].name
    revoke(row, WHY, cast.deputy)
    assert f"speaker:{row.pk}" not in {one.key for one in voices(case)}


# --- a statement without a valid authorisation is impossible ----------------------------------------------------------


def test_an_authorisation_for_another_case_lets_nobody_speak_here_c12_1(cast: Cast) -> None:
    other = stories.opened(cast, text=stories.RUMOUR)
    row = authorised(cast, other)
    revision = stories.drafted(cast, speaker=row)
    with pytest.raises(Refused) as refusal:
        actions.submit(revision.case, cast.editor)
    assert "C12.1" in refusal.value.sentence


def test_a_revoked_authorisation_sends_no_draft_to_review_c12_1(cast: Cast) -> None:
    case = stories.handled(cast)
    row = authorised(cast, case)
    actions.save_revision(case, actor=cast.editor, speaker=row, **stories.DRAFT)  # type: ignore[arg-type]
    revoke(row, WHY, cast.top)
    with pytest.raises(Refused) as refusal:
        actions.submit(stories.again(case), cast.editor)
    assert "C12.1" in refusal.value.sentence


def test_revoked_after_the_approval_nothing_is_released_c12_1(cast: Cast) -> None:
    case, row = spoken(cast)
    assert why_not_release(case, case.revisions.last()) == []
    revoke(row, WHY, cast.deputy)
    with pytest.raises(Refused) as refusal:
        actions.release(case, ["portal"], cast.office)
    assert "C12.1" in refusal.value.sentence
    assert not Publication.objects.exists()


def test_revoked_between_release_and_posting_the_post_does_not_count_c12_1(cast: Cast) -> None:
    case, row = spoken(cast)
    actions.release(case, ["weibo"], cast.office)
    post = Publication.objects.get()
    revoke(row, WHY, cast.deputy)
    post.refresh_from_db()
    assert (post.state, "C12.1" in post.error) == (Publication.FAILED, True)
    with pytest.raises(Refused):
        actions.record_post(post, "https://weibo.example/1", photo(), cast.editor)
    assert stories.again(case).answered_at is None
    assert LedgerEntry.objects.get(kind="speaker.revoked").data["stopped"] == 1  # type: ignore[index]


@pytest.mark.parametrize("how", ["ended", "left"])
def test_a_speaker_who_left_the_register_after_the_release_is_not_posted_c12_1(
    cast: Cast, frozen: FrozenClock, how: str
) -> None:
    """The register's end reaches the post even where nobody revoked anything."""
    case, row = spoken(cast)
    actions.release(case, ["weibo", "portal"], cast.office)
    frozen.advance(dt.timedelta(minutes=1))
    if how == "ended":
        end_spokesperson(row.speaker, cast.office)
    else:
        deactivate(User.objects.get(pk=row.speaker.user_id), cast.admin)
    stories.do_what_is_due()
    by_hand, portal = Publication.objects.get(target="weibo"), Publication.objects.get(target="portal")
    assert portal.state == Publication.FAILED
    with pytest.raises(Refused) as refusal:
        actions.record_post(by_hand, "https://weibo.example/1", photo(), cast.editor)
    assert refusal.value.code == "form_incomplete"
    assert stories.again(case).answered_at is None


def test_what_was_public_before_the_revocation_stays(cast: Cast) -> None:
    case, row = spoken(cast)
    actions.release(case, ["portal"], cast.office)
    stories.do_what_is_due()
    revoke(row, WHY, cast.deputy)
    assert Publication.objects.get().state == Publication.LIVE
    assert stories.again(case).answered_at is not None


def test_authorised_anew_the_text_is_reviewed_anew_c12_1(cast: Cast) -> None:
    """The speaker is part of what was approved: another authorisation is another manifest."""
    case, row = spoken(cast)
    before = case.revisions.last()
    revoke(row, WHY, cast.deputy)
    fresh = authorised(cast, case)
    told = stories.DRAFT | BY_HAND | {"speaker": fresh}
    made = actions.save_revision(stories.again(case), actor=cast.editor, **told)  # type: ignore[arg-type]
    assert before is not None
    assert made.manifest_sha256 != before.manifest_sha256
    assert stories.again(case).state == "handling"


def test_a_revocation_is_a_leaders_with_a_reason_and_once(cast: Cast) -> None:
    case = stories.handled(cast)
    row = authorised(cast, case)
    for actor, why, code in (
        (cast.office, WHY, "not_permitted"),
        (cast.deputy, "不", "too_short"),
        (cast.top, WHY, ""),
        (cast.top, WHY, "already_revoked"),
    ):
        if not code:
            revoke(row, why, actor)
            continue
        with pytest.raises(Refused) as refusal:
            revoke(row, why, actor)
        assert refusal.value.code == code
    row.refresh_from_db()
    assert (row.revoked_by, row.revoked_why) == ("局长", WHY)


def test_a_newer_authorisation_of_the_same_speaker_covers_a_form_of_answer(cast: Cast) -> None:
    case = stories.handled(cast)
    first = authorised(cast, case)
    revoke(first, WHY, cast.deputy)
    first.refresh_from_db()
    assert not still_authorised(first)
    authorised(cast, case)
    assert still_authorised(first)
    assert not still_authorised(None)
