"""新闻稿 (C11.5): drafted, reviewed by others on this exact text, published to accounts of ours, corrected openly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling.actions.base import require_text
from huiying.handling.actions.liaison import yearly_number
from huiying.kernel import clock as time
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.permissions import require
from huiying.people.queries import regulation_now
from huiying.people.standing import actor_of
from huiying.people.versions import department_name, join_names
from huiying.responding import bound, releasing, steps
from huiying.responding.actions.publishing import open_targets, place_of, recorded_if_altered, send_off
from huiying.responding.actions.reviewing import Opinion, decide, require_open, require_turn
from huiying.responding.bound import normalised, press_manifest
from huiying.responding.models import PressRelease, PressStep, PressVersion, Publication
from huiying.responding.models.releasing import SERIES
from huiying.responding.steps import Planned
from huiying.responding.targets import STILL_HERE, call_back, check_targets, place_written
from huiying.work import notify


@transaction.atomic
def save_press(
    release: PressRelease | None,
    *,
    title: str,
    facts: str,
    renditions: Mapping[str, str],
    basis: str,
    department: Department,
    actor: User,
    planned_at: dt.datetime | None = None,
    correction_note: str = "",
) -> PressVersion:
    """Save the text. The same manifest changes nothing; another one is another version and voids the review.

    What is public stays there: a new text of it is a correction with a note that everybody reads (C11.1).
    """
    _may_write(actor, department)
    title = require_text(title, 2, _("标题"))[:200]
    wanted = {code: normalised(text) for code, text in renditions.items() if text.strip()}
    _check_accounts(wanted)
    if not department.is_active:
        raise Refused(
            _("“%(name)s”不在现行职责清单中。") % {"name": department_name(department.name)}, code="not_listed"
        )
    release = _begun(title, department, actor) if release is None else _to_write(release, actor)
    if release.state == PressRelease.DROPPED:
        raise Refused(_("这份新闻稿已经撤销，不能再改。请另起一份。"), code="dropped")
    public = releasing.public_of(release)
    latest = releasing.current_version(release)
    facts, basis, note = normalised(facts), basis.strip(), normalised(correction_note) if public else ""
    if latest is not None and public is not None and not note and latest.corrects_id == public.pk:
        note = latest.correction_note  # the correction that is being written: its note stands until another is given
    bound = (public.pk if public else None, note)
    if latest is not None and public is not None and public.press_id == latest.pk:
        bound = (latest.corrects_id, latest.correction_note)  # compared as it is public: 保存 alone corrects nothing
    _plan(release, planned_at, actor)
    if latest is not None and latest.manifest_sha256 == press_manifest(
        title, facts, wanted, basis, department.code, *bound
    ):
        return latest
    if public is not None and len(note) < 4:
        raise Refused(
            _("已经公开的新闻稿只能更正，不能悄悄改：请写更正说明，读者会看到（C11.1）。"), code="correction_note"
        )
    if latest is not None:
        _void(release, latest, actor, "文稿有改动，须重新送审")
    sha = press_manifest(title, facts, wanted, basis, department.code, public.pk if public else None, note)
    version = PressVersion.objects.create(
        release=release,
        number=latest.number + 1 if latest else 1,
        title=title,
        facts=facts,
        renditions=wanted,
        basis=basis,
        manifest_sha256=sha,
        corrects=public,
        correction_note=note,
        drafter=actor.name,
        drafter_user=actor.pk,
        at=time.now(),
    )
    release.title, release.department, release.state = title, department, PressRelease.DRAFT
    release.save(update_fields=["title", "department", "state"])
    record(
        releasing.chain_of(release),
        "press.saved",
        {
            "press": release.number,
            "revision": version.number,
            "manifest": sha,
            "title": title,
            "department": department.name,
            "corrects": public.pk if public else None,
            "note": version.correction_note,
        },
        actor_of(actor),
        rows=[release, version],
    )
    return version


def _may_write(actor: User, department: Department) -> None:
    """The office and the editors write for every department, a department for itself (C8.3)."""
    require(actor, "press.draft", department)


def _to_write(release: PressRelease, actor: User) -> PressRelease:
    found = _locked(release)
    _may_write(actor, found.department)
    return found


def _check_accounts(wanted: Mapping[str, str]) -> None:
    """A press release goes to accounts of ours; a form of answer belongs to a case (C8.7)."""
    known = check_targets(wanted)
    forms = [known[code].name for code in wanted if known[code].platform is None]
    if forms:
        raise Refused(
            _("新闻稿只发到本单位的账号；%(names)s请在办件上办理。") % {"names": join_names(forms)},
            code="not_an_account",
        )


def _begun(title: str, department: Department, actor: User) -> PressRelease:
    return PressRelease.objects.create(
        number=yearly_number("press", SERIES),
        title=title,
        department=department,
        made_by=actor.name,
        made_at=time.now(),
    )


def _locked(release: PressRelease) -> PressRelease:
    return PressRelease.objects.select_for_update(of=("self",)).select_related("department").get(pk=release.pk)


def _plan(release: PressRelease, planned_at: dt.datetime | None, actor: User) -> None:
    """When it is meant to be out stands on the calendar; it is no part of the text and voids nothing."""
    if planned_at == release.planned_at:
        return
    if release.published_at is not None:
        raise Refused(_("已经公开的新闻稿不再改计划时间。"), code="already_public")
    release.planned_at = planned_at
    release.save(update_fields=["planned_at"])
    record(
        releasing.chain_of(release),
        "press.planned",
        {"press": release.number, "planned_at": planned_at.isoformat() if planned_at else ""},
        actor_of(actor),
        rows=[release],
    )


def _void(release: PressRelease, latest: PressVersion, actor: User, why: str) -> None:
    """The decisions were about another text; what was released and is not out yet never goes out."""
    waiting = Publication.objects.filter(press__release=release, state__in=STILL_HERE)
    rows = waiting.select_related("press__release", "platform")
    call_back(rows, "文稿有改动，原审定作废，这一条不再发布。", actor_of(actor))
    if release.state not in (PressRelease.REVIEWING, PressRelease.APPROVED):
        return
    latest.voided_at = time.now()
    latest.save(update_fields=["voided_at"])
    record(
        releasing.chain_of(release),
        "press.voided",
        {"press": release.number, "revision": latest.number, "manifest": latest.manifest_sha256, "why": why},
        actor_of(actor),
        rows=[latest],
    )


@transaction.atomic
def submit_press(release: PressRelease, actor: User) -> PressVersion:
    """送审: the steps of the regulation, 保密审查 and 个人信息审查 among them (C8.2)."""
    release = _to_write(release, actor)
    version = releasing.current_version(release)
    why = releasing.why_not_submit(version)
    if release.state != PressRelease.DRAFT:
        why = [_("这份新闻稿不在起草状态，不能送审。")]
    if why or version is None:
        raise Refused(" ".join(why), code="not_ready")
    check_targets(version.renditions)
    _check_says_what_changed(release, version)
    if version.steps.exists():
        raise Refused(_("这一稿已经退回：请按意见修改后再送审。"), code="sent_back")
    regulation = regulation_now()
    groups = steps.with_checks(regulation, [[Planned(role) for role in group] for group in regulation.press_steps])
    if missing := steps.nobody_for(groups, regulation, version.lead_code(), version.drafter_user, time.now()):
        raise Refused(
            _("没有人能做这几步审核：%(steps)s。请系统管理员任命，起草人不能审自己的稿。") % {"steps": missing},
            code="nobody_reviews",
        )
    now = time.now()
    until = now + regulation.workflow.press_within.elapsed
    if release.planned_at is not None and now < release.planned_at < until:
        until = release.planned_at
    made = version.begin(groups, until, now)
    _move(release, PressRelease.REVIEWING)
    record(
        releasing.chain_of(release),
        "press.submitted",
        {
            "press": release.number,
            "revision": version.number,
            "manifest": version.manifest_sha256,
            "steps": [[step.role for step in group] for group in groups],
        },
        actor_of(actor),
        rows=[release, *made],
    )
    _tell_turn(version)
    return version


def _check_says_what_changed(release: PressRelease, version: PressVersion) -> None:
    """An earlier text became public after this one was written: it is a correction now, and says so (C11.1)."""
    public = releasing.public_of(release)
    if public is not None and public.press_id != version.pk and version.corrects_id is None:
        raise Refused(_("前一稿已经公开：请写更正说明，保存后再送审，读者会看到（C11.1）。"), code="correction_note")


def _move(release: PressRelease, state: str) -> None:
    release.state = state
    release.save(update_fields=["state"])


def _tell_turn(version: PressVersion) -> None:
    """Whoever decides the next steps is told, each by the address of the step."""
    release = version.release
    for step in version.open_steps():
        names = [user.username for user in step.deciders(time.now())]
        words = f"{release.number} {version.title} 待您审核"
        notify.send(
            words[:120], words, names, "warning", key=f"press-step:{step.pk}", url=f"/desk/press/steps/{step.pk}/"
        )


@transaction.atomic
def decide_press(
    step: PressStep,
    *,
    approve: bool,
    comment: str,
    manifest_sha256: str,
    actor: User,
    secrecy: bool = False,
    personal_data: bool = False,
) -> PressStep:
    """Approve, or send back with a reason: on the text that the reviewer saw, never by its drafter (INV-4)."""
    release = _locked(step.version.release)
    step = PressStep.objects.select_related("version").get(pk=step.pk)
    version = step.version
    version.release = release
    opinion = Opinion(approve, comment, manifest_sha256, secrecy, personal_data)
    require_open(step, is_open=release.state == PressRelease.REVIEWING and version.voided_at is None)
    bound.check_press(version)
    require_turn(step, version, opinion, version.manifest_sha256, actor)
    decide(step, opinion, actor)
    step.save()
    if not approve:
        _move(release, PressRelease.DRAFT)
    record(
        releasing.chain_of(release),
        "press.decided",
        {
            "press": release.number,
            "revision": version.number,
            "role": step.role,
            "decision": step.decision,
            "manifest": manifest_sha256,
            "checks": step.checks if approve else [],
            "comment": step.comment,
        },
        actor_of(actor),
        rows=[step, release],
    )
    _after(release, version, step, actor)
    return step


def _after(release: PressRelease, version: PressVersion, step: PressStep, actor: User) -> None:
    if step.decision == "rejected":
        drafter = User.objects.filter(pk=version.drafter_user).values_list("username", flat=True)
        words = f"{release.number} {version.title} 被退回：{step.comment}"
        notify.send(words[:120], words, drafter, key=f"press-back:{step.pk}", url=f"/desk/press/{release.pk}/")
        return
    if version.steps.filter(decision="").exists():
        version.begin_turn(time.now())
        _tell_turn(version)
        return
    version.approved_at = time.now()
    version.save(update_fields=["approved_at"])
    _move(release, PressRelease.APPROVED)
    record(
        releasing.chain_of(release),
        "press.approved",
        {"press": release.number, "revision": version.number, "manifest": version.manifest_sha256},
        actor_of(actor),
        rows=[release, version],
    )


def publish_press(release: PressRelease, codes: Sequence[str], actor: User) -> list[Publication]:
    """发布: for each account one publication of exactly what was approved. Publishing twice gives the same rows."""
    with recorded_if_altered(releasing.chain_of(release), actor):
        return _publish_press(release, codes, actor)


@transaction.atomic
def _publish_press(release: PressRelease, codes: Sequence[str], actor: User) -> list[Publication]:
    release = _locked(release)
    require(actor, "press.publish")
    version = releasing.current_version(release)
    why = releasing.why_not_publish(version)
    if why or version is None or release.state not in (PressRelease.APPROVED, PressRelease.PUBLISHED):
        raise Refused(" ".join(why) or _("现在的文稿还没有审定。"), code="not_ready")
    version.release = release
    bound.check_press(version)
    _check_says_what_changed(release, version)
    if not codes or any(code not in version.renditions for code in codes):
        raise Refused(_("请选择已有文稿的账号。"), code="channel_without_text")
    last = version.steps.order_by("-position", "-decided_at", "-id").first()
    assert last is not None
    assert last.decided_user is not None
    made = []
    for target in open_targets(codes):
        row, created = Publication.objects.get_or_create(
            idempotency_key=f"press:{version.pk}:{target.code}",
            defaults={
                "press": version,
                "stage": releasing.stage_of(version),
                "title": version.title,
                "text": version.renditions[target.code],
                "manifest_sha256": version.manifest_sha256,
                "approved_sha256": last.decided_sha256,
                "drafter_user": version.drafter_user,
                "approver_user": last.decided_user,
                "released_by": actor.name,
                "released_at": time.now(),
                **place_of(target),
            },
        )
        made.append(row)
        if created:
            record(
                releasing.chain_of(release),
                "release.made",
                {
                    "channel": row.channel,
                    "target": row.target,
                    "place": place_written(row),
                    "family": target.family,
                    "stage": row.stage,
                    "manifest": row.manifest_sha256,
                    "revision": version.number,
                },
                actor_of(actor),
                rows=[row],
            )
            send_off(row)
    return made


@transaction.atomic
def drop_press(release: PressRelease, reason: str, actor: User) -> PressRelease:
    """撤销, with a reason, before anything of it is public. What is public is corrected instead; nothing vanishes."""
    release = _to_write(release, actor)
    if release.state == PressRelease.DROPPED:
        raise Refused(_("这份新闻稿已经撤销。"), code="dropped")
    public = (Publication.LIVE, Publication.TO_VERIFY, Publication.SENDING)
    if Publication.objects.filter(press__release=release, state__in=public).exists():
        raise Refused(
            _("已经公开或正在公开，不能撤销：要改请更正，原文和更正说明都留在公开页上（C11.1）。"),
            code="already_public",
        )
    why = require_text(reason, 4, _("理由"))[:300]
    version = releasing.current_version(release)
    if version is not None:
        _void(release, version, actor, why)
    release.dropped_why = why
    release.state = PressRelease.DROPPED
    release.save(update_fields=["dropped_why", "state"])
    told = {"press": release.number, "reason": why}
    record(releasing.chain_of(release), "press.dropped", told, actor_of(actor), rows=[release])
    return release
