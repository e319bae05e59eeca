"""From an approved manifest to a public act with evidence （八）."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from huiying.handling import actions as handling, clocks
from huiying.handling.actions.feedback import answered_again, tell_automatically
from huiying.handling.actions.work import PUBLISHED, report_node
from huiying.handling.models import Case
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, record, vouch
from huiying.people.actions.registers import web_address
from huiying.people.errors import Altered, Refused
from huiying.people.models import Platform, User
from huiying.people.permissions import require
from huiying.people.queries import regulation_now, regulation_of
from huiying.people.standing import actor_of
from huiying.people.versions import join_names
from huiying.responding import bound, evidence, following, forms_of_answer
from huiying.responding.channels.base import Outcome
from huiying.responding.channels.registry import CHANNELS
from huiying.responding.models import Evidence, PressRelease, PressVersion, Publication, Revision
from huiying.responding.queries import approved_round, current_revision, why_not_release, why_stale
from huiying.responding.targets import Target, call_back, chain_of, place_written, target_names, targets
from huiying.work.outbox import enqueue


@contextmanager
def recorded_if_altered(chain: str, actor: User | Actor) -> Iterator[None]:
    """A refusal undoes what the verb did; that a text was changed behind the verbs stays in the ledger all the same."""
    try:
        yield
    except Altered as altered:
        note_altered(chain, altered, actor if isinstance(actor, Actor) else actor_of(actor))
        raise


def note_altered(chain: str, altered: Altered, actor: Actor, rows: Sequence[Publication] = ()) -> None:
    with transaction.atomic():
        record(chain, "release.altered", {"what": altered.what}, actor, rows)


def release(case: Case, codes: Sequence[str], actor: User, track: str = Revision.ANSWER) -> list[Publication]:
    """发布: for each target one publication of exactly what was approved. Releasing twice gives the same rows."""
    with recorded_if_altered(f"case:{case.number}", actor):
        return _release(case, codes, actor, track)


@transaction.atomic
def _release(case: Case, codes: Sequence[str], actor: User, track: str) -> list[Publication]:
    case = handling.locked(case)
    require(actor, "release.publish", case)
    revision = current_revision(case, track)
    if (stale := why_stale(case, revision)) and revision is not None and approved_round(case, revision) is not None:
        raise Refused(stale, code="stale_facts")
    why = why_not_release(case, revision)
    if why or revision is None:
        raise Refused(" ".join(why), code="not_ready")
    round_ = approved_round(case, revision)
    assert round_ is not None
    bound.check_revision(revision, round_)
    missing = [code for code in codes if code not in revision.renditions]
    if not codes or missing:
        raise Refused(_("请选择已有文稿的渠道。"), code="channel_without_text")
    last = round_.steps.order_by("-position", "-id").first()
    assert last is not None
    assert last.decided_user is not None
    made = []
    for target in open_targets(codes):
        row, created = Publication.objects.get_or_create(
            idempotency_key=f"{case.number}:{round_.pk}:{target.code}",
            defaults={
                "case": case,
                "revision": revision,
                "stage": revision.stage,
                "title": revision.title,
                "text": revision.renditions[target.code],
                "manifest_sha256": revision.manifest_sha256,
                "approved_sha256": round_.manifest_sha256,
                "drafter_user": revision.drafter_user,
                "approver_user": last.decided_user,
                "released_by": actor.name,
                "released_at": time.now(),
                **place_of(target),
            },
        )
        made.append(row)
        if created:
            record(
                f"case:{case.number}",
                "release.made",
                {
                    "channel": row.channel,
                    "target": row.target,
                    "place": place_written(row),
                    "family": target.family,
                    "stage": row.stage,
                    "manifest": revision.manifest_sha256,
                    "revision": revision.number,
                },
                actor_of(actor),
                rows=[row],
            )
            send_off(row)
    return made


def open_targets(codes: Iterable[str]) -> list[Target]:
    """The targets of these codes, each once. An account that was closed since the approval is refused (INV-11)."""
    known = targets()
    wanted = list(dict.fromkeys(codes))
    gone = [code for code in wanted if code not in known]
    if gone:
        names = join_names(target_names(gone).values())
        raise Refused(_("这些账号已经停用，不能发布：%(names)s。") % {"names": names}, code="unknown_channel")
    return [known[code] for code in wanted]


def place_of(target: Target) -> dict[str, Any]:
    """What a publication keeps of its target."""
    return {
        "target": target.code,
        "platform": target.platform,
        "channel": target.channel.kind,
        "state": target.channel.first_state,
    }


def send_off(row: Publication) -> None:
    """Hand a fresh publication to the outbox: in this house at once, to another host step by step (habit 11)."""
    channel = CHANNELS[row.channel]
    if channel.publish is not None:
        enqueue("publish", {"publication": row.pk}, key=f"publish:{row.idempotency_key}")
    elif channel.send is not None:
        enqueue("publish_out", {"publication": row.pk}, key=f"publish:{row.idempotency_key}")


def acts_of(row: Publication) -> tuple[str, ...]:
    """The public duties that this act fulfils: its channel's and its stage's (C8.2, G4)."""
    if row.case is None:
        return ()
    stage = regulation_of(row.case.regulation).stage(row.stage)
    return tuple(act for act in CHANNELS[row.channel].acts if act in stage.acts)


def locked_publication(pk: int) -> Publication:
    """What it belongs to first, then the publication: the order of every verb. Facts do not change under a public act
    (C7.4).
    """
    case = Case.objects.filter(publications=pk).first()
    case = handling.locked(case) if case is not None else None
    if case is None:
        PressRelease.objects.select_for_update().get(versions__publications=pk)
    rows = Publication.objects.select_for_update(of=("self",))
    row = rows.select_related("revision", "evidence", "press__release", "platform").get(pk=pk)
    row.case = case
    return row


def went_live(row: Publication, proof: Evidence, url: str, actor: Actor) -> None:
    """The public act stands, with evidence: stop the clocks at the moment of its receipt (C8.5, INV-5)."""
    at = proof.received_at
    row.state, row.published_at, row.evidence, row.url, row.error = Publication.LIVE, at, proof, url, ""
    row.save()
    if row.platform_id is not None:
        newer = Platform.objects.filter(pk=row.platform_id).exclude(last_post_at__gt=at)
        newer.update(last_post_at=at)
    rows: list[Model] = [row, proof]
    if row.press is not None:
        rows.append(_press_live(row.press, row, at))
    record(chain_of(row), "release.live", _live_payload(row, proof, url, at), actor, rows=rows)
    if row.case is not None:
        _case_live(handling.locked(row.case), row, proof, url, actor)


def _live_payload(row: Publication, proof: Evidence, url: str, at: dt.datetime) -> dict[str, Any]:
    revision = row.revision
    return {
        "channel": row.channel,
        "target": row.target,
        "place": place_written(row),
        "family": row.platform.family if row.platform is not None else "",
        "stage": row.stage,
        "url": url,
        "evidence": proof.sha256,
        "at": at.isoformat(),
        "manifest": row.manifest_sha256,
        "corrects": revision.corrects_id if revision is not None else None,
        "facts": revision.fact_sheet if revision is not None else 0,
        "department": revision.department if revision is not None else "",
        "matches": row.matches,
    }


def _press_live(version: PressVersion, row: Publication, at: dt.datetime) -> PressRelease:
    release_ = version.release
    if release_.published_at is None or at < release_.published_at:
        release_.published_at = at
    if not release_.versions.filter(number__gt=version.number).exists():  # else a newer text is being written
        release_.state = PressRelease.PUBLISHED
    release_.save(update_fields=["published_at", "state"])
    return release_


def _case_live(case: Case, row: Publication, proof: Evidence, url: str, actor: Actor) -> None:
    for act in acts_of(row):
        clocks.stop(case, act, f"{row.target} {url} {proof.sha256}", actor, at=proof.received_at)
    report_node(case, PUBLISHED, f"{row.title}｜{row.target} {url}", actor)
    if row.stage == Revision.HOLDING:
        return  # it says that an answer comes, and is none (G4)
    if case.state == "approved":
        handling.move(case, "publish", actor, row.target)
    if row.stage == Revision.WITHDRAWAL:
        return
    if case.answered_at is None or proof.received_at < case.answered_at:
        case.answered_at = proof.received_at
        case.save(update_fields=["answered_at"])
        vouch(f"case:{case.number}", [case], "case.answered")
    following.begin(case, row)
    tell_automatically(case, ended=False, who=actor)
    answered_again(case, actor)


@transaction.atomic
def record_post(row: Publication, url: str, screenshot: UploadedFile[Any] | None, actor: User) -> Publication:
    """A person posted it by hand: address and screenshot. It waits for a second person, and its clocks with it."""
    require(actor, "release.publish", row)
    row = locked_publication(row.pk)
    if row.state not in (Publication.TO_DO, Publication.REJECTED):
        raise Refused(_("这一条已经登记过。"), code="already_recorded")
    url = web_address(url, most=1900)
    if not url:
        raise Refused(_("请填写发布后的网址，以 http:// 或 https:// 开头。"), code="url")
    if row.platform is not None and row.platform.closed_at is not None:
        raise Refused(_("这个账号已经停用，不能再往上发布（INV-11）。"), code="account_closed")
    if row.case is not None and (stale := why_stale(row.case, row.revision)):
        raise Refused(_("这一条已不能再发。%(why)s") % {"why": stale}, code="stale_facts")
    if missing := forms_of_answer.why_incomplete(row):
        raise Refused(" ".join(missing), code="form_incomplete")
    bound.check_publication(row)
    if screenshot is None:
        raise Refused(_("请上传截图：没有证据不算回应（C8.7）。"), code="no_evidence")
    form = forms_of_answer.link(row)
    proof = evidence.keep_upload(_subject(row), screenshot, url, actor.name)
    row.posted_by, row.posted_user = actor.name, actor.pk
    _wait_for_a_person(row, proof, url)
    record(
        chain_of(row),
        "release.posted",
        {"channel": row.channel, "target": row.target, "url": url, "evidence": proof.sha256},
        actor_of(actor),
        rows=[row, proof, *([form] if form is not None else [])],
    )
    return row


def _subject(row: Publication) -> Case | PressVersion:
    subject = row.case or row.press
    assert subject is not None
    return subject


def _wait_for_a_person(row: Publication, proof: Evidence, url: str) -> None:
    row.state, row.url, row.evidence, row.error = Publication.TO_VERIFY, url, proof, ""
    row.verified_by, row.verified_user, row.verified_at = "", None, None
    row.save()
    if row.case is not None:
        clocks.pause_for_check(row.case, acts_of(row), proof.received_at)


@transaction.atomic
def verify_post(row: Publication, ok: bool, comment: str, actor: User) -> Publication:
    """The second person: compared the public text with the approved one. Rejected, it never counted."""
    require(actor, "release.verify", row)
    row = locked_publication(row.pk)
    if row.state != Publication.TO_VERIFY or row.evidence is None:
        raise Refused(_("没有待核对的发布。"), code="nothing_to_verify")
    if row.posted_user == actor.pk:
        raise Refused(_("须由另一个人核对，不能自己核对自己发布的内容。"), code="second_person")
    if ok:
        bound.check_publication(row)
    row.verified_by, row.verified_user, row.verified_at = actor.name, actor.pk, time.now()
    if not ok:
        # What an account's own interface put out stands there and is corrected there; a hand posts again.
        row.state, row.error = Publication.REJECTED, handling.require_text(comment, 4, _("不符之处"))
    row.save()
    who = actor_of(actor)
    record(
        chain_of(row),
        "release.verified",
        {
            "channel": row.channel,
            "target": row.target,
            "ok": ok,
            "comment": comment,
            "evidence": row.evidence.sha256,
        },
        who,
        rows=[row],
    )
    if ok:
        went_live(row, row.evidence, row.url, who)
    if row.case is not None:
        clocks.resume_after_check(row.case, acts_of(row))
    return row


def publish(pk: int) -> None:
    """What the outbox does for a channel inside this house. Running twice publishes once."""
    row = locked_publication(pk)
    if row.state != Publication.QUEUED or _call_back_if_stale(row) or _call_back_if_silenced(row):
        return
    if _call_back_if_altered(row):
        return
    transport = CHANNELS[row.channel].publish
    assert transport is not None
    stands(row, transport(row))


def _call_back_if_stale(row: Publication) -> bool:
    """The facts were agreed anew (C7.4) or the account was closed (INV-11) before it left the house: it never does."""
    if row.platform is not None and row.platform.closed_at is not None:
        call_back([row], "账号已经停用，这一条不再发布（INV-11）。", Actor.SYSTEM)
        return True
    if row.case is None or not why_stale(row.case, row.revision):
        return False
    call_back([row], "口径在发布之前更新了，这一条不再发布，请按新口径重新送审（C7.4）。", Actor.SYSTEM)
    return True


def _call_back_if_silenced(row: Publication) -> bool:
    """Its speaker may not speak any more: it never leaves (C12.1)."""
    if not forms_of_answer.why_silenced(row.revision):
        return False
    call_back([row], "发言人的授权已经撤销或到期，这一条不再发布（C12.1）。", Actor.SYSTEM)
    return True


def _call_back_if_altered(row: Publication) -> bool:
    """The text was changed behind the verbs since it was approved: it never leaves, and the ledger says so (F10)."""
    try:
        bound.check_publication(row)
    except Altered as altered:
        row.state, row.error = Publication.FAILED, altered.sentence
        row.save(update_fields=["state", "error"])
        note_altered(chain_of(row), altered, Actor.SYSTEM, [row])
        return True
    return False


def stands(row: Publication, outcome: Outcome) -> None:
    """It is out, by a channel's own word. Compared with the approved text and the same, it counts from the receipt of
    the snapshot; where it could not be compared, or differs, a person looks first, as after a post by hand.
    """
    proof = evidence.keep(_subject(row), "snapshot", outcome.snapshot, outcome.media_type, outcome.url, "系统")
    row.matches, row.similarity = outcome.matches, outcome.similarity
    if outcome.matches:
        went_live(row, proof, outcome.url, Actor.SYSTEM)
        return
    row.posted_by, row.posted_user = "系统", None
    _wait_for_a_person(row, proof, outcome.url)
    record(
        chain_of(row),
        "release.to_compare",
        {
            "channel": row.channel,
            "target": row.target,
            "place": place_written(row),
            "url": outcome.url,
            "evidence": proof.sha256,
            "matches": outcome.matches,
            "similarity": outcome.similarity,
        },
        Actor.SYSTEM,
        rows=[row, proof],
    )


def overdue_verifications(now: dt.datetime) -> list[Publication]:
    """What waits for its second person longer than the regulation lets it."""
    rows = Publication.objects.filter(state=Publication.TO_VERIFY)
    waiting = rows.select_related("case", "press__release", "evidence")
    regulation = regulation_now()
    within = regulation.response.by_hand_checked_within
    return [
        row for row in waiting if row.evidence and regulation.work_calendar.add(row.evidence.received_at, within) < now
    ]


def subject_words(row: Publication) -> str:
    """「案件 2026…」 or the press release's number, for messages of the auditor."""
    if row.press is not None:
        return f"新闻稿 {row.press.release.number} "
    return f"案件 {row.case.number} " if row.case is not None else ""
