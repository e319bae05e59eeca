"""C9.2, C9.4, C9.6 on the pages: signing in for oneself, what hangs on one person in red, rules that were read."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cast import Cast
from huiying.overseeing.models import HouseRule, RuleVersion, SkillEntry, Training, TrainingSeat, TrainingSession

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def scheduled(cast: Cast, client: Client) -> TrainingSession:
    client.force_login(cast.office)
    plan = {"title": "三季度培训", "goal": "会研判会回应", "sessions_planned": 2}
    assert client.post("/desk/training/do/plan/", plan).status_code == 302
    session = {
        "title": "怎样写第一份回应", "abilities": ["回应引导能力"], "starts_at": "2026-09-15T10:00", "place": "三楼",
        "trainer": "办公室主任", "people": [cast.duty.pk, cast.editor.pk], "material": "先说事实。",
        "questions": "较大级多少小时内回应\n24\n*48\n72\n\n谁来签字审定\n*领导\n自己",
    }  # fmt: skip
    address = f"/desk/training/{Training.objects.get().pk}/do/schedule/"
    wrong = session | {"questions": "较大级多少小时内回应\n24\n48"}
    assert client.post(address, wrong).status_code == 422
    assert client.post(address, session).status_code == 302
    return TrainingSession.objects.get()


def test_a_session_from_its_plan_to_its_quiz_c9_6(cast: Cast, client: Client, frozen) -> None:
    session = scheduled(cast, client)
    base = f"/desk/training/sessions/{session.pk}/"
    assert client.post(f"{base}do/open/").status_code == 409  # a day too early
    frozen.advance(DAY)
    assert client.post(f"{base}do/open/").status_code == 302
    session.refresh_from_db()
    assert session.code in client.get(base).content.decode()
    client.force_login(cast.duty)
    text = client.get(base).content.decode()
    assert session.code not in text, "the code is in the room, not on everybody's page"
    assert client.post(f"{base}check-in/", {"code": "x"}).status_code == 409
    assert client.post(f"{base}check-in/", {}).status_code == 422
    assert client.post(f"{base}check-in/", {"code": session.code, "user": cast.editor.pk}).status_code == 302
    assert list(TrainingSeat.objects.filter(checked_in_at__isnull=False).values_list("user", flat=True)) == [
        cast.duty.pk
    ]
    assert client.post(f"{base}quiz/", {"q0": "1"}).status_code == 422
    assert client.post(f"{base}quiz/", {"q0": "1", "q1": "1"}).status_code == 302
    assert "测验答对 1 题，共 2 题" in client.get(base).content.decode()
    assert client.post(f"{base}quiz/", {"q0": "1", "q1": "0"}).status_code == 409
    client.force_login(cast.office)
    assert client.post(f"{base}do/close/").status_code == 302
    text = client.get("/desk/training/").content.decode()
    assert "已办 1 次" in text
    assert text.count("还没有练过") == 2


def test_the_roster_shows_in_red_what_hangs_on_one_person_c9_4(cast: Cast, client: Client) -> None:
    client.force_login(cast.office)
    skill = {"who": cast.editor.pk, "skill": "短视频", "since": "2026-01-01"}
    assert client.post("/desk/skills/do/record/", skill).status_code == 302
    text = client.get("/desk/skills/").content.decode()
    part = text[text.index("短视频") :]
    assert "没有后备" in part
    assert client.post("/desk/skills/do/record/", skill | {"backup": cast.duty.pk}).status_code == 302
    text = client.get("/desk/skills/").content.decode()
    assert "没有后备" not in text[text.index('<th scope="row" lang="zh-Hans">短视频') :]
    entry = SkillEntry.objects.get(until__isnull=True)
    assert client.post("/desk/skills/do/end/", {"entry": entry.pk, "reason": "调走了"}).status_code == 302
    assert "名册还空着" in client.get("/desk/skills/").content.decode()


def test_every_role_stands_on_the_page_with_what_it_lacks_c9_4(cast: Cast, client: Client) -> None:
    client.force_login(cast.duty)
    text = client.get("/desk/skills/").content.decode()
    row = text[text.index("发言人") :]
    assert "空缺" in row[: row.index("</tr>")]


def test_a_rule_is_signed_read_and_shows_who_has_not_c9_2(cast: Cast, client: Client) -> None:
    client.force_login(cast.office)
    rule = {"title": "值班制度", "text": "第一条 二十四小时有人值班。", "effective_from": "2026-09-14"}
    assert client.post("/desk/rules/do/draft/", rule).status_code == 422
    assert client.post("/desk/rules/do/draft/", rule | {"expires_on": "2027-09-14"}).status_code == 302
    row = HouseRule.objects.get()
    assert 'class="overdue"' in client.get("/desk/rules/").content.decode()
    base = f"/desk/rules/{row.pk}/do/"
    sha = RuleVersion.objects.get().sha256
    assert client.post(f"{base}sign/", {"sha256": sha}).status_code == 409  # nobody signs their own
    client.force_login(cast.deputy)
    assert client.post(f"{base}sign/", {"sha256": sha}).status_code == 302
    client.force_login(cast.duty)
    assert "等您阅读" in client.get("/desk/rules/").content.decode()
    assert client.post(f"{base}read/").status_code == 302
    text = client.get(f"/desk/rules/{row.pk}/").content.decode()
    assert "1 人读过" in text
    assert cast.editor.name in text[text.index("还没有读的") :]
    assert client.post(f"{base}end/", {"reason": "不用了，合并"}).status_code == 409


def test_pages_ask_at_most_twelve_queries(cast: Cast, client: Client, frozen) -> None:
    session = scheduled(cast, client)
    rule = {"title": "值班制度", "text": "第一条 二十四小时有人值班。", "effective_from": "2026-09-14",
            "expires_on": "2027-09-14"}  # fmt: skip
    client.post("/desk/rules/do/draft/", rule)
    pages = ("training/", f"training/{session.training_id}/", f"training/sessions/{session.pk}/", "skills/", "rules/",
             f"rules/{HouseRule.objects.get().pk}/")  # fmt: skip
    for page in pages:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/desk/{page}").status_code == 200
        assert len(asked) <= 12, "\n".join([page, *(query["sql"][:120] for query in asked)])


def test_an_outsider_is_not_even_told_that_it_is_there(cast: Cast, client: Client) -> None:
    client.force_login(cast.admin)
    for page in ("training/", "skills/", "rules/", "training/1/", "rules/1/"):
        assert client.get(f"/desk/{page}").status_code == 404
