"""§2.1, C8.7: a press-conference deadline is met by a press conference with evidence, and by nothing else."""

from django.core.files.uploadedfile import SimpleUploadedFile

from cast import Cast
from forms_of import held
from huiying.handling import actions as handling
from huiying.handling.models import Case
from huiying.handling.queries import effective
from huiying.responding import actions
from huiying.responding.models import Publication
from stories import DRAFT, again, approve, do_what_is_due, submitted

TEXTS = {"renditions": {**DRAFT["renditions"], "press_conference": "今天下午三时举行新闻发布会，通报情况。"}}  # type: ignore[dict-item]


def ready(cast: Cast) -> Case:
    round_ = submitted(cast, "重大", **TEXTS)
    handling.set_emergency(round_.case, "重大", cast.duty)
    approve(cast, round_)
    return again(round_.case)


def test_an_answer_on_the_portal_leaves_the_press_conference_due(cast: Cast) -> None:
    case = ready(cast)
    actions.release(case, ["portal"], cast.office)
    do_what_is_due()
    assert effective(case, "respond") is None
    assert effective(case, "press_conference") is not None


def test_a_conference_with_checked_evidence_meets_every_layer_of_the_duty(cast: Cast) -> None:
    case = ready(cast)
    (row,) = actions.release(case, ["press_conference"], cast.office)
    assert row.state == Publication.TO_DO
    held(cast, case)
    photo = SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + b"0" * 32)
    row = actions.record_post(row, "https://example.org/live/1", photo, cast.editor)
    assert effective(case, "press_conference") is not None
    actions.verify_post(row, True, "", cast.office)
    assert effective(case, "press_conference") is None
    assert effective(case, "respond") is None
    assert not case.clocks.filter(act="press_conference", stopped_at__isnull=True, superseded_at__isnull=True).exists()
