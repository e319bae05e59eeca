"""A small bureau with answers that were released, made row by row: these tests are about what the public sees."""

import datetime as dt
import itertools
from collections.abc import Iterator

import pytest
from django.db import transaction

from cast import Cast, bureau
from huiying.handling.models import Case, CaseDepartment
from huiying.judging.models import Event, EventPost
from huiying.kernel import clock
from huiying.ledger.actions import Actor, record
from huiying.listening.models import Message, Post
from huiying.people.models import Department, Platform, RegulationVersion
from huiying.portal import caching
from huiying.responding.models import Evidence, Publication, Revision

HOUR = dt.timedelta(hours=1)


class Desk:
    """What the staff did, as rows. Every act leaves a ledger entry, as the verbs do."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self._serial = itertools.count(1)

    def case(self, state: str = "registered", post: Post | None = None, life_safety: bool = False) -> Case:
        n, now = next(self._serial), clock.now()
        event = Event.objects.create(
            number=f"E{n:04d}", stream_no=n, title=f"事件{n}", opened_at=now, last_post_at=now, first_known_at=now,
            life_safety=life_safety,
        )  # fmt: skip
        if post is not None:
            EventPost.objects.create(event=event, post=post, stream_no=n, stood_at=now)
        made = Case.objects.create(
            number=f"C{n:04d}", event=event, title=f"内部标题{n}", state=state, level="L1", first_known_at=now,
            regulation=RegulationVersion.objects.get(), opened_at=now,
        )  # fmt: skip
        self.note(f"case:{made.number}")
        return made

    def lead(self, case: Case, code: str = "Z-XX") -> None:
        CaseDepartment.objects.create(
            case=case, department=Department.objects.get(code=code), role="lead", since=clock.now(), reason="职责清单"
        )

    def answer(
        self,
        case: Case | None = None,
        *,
        title: str = "电子投标文件上传失败怎么办",
        question: str = "有企业反映上传投标文件时提示失败。",
        text: str = "系统已于当晚修复。请重新登录后上传；仍有问题的，可到大厅窗口办理。",
        after: dt.timedelta = 6 * HOUR,
        corrects: Publication | None = None,
        note: str = "",
        life_safety: bool = False,
    ) -> Publication:
        case = case or self.case(life_safety=life_safety)
        at = case.first_known_at + after
        revision = Revision.objects.create(
            case=case, number=case.revisions.count() + 1, title=title, question=question, facts=text,
            renditions={"portal": text}, basis="《电子招标投标办法》第二十五条", manifest_sha256="a" * 64,
            drafter="起草人", drafter_user=1, department="交易中心信息技术部", corrects=corrects, correction_note=note,
            at=at,
        )  # fmt: skip
        proof = Evidence.objects.create(
            case=case, kind="snapshot", sha256="b" * 64, media_type="text/plain", size=1, received_at=at,
            received_by="系统",
        )  # fmt: skip
        made = Publication.objects.create(
            case=case, revision=revision, target="portal", platform=Platform.objects.get(code="portal"),
            channel="portal", title=title, text=text, state="live", manifest_sha256="a" * 64,
            approved_sha256="a" * 64, drafter_user=1, approver_user=2,
            idempotency_key=f"{case.number}:{revision.number}",
            released_by="发布人", released_at=at, published_at=at, url=f"/answers/{case.number}/", evidence=proof,
        )  # fmt: skip
        Case.objects.filter(pk=case.pk).update(state="answered", answered_at=case.answered_at or at)
        self.note(f"case:{case.number}", "release.live")
        return made

    def post_of(self, number: str) -> Post:
        return Message.objects.get(number=number).post

    def note(self, chain: str, kind: str = "case.opened") -> None:
        with transaction.atomic():
            record(chain, kind, {}, Actor.SYSTEM)


@pytest.fixture
def desk(db: None, frozen: clock.FrozenClock) -> Iterator[Desk]:
    caching.shelf.clear()
    yield Desk(bureau())
    caching.shelf.clear()
