"""A model of the answer driven at random (issue 3): drafts, reviews, confirmations and publications by all roles.

Several cases that wait for their answer, everybody of the bureau, an account on another host that answers as it likes,
and the loop. After every step INV-4 and INV-5 are asked of the tables, and what the other host really received is
compared with what was approved: nothing twice, nothing that nobody approved, nothing anywhere but in the register.
"""

from __future__ import annotations

import datetime as dt
import os
import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models, transaction
from hypothesis import HealthCheck, Phase, seed, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

import stories
from acts_of_people import PNG
from cast import Cast
from huiying.handling import actions as handling, clocks
from huiying.handling.models import Case
from huiying.judging import engines
from huiying.kernel import clock, store
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import verify
from huiying.people.errors import Refused
from huiying.people.models import Platform, User
from huiying.responding import actions, sending
from huiying.responding.actions.drafting import hold_statement
from huiying.responding.channels.base import Failed, Later, Outcome, Pending, Sending
from huiying.responding.channels.registry import SENDING
from huiying.responding.evidence import path_of
from huiying.responding.models import BodyConfirmation, Publication, ReviewRound, ReviewStep, Revision
from huiying.responding.queries import current_revision, open_round
from huiying.work import schedule
from stories import CONSULTATION, DRAFT, again, do_what_is_due

WHY = "时限将到，事实清楚，先行回应并在事后补办确认手续。"


class OtherHost:
    """The other side: what it received, by key. It answers late, not at all, or for good with no."""

    def __init__(self) -> None:
        self.received: dict[str, str] = {}
        self.posts: Counter[str] = Counter()
        self.dice = random.Random(0)

    def send(self, asked: Sending) -> Outcome | Pending:
        mood = self.dice.random()
        if mood < 0.12:
            raise OSError("连接中断")
        if mood < 0.2:
            raise Later("对方正忙", sure=True)
        if mood < 0.25:
            raise Failed("对方拒绝：内容格式不对")
        if asked.key not in self.received:
            asked.remember({"handed_over": True})
            self.received[asked.key] = asked.publication.text
            self.posts[asked.key] += 1
            if mood < 0.4:
                raise TimeoutError("没有等到回复")  # it has it, and we do not know
        if mood < 0.5:
            return Pending(dt.timedelta(seconds=30))
        said = asked.publication.text if mood < 0.9 else "别的文字，与审定的不同，长短也不一样。"
        return Outcome(f"https://site.example/{asked.publication.pk}", said.encode(), "text/plain", said=said)


class Answering(RuleBasedStateMachine):
    cast: Cast
    frozen: FrozenClock
    host: OtherHost
    acts = 0
    done = 0
    lives = 0  # publications that went live, over all runs

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.began = clock.now()
        self.approved: dict[int, str] = {}
        self.entries = 0
        self.staff = [user for name, user in sorted(self.cast.people.items()) if name != "admin"]

    def teardown(self) -> None:
        Answering.lives += Publication.objects.filter(state=Publication.LIVE).count()
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)
        self.frozen.set(self.began)

    @initialize(seed=st.integers(0, 10**6))
    def two_cases_wait_for_their_answer(self, seed: int) -> None:
        engines.use_in_process()
        self.host.received.clear()
        self.host.posts.clear()
        self.host.dice = random.Random(seed)
        self._ready(stories.accepted(self.cast, "一般"))
        case = handling.open_case(stories.hear(CONSULTATION), self.cast.duty)
        handling.confirm_level(case, "L3", self.cast.deputy, WHY)
        handling.route(case, self.cast.department("Z-XX"), [self.cast.department("WGC")], "信息部主办", self.cast.duty)
        handling.accept(case, self.cast.tech_head)
        self._ready(again(case))

    def _ready(self, case: Case) -> None:
        finding = handling.find(case, "登录中断七十分钟。", "证书到期。", "两个标段推迟。", self.cast.tech_liaison)
        handling.dispose(case, finding, "已续证书，开标顺延。", True, self.cast.tech_head)

    def case(self, n: int) -> Case:
        rows = list(Case.objects.order_by("id"))
        return again(rows[n % len(rows)])

    def user(self, n: int) -> User:
        return self.staff[n % len(self.staff)]

    def attempt(self, act: Any) -> bool:
        """Done, or refused and then nothing is left behind."""
        Answering.acts += 1
        entries = LedgerEntry.objects.count()
        try:
            with transaction.atomic():
                act()
        except (Refused, LookupError, models.ObjectDoesNotExist, StopIteration):
            assert LedgerEntry.objects.count() == entries
            return False
        Answering.done += 1
        return True

    # --- what people do -----------------------------------------------------------------------------------------------

    @rule(n=st.integers(0, 1), who=st.integers(0, 30), seed=st.integers(0, 10**6))
    def somebody_writes(self, n: int, who: int, seed: int) -> None:
        dice, case = random.Random(seed), self.case(n)
        facts = dice.choice([DRAFT["facts"], DRAFT["facts"], "登录中断七十分钟，已与财政局核对。"])
        codes = dice.choice([("portal",), ("portal", "weibo"), ("portal", "weibo", "website"), ("portal", "mine")])
        text = dice.choice([f"{facts}已恢复。", f"{facts}请拨打【请填：电话】。", f"{facts}结果另行公布。"])
        live = Publication.objects.filter(case=case, state=Publication.LIVE).first()
        told: dict[str, Any] = DRAFT | {
            "facts": facts,
            "renditions": dict.fromkeys(codes, text),
            "basis": dice.choice(["《招标投标法实施条例》"] * 4 + [""]),
            "department": dice.choice([""] * 5 + ["工程建设交易管理处"]),
            "openness": dice.choice(["open"] * 5 + ["partly", "closed"]),
        }
        if live is not None and dice.random() < 0.5:
            stage = dice.choice(["correction", "withdrawal"])
            told |= {"stage": stage, "corrects": live, "correction_note": "时间有误，特此说明。"}
        self.attempt(lambda: actions.save_revision(case, actor=self.user(who), **told))

    @rule(n=st.integers(0, 1), who=st.integers(0, 30))
    def somebody_holds(self, n: int, who: int) -> None:
        self.attempt(lambda: hold_statement(self.case(n), self.user(who)))

    @rule(n=st.integers(0, 1))
    def the_editor_writes_well_and_submits(self, n: int) -> None:
        """So that walks reach the far rooms."""
        told: dict[str, Any] = DRAFT | {"renditions": dict.fromkeys(("portal", "weibo", "website"), "登录已恢复。")}
        case = self.case(n)
        if self.attempt(lambda: actions.save_revision(case, actor=self.cast.editor, **told)):
            self.attempt(lambda: actions.submit(again(case), self.cast.editor))

    @rule(n=st.integers(0, 1))
    def everybody_does_their_part(self, n: int) -> None:
        """The way an answer usually goes, as far as it goes now: written, reviewed, released, out."""
        self.the_editor_writes_well_and_submits(n)
        for _group in range(5):
            self.whoever_may_approves(n, False)
        case = self.case(n)
        revision = current_revision(case)
        if revision is not None:
            codes = [code for code in revision.renditions if code != "mine"]
            self.attempt(lambda: actions.release(case, codes, self.cast.office))
        do_what_is_due()

    @rule(n=st.integers(0, 1), who=st.integers(0, 30), holding=st.booleans(), back=st.booleans())
    def somebody_submits_or_takes_back(self, n: int, who: int, holding: bool, back: bool) -> None:
        track = Revision.HOLDING if holding else Revision.ANSWER
        verb = actions.withdraw if back else actions.submit
        self.attempt(lambda: verb(self.case(n), self.user(who), track))

    @rule(n=st.integers(0, 1), who=st.integers(0, 30), seed=st.integers(0, 10**6), holding=st.booleans())
    def somebody_decides_a_step(self, n: int, who: int, seed: int, holding: bool) -> None:
        dice = random.Random(seed)
        round_ = open_round(self.case(n), Revision.HOLDING if holding else Revision.ANSWER)
        if round_ is not None:
            step = dice.choice(round_.open_steps())
            self.attempt(lambda: self._decide(step, self.user(who), dice, careless=True))

    @rule(n=st.integers(0, 1), holding=st.booleans())
    def whoever_may_approves(self, n: int, holding: bool) -> None:
        case = self.case(n)
        round_ = open_round(case, Revision.HOLDING if holding else Revision.ANSWER)
        for step in round_.open_steps() if round_ is not None else []:
            who = next((user for user in self.staff if step.appointment_of(user)), None)
            if who is not None:
                self.attempt(lambda step=step, who=who: self._decide(step, who, random.Random(1), careless=False))

    def _decide(self, step: ReviewStep, who: User, dice: random.Random, *, careless: bool) -> None:
        actions.decide_step(
            step,
            approve=not careless or dice.random() < 0.7,
            comment="请补充事实。",
            manifest_sha256="0" * 64 if careless and dice.random() < 0.2 else step.round.manifest_sha256,
            secrecy=not careless or dice.random() < 0.7,
            personal_data=not careless or dice.random() < 0.7,
            actor=who,
        )

    @rule(n=st.integers(0, 1), who=st.integers(0, 30), seed=st.integers(0, 10**6))
    def another_body_is_asked(self, n: int, who: int, seed: int) -> None:
        dice, case, asking = random.Random(seed), self.case(n), self.user(who)

        def ask() -> None:
            _row, token = actions.ask_confirmation(case, "财政局", "", asking)
            for _time in range(dice.choice([0, 1, 2])):
                actions.answer_confirmation(token, dice.choice(["agree", "agree", "object"]), "王主任", "数字有出入")

        def told_by_phone() -> None:
            answer = dice.choice(["agree", "amend"])
            actions.record_confirmation(case, "财政局", answer, "王主任", "phone", "来电说明同意。", None, asking)

        def overridden() -> None:
            actions.override_confirmation(dice.choice(list(case.confirmations.all())), WHY, asking)

        self.attempt(dice.choice([ask, ask, told_by_phone, overridden]))

    @rule(n=st.integers(0, 1), who=st.integers(0, 30), seed=st.integers(0, 10**6), fitting=st.booleans())
    def somebody_releases(self, n: int, who: int, seed: int, fitting: bool) -> None:
        dice, case = random.Random(seed), self.case(n)
        user = self.cast.office if fitting else self.user(who)
        track = dice.choice([Revision.ANSWER] * 4 + [Revision.HOLDING])
        revision = current_revision(case, track)
        codes = [*(revision.renditions if revision is not None else ()), "portal"]
        chosen = dice.sample(codes, dice.randint(1, len(codes)))
        self.attempt(lambda: actions.release(case, [*chosen, *dice.choice([(), (), ("mine",)])], user, track))

    @rule(who=st.integers(0, 30), seed=st.integers(0, 10**6), ok=st.booleans())
    def somebody_posts_or_checks(self, who: int, seed: int, ok: bool) -> None:
        dice, user = random.Random(seed), self.user(who)
        rows = list(Publication.objects.filter(state__in=("to_do", "to_verify", "rejected", "live")))
        if not rows:
            return
        row = dice.choice(rows)
        picture = dice.choice([SimpleUploadedFile("a.png", PNG)] * 4 + [None])
        if row.state == Publication.TO_VERIFY:
            self.attempt(lambda: actions.verify_post(row, ok, "文字不一致", user))
        else:
            self.attempt(lambda: actions.record_post(row, "https://weibo.example/1", picture, user))

    @rule(seed=st.integers(0, 10**6))
    def an_account_is_closed_or_opened(self, seed: int) -> None:
        dice = random.Random(seed)
        row = Platform.objects.get(code=dice.choice(["weibo", "website"]))
        row.closed_at = None if row.closed_at else clock.now()
        row.save(update_fields=["closed_at"])

    @rule(minutes=st.sampled_from([1, 1, 5, 11, 60, 600, 1500]))
    def time_passes(self, minutes: int) -> None:
        self.frozen.advance(dt.timedelta(minutes=minutes))
        schedule.run_pollers()
        do_what_is_due()

    # --- what must hold after every step ------------------------------------------------------------------------------

    @invariant()
    def every_invariant_holds(self) -> None:
        for name in sorted(dir(self)):
            if name.startswith("holds_"):
                getattr(self, name)()

    def holds_inv_4_published_means_approved_by_others_with_both_checks_and_confirmations(self) -> None:
        for row in Publication.objects.exclude(state=Publication.FAILED).select_related("revision"):
            assert row.revision is not None
            steps = ReviewStep.objects.filter(
                round__manifest_sha256=row.manifest_sha256, round__state=ReviewRound.APPROVED, round__case=row.case_id
            )
            assert steps.exists(), row.state
            assert not steps.exclude(decision="approved").exists()
            assert not steps.exclude(decided_sha256=row.manifest_sha256).exists()
            assert row.revision.drafter_user not in set(steps.values_list("decided_user", flat=True))
            assert steps.filter(secrecy_checked=True).exists()
            assert steps.filter(personal_data_checked=True).exists()
            assert row.text == row.revision.renditions[row.target]
            for body in row.revision.bodies:
                asked = BodyConfirmation.objects.filter(body=body, manifest_sha256=row.manifest_sha256)
                assert any(one.answer == "agree" or one.overridden_at for one in asked)
            assert row.revision.basis, "C3.1"
            assert "【请填" not in row.text

    def holds_inv_5_live_means_evidence_that_is_there(self) -> None:
        for row in Publication.objects.filter(state=Publication.LIVE).select_related("evidence"):
            assert row.evidence is not None
            assert row.published_at is not None
            assert row.published_at == row.evidence.received_at <= clock.now()
            path = path_of(row.evidence.sha256)
            assert path.is_file()
            assert store.path_in(path.parents[1], row.evidence.sha256).name == path.name
            if row.posted_user is not None:
                assert row.verified_user not in (None, row.posted_user)

    def holds_inv_11_only_accounts_of_the_register(self) -> None:
        for row in Publication.objects.select_related("platform"):
            assert row.platform is not None
            assert row.platform.code == row.target
        assert set(self.host.received) <= set(
            Publication.objects.filter(channel="website").values_list("idempotency_key", flat=True)
        )

    def holds_nothing_goes_out_twice_and_only_as_approved(self) -> None:
        assert all(count == 1 for count in self.host.posts.values()), self.host.posts
        texts = dict(Publication.objects.values_list("idempotency_key", "text"))
        assert all(texts[key] == text for key, text in self.host.received.items())

    def holds_answered_means_a_live_answer_and_a_holding_word_is_none(self) -> None:
        for case in Case.objects.all():
            live = Publication.objects.filter(case=case, state=Publication.LIVE)
            answers = live.exclude(stage__in=(Revision.HOLDING, Revision.WITHDRAWAL))
            assert (case.answered_at is not None) == answers.exists()
            running = clocks.live(case).filter(act="respond", is_legal=True).exists()
            assert running == (case.answered_at is None), "C8.5: only an answer stops the clock"

    def holds_c8_3_only_who_leads_or_handles_speaks(self) -> None:
        for row in Publication.objects.select_related("revision"):
            assert row.revision is not None
            assert row.stage == Revision.HOLDING or row.revision.department == "交易中心信息技术部"

    def holds_c11_1_corrections_and_withdrawals_carry_their_note(self) -> None:
        for row in Publication.objects.filter(stage__in=("correction", "withdrawal")).select_related("revision"):
            assert row.revision is not None
            assert row.revision.corrects_id
            assert row.revision.correction_note

    def holds_one_open_round_a_track(self) -> None:
        rows = ReviewRound.objects.filter(state=ReviewRound.OPEN).values_list("case", "track")
        assert len(rows) == len(set(rows))
        for case in Case.objects.filter(state="reviewing"):
            assert open_round(case) is not None

    def holds_inv_8_the_ledger_only_grows_and_is_whole(self) -> None:
        count = LedgerEntry.objects.count()
        assert count >= self.entries
        if count > self.entries + 40:
            report = verify()
            assert report.ok, report.first_bad
            self.entries = count


@pytest.mark.django_db
def test_the_answer_holds_whatever_is_done_to_it(
    cast: Cast, frozen: FrozenClock, home: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of acts by all roles; run on SQLite, and the first of the same walks again on PostgreSQL."""
    enough, lives = (2000, 40) if connection.vendor == "sqlite" else (500, 10)
    host = OtherHost()
    monkeypatch.setitem(SENDING, "website", replace(SENDING["website"], send=host.send))
    monkeypatch.setattr(sending, "settings_for", lambda platform, channel: {"url": "https://site.example/"})
    monkeypatch.setattr(sending.speaking, "fetch", lambda url: None)
    Platform.objects.filter(code="website").update(channel="website")
    Answering.cast, Answering.frozen, Answering.host = cast, frozen, host
    Answering.acts = Answering.done = Answering.lives = 0
    for turn in range(int(os.environ.get("HUIYING_WALKS", "12"))):
        # How long a walk gets is the library's to say: one goes on until enough came about, the same ways each time.
        run_state_machine_as_test(
            seed(turn)(type(f"Answering{turn}", (Answering,), {})),
            settings=settings(
                max_examples=10,
                stateful_step_count=60,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.generate],
                report_multiple_bugs=False,
                database=None,
            ),
        )
        if "HUIYING_WALKS" not in os.environ and Answering.acts >= enough and Answering.lives >= lives:
            break
    assert Answering.acts >= enough, f"the machine hardly acted: {Answering.acts} times"
    assert Answering.done >= enough // 4, f"only {Answering.done} of {Answering.acts} acts came about"
    assert Answering.lives >= lives, f"only {Answering.lives} texts went live"
