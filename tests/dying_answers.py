"""The verbs of the answer that are killed between their steps (issue 3): each is done whole, once, or not at all."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

import stories
from acts_of_people import PNG
from cast import Cast
from dying import ENOUGH, Verb, entries
from huiying.handling import clocks
from huiying.handling.models import Case
from huiying.responding import actions as responding
from huiying.responding.models import BodyConfirmation, Publication, ReviewRound, ReviewStep

BODY: dict[str, Any] = {"bodies": ["财政局"]}


def _picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("s.png", PNG, "image/png")


def _last_step(cast: Cast) -> ReviewStep:
    """Only the deputy director's signature is missing."""
    round_ = stories.submitted(cast)
    while (steps := round_.open_steps())[0].role != "deputy_leader":
        for step in steps:
            _decide(cast, step)
    return steps[0]


def _decide(cast: Cast, step: ReviewStep) -> None:
    responding.decide_step(
        step,
        approve=True,
        comment="",
        manifest_sha256=step.round.manifest_sha256,
        secrecy=True,
        personal_data=True,
        actor=stories.reviewer(cast, step.role),
    )


def _approved_once(_cast: Cast, step: ReviewStep) -> None:
    case = stories.again(step.round.case)
    assert (case.state, entries("review.approved", case)) == ("approved", 1)
    assert ReviewRound.objects.get(pk=step.round_id).state == ReviewRound.APPROVED


def _to_do(cast: Cast) -> Publication:
    case = stories.approved(cast, renditions={"portal": "已恢复。", "weibo": "已恢复。"})
    (row,) = responding.release(case, ["weibo"], cast.office)
    return row


def _to_check(cast: Cast) -> Publication:
    return responding.record_post(_to_do(cast), "https://weibo.example/1", _picture(), cast.editor)


def _queued(cast: Cast) -> Publication:
    (row,) = responding.release(stories.approved(cast), ["portal"], cast.office)
    return row


def _live_once(_cast: Cast, row: Publication) -> None:
    row.refresh_from_db()
    assert (row.state, row.evidence is not None) == (Publication.LIVE, True)
    case = stories.again(Case.objects.get(pk=row.case_id))
    assert entries("release.live", case) == 1
    assert case.state == "answered"
    assert not clocks.live(case).filter(act="respond").exists()


def _posted_once(_cast: Cast, row: Publication) -> None:
    row.refresh_from_db()
    assert row.state == Publication.TO_VERIFY
    assert entries("release.posted", Case.objects.get(pk=row.case_id)) == 1


def _asked(cast: Cast) -> tuple[BodyConfirmation, str]:
    return responding.ask_confirmation(stories.approved(cast, **BODY), "财政局", "", cast.editor)


def _answered_once(_cast: Cast, asked: tuple[BodyConfirmation, str]) -> None:
    asked[0].refresh_from_db()
    assert asked[0].answer == "agree"
    assert entries("confirmation.answered", asked[0].case) == 1


def _overridden_once(_cast: Cast, asked: tuple[BodyConfirmation, str]) -> None:
    asked[0].refresh_from_db()
    assert asked[0].overridden_by
    assert entries("confirmation.overridden", asked[0].case) == 1


def _changed_once(_cast: Cast, case: Case) -> None:
    """The approval is void, the case is back with its writers, and nothing of the old text can go out."""
    case = stories.again(case)
    assert case.state == "handling"
    assert not case.rounds.filter(state__in=("open", "approved")).exists()
    assert case.revisions.count() == 2
    assert not case.publications.exclude(state=Publication.FAILED).exists()


def _change(cast: Cast, case: Case) -> None:
    told: dict[str, Any] = stories.DRAFT | {"basis": "《电子招标投标办法》第五十六条"}
    responding.save_revision(case, actor=cast.editor, **told)


VERBS = [
    Verb("decide_the_last_step", _last_step, _decide, _approved_once),
    Verb("change_an_approved_text", stories.approved, _change, _changed_once),
    Verb(
        "record_post",
        _to_do,
        lambda cast, row: responding.record_post(row, "https://weibo.example/1", _picture(), cast.editor),
        _posted_once,
    ),
    Verb("verify_post", _to_check, lambda cast, row: responding.verify_post(row, True, "", cast.office), _live_once),
    Verb("publish", _queued, lambda cast, row: responding.publish(row.pk), _live_once),
    Verb(
        "answer_confirmation",
        _asked,
        lambda cast, asked: responding.answer_confirmation(asked[1], "agree", "王主任", ""),
        _answered_once,
    ),
    Verb(
        "override_confirmation",
        _asked,
        lambda cast, asked: responding.override_confirmation(asked[0], ENOUGH, cast.deputy),
        _overridden_once,
    ),
]
