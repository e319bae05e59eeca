"""A model of the casework driven at random: several cases, all roles, legal and illegal acts, time passing (issue 2).

After every step every invariant is asked of the tables, and the model's own memory — the earliest deadline that each
case ever had, the earliest knowledge, the breaches, the ledger — must still hold. What the bar offers must not be
refused for the person or the state; what it does not offer must be refused and leave nothing behind.
"""

from __future__ import annotations

import datetime as dt
import os
import random
from typing import Any, ClassVar

import pytest
from django.db import connection, models, transaction
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from acts_of_people import OFFERED, VERBS, carry_a_meeting_on, finish_a_task
from cast import Cast
from huiying.handling import actions as handling
from huiying.handling.models import (
    Breach,
    Case,
    CaseDepartment,
    Clock,
    ClueHandover,
    LiaisonExemption,
    Meeting,
    NodeReport,
    Return,
    StateChange,
    TransferSlip,
)
from huiying.handling.process import LIVE, PROCESS
from huiying.judging import engines
from huiying.judging.models import LevelDecision
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import verify
from huiying.people.errors import Refused
from huiying.responding.available_actions import main as case_actions
from huiying.responding.models import BodyConfirmation, Publication, ReviewStep, Revision
from huiying.work import schedule
from stories import CONSULTATION, OUTAGE, RUMOUR, again, do_what_is_due, hear

# A refusal for who asks or where the case stands. Any other refusal is about the words or the moment of the act.
OF_PERSON_OR_STATE = {"not_permitted", "not_in_this_state"}
Deadlines = dict[str, dt.datetime]


class Casework(RuleBasedStateMachine):
    """Three matters, everybody of the bureau, and the loop."""

    cast: Cast
    frozen: FrozenClock
    acts = 0  # over all runs: how many acts were tried, how many were done
    done = 0
    reached: ClassVar[set[str]] = set()  # states that some case stood in

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.began = clock.now()
        self.due: dict[str, Deadlines] = {}
        self.known: dict[str, dt.datetime] = {}
        self.breaches: dict[int, tuple[Any, ...]] = {}
        self.entries = self.looked = 0
        self.staff = [user for name, user in sorted(self.cast.people.items()) if name != "admin"]

    def teardown(self) -> None:
        assert verify().ok
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)
        self.frozen.set(self.began)

    @initialize(seed=st.integers(0, 10**6), first=st.integers(0, 14), second=st.integers(0, 14))
    def three_matters(self, seed: int, first: int, second: int) -> None:
        """One has only come in, two have come some way."""
        engines.use_in_process()  # an engine remembers; the tables of the run before are gone
        for text in (OUTAGE, RUMOUR, CONSULTATION):
            handling.open_case(hear(text), self.cast.duty)
        dice = random.Random(seed)
        for n, steps in ((0, first), (1, second)):
            for _step in range(steps):
                self.carry_on(n, dice)

    def case(self, n: int) -> Case:
        numbers = list(Case.objects.order_by("id").values_list("number", flat=True))
        return again(Case.objects.get(number=numbers[n % len(numbers)]))

    # --- what people and time do --------------------------------------------------------------------------------------

    @rule(n=st.integers(0, 5), who=st.integers(0, 30), seed=st.integers(0, 10**6))
    def somebody_does_what_is_offered(self, n: int, who: int, seed: int) -> None:
        """The bar of a person decides what is tried; it may be refused for its words, never for person or state."""
        dice = random.Random(seed)
        case, user = self.case(n), self.staff[who % len(self.staff)]
        may = [state.name for state in case_actions.actions_for(user, case) if state.allowed and state.name in OFFERED]
        if may:
            self.attempt(dice.choice(may), case, user, dice, offered=True)

    @rule(n=st.integers(0, 5), seed=st.integers(0, 10**6), steps=st.integers(1, 6))
    def whoever_may_carries_it_on(self, n: int, seed: int, steps: int) -> None:
        """So that walks reach the far rooms: some person who may do one of the usual next things does it."""
        dice = random.Random(seed)
        for _step in range(steps):
            self.carry_on(n, dice)

    def carry_on(self, n: int, dice: random.Random) -> None:
        case = self.case(n)
        if case.state == "reviewing":
            self.decide(case, dice, self.staff, "approve")
        elif case.state in ("answered", "declined"):
            handling.see_reports(case, self.cast.office)  # the office has its page open
        wanted = _next(again(case)) if dice.random() < 0.8 else ONWARD.get(case.state, ())
        case = again(case)
        models.prefetch_related_objects([case], "departments__department")  # read once, as the page does
        for user in dice.sample(self.staff, len(self.staff)):
            may = [state.name for state in case_actions.actions_for(user, case) if state.allowed]
            onward = [name for name in wanted if name in may]
            if onward:
                self.attempt(dice.choice(onward), again(case), user, dice, offered=True)
                break

    @rule(n=st.integers(0, 5), who=st.integers(0, 30), seed=st.integers(0, 10**6))
    def somebody_tries_what_is_not_offered(self, n: int, who: int, seed: int) -> None:
        dice = random.Random(seed)
        case, user = self.case(n), self.staff[who % len(self.staff)]
        may = {state.name for state in case_actions.actions_for(user, case) if state.allowed}
        self.attempt(dice.choice(sorted(set(OFFERED) - may)), case, user, dice, offered=False)

    @rule(n=st.integers(0, 5), who=st.integers(0, 30), seed=st.integers(0, 10**6), fitting=st.booleans())
    def a_review_step_is_decided(self, n: int, who: int, seed: int, fitting: bool) -> None:
        """By whoever tries, or by the people who may, in their order; the steps stand on pages of their own."""
        people = self.staff if fitting else [self.staff[who % len(self.staff)]]
        self.decide(self.case(n), random.Random(seed), people, "approve" if fitting else "review")

    def decide(self, case: Case, dice: random.Random, people: list[Any], verb: str) -> None:
        if case.state != "reviewing":
            return
        for user in people:
            type(self).acts += 1
            try:
                with transaction.atomic():
                    VERBS[verb](again(case), user, dice, self.cast)
                type(self).done += 1
            except (Refused, AssertionError, LookupError, StopIteration):
                continue

    @rule(n=st.integers(0, 5), who=st.integers(0, 30), seed=st.integers(0, 10**6), task=st.booleans())
    def a_task_or_a_meeting_goes_on(self, n: int, who: int, seed: int, task: bool) -> None:
        """On pages of their own, by whoever tries."""
        case, dice, entries = self.case(n), random.Random(seed), LedgerEntry.objects.count()
        type(self).acts += 1
        try:
            with transaction.atomic():
                act = finish_a_task if task else carry_a_meeting_on
                act(case, self.staff[who % len(self.staff)], dice, self.cast)
            type(self).done += 1
        except (Refused, LookupError):
            assert LedgerEntry.objects.count() == entries

    @rule(minutes=st.sampled_from([1, 9, 11, 31, 60, 240, 600, 1500]))
    def time_passes(self, minutes: int) -> None:
        self.frozen.advance(dt.timedelta(minutes=minutes))
        schedule.run_pollers()
        do_what_is_due()

    def attempt(self, name: str, case: Case, user: Any, dice: random.Random, *, offered: bool) -> None:
        entries = LedgerEntry.objects.count()
        state = case.state
        type(self).acts += 1
        refused, done = None, False
        try:
            with transaction.atomic():
                OFFERED[name](case, user, dice, self.cast)
            done = True
        except Refused as error:
            refused = error
        except (LookupError, StopIteration, models.ObjectDoesNotExist):
            pass  # nothing there to do it to
        type(self).reached.add(again(case).state)
        if done:
            type(self).done += 1
            assert offered or name in HARMLESS, f"{user} did {name} in {state}, which was not offered"
        else:
            assert LedgerEntry.objects.count() == entries, f"{name} was refused and left something behind"
            assert again(case).state == state, name
        if refused is not None and offered:
            assert refused.code not in OF_PERSON_OR_STATE, f"{name} was offered: {refused.sentence}"
        do_what_is_due()

    # --- what must hold after every step ------------------------------------------------------------------------------

    @invariant()
    def every_invariant_holds(self) -> None:
        for name in sorted(dir(self)):
            if name.startswith(("check_a_", "check_c", "check_habit", "check_inv_")):
                getattr(self, name)()

    def check_inv_2_knowledge_only_moves_earlier(self) -> None:
        for case in Case.objects.prefetch_related("knowledge"):
            assert case.first_known_at == min(row.known_at for row in case.knowledge.all())
            assert case.first_known_at <= self.known.get(case.number, case.first_known_at)
            self.known[case.number] = case.first_known_at

    def check_inv_3_no_deadline_moves_later(self) -> None:
        """An act's earliest live deadline, once set by a person, is never succeeded by a later one."""
        now: dict[str, Deadlines] = {}
        legal = Clock.objects.filter(is_legal=True, superseded_at__isnull=True, provisional=False)
        for row in legal.select_related("case"):
            acts = now.setdefault(row.case.number, {})
            acts[row.act] = min(row.due_at, acts.get(row.act, row.due_at))
        states = dict(Case.objects.values_list("number", "state"))
        for number, acts in self.due.items():
            if states[number] in ("merged", "voided"):
                continue
            for act, due in acts.items():
                assert act in now.get(number, {}), f"{number}: the clock of {act} is gone"
                assert now[number][act] <= due, f"{number}: {act} moved later"
        self.due |= {number: acts for number, acts in now.items() if states[number] not in ("merged", "voided")}

    def check_inv_6_exactly_one_lead(self) -> None:
        for case in Case.objects.filter(state__in=LIVE):
            assert CaseDepartment.objects.filter(case=case, role="lead", until__isnull=True).count() == 1, case.state

    def check_inv_7_down_needs_two_and_a_reason(self) -> None:
        for row in LevelDecision.objects.filter(kind="lowered"):
            assert row.by_user != row.second_user
            assert row.reason

    def check_inv_4_and_5_what_is_public_was_approved_and_is_proved(self) -> None:
        for row in Publication.objects.exclude(state=Publication.FAILED).select_related("revision", "evidence"):
            approved = {"round__manifest_sha256": row.manifest_sha256, "round__state": "approved"}
            steps = ReviewStep.objects.filter(round__case=row.case_id, **approved)
            assert steps.exists()
            assert row.revision.drafter_user not in {step.decided_user for step in steps}
            assert any(step.secrecy_checked for step in steps)
            assert any(step.personal_data_checked for step in steps)
            for body in row.revision.bodies:
                asked = BodyConfirmation.objects.filter(body=body, manifest_sha256=row.manifest_sha256)
                assert any(one.answer == "agree" or one.overridden_at for one in asked)
            if row.state == Publication.LIVE:
                assert row.evidence is not None
        for case in Case.objects.all():
            live = Publication.objects.filter(case=case, state=Publication.LIVE)
            assert (case.answered_at is not None) == live.exists()

    def check_c7_1_nobody_returns_twice_and_every_routing_is_explained(self) -> None:
        assert all(row.reason for row in CaseDepartment.objects.all())
        for case in Case.objects.all():
            assert Return.objects.filter(case=case).count() <= 1

    def check_c7_2_no_disposal_without_analysis(self) -> None:
        for case in Case.objects.all():
            assert not case.disposals.exists() or case.findings.exists()

    def check_c7_3_closed_means_settled_or_declined(self) -> None:
        for case in Case.objects.filter(state="closed"):
            declined = case.state_changes.filter(state="declined").exists()
            assert declined or case.disposals.filter(matter_settled=True).exists()
            assert case.root_cause, "C2.2"
            assert not case.tasks.filter(kind="matter", done_at__isnull=True, dropped_at__isnull=True).exists()

    def check_c7_4_only_the_newest_facts_were_released(self) -> None:
        """By the order of the ledger: which version stood when a release was decided."""
        for case in Case.objects.all():
            quoted = dict(Revision.objects.filter(case=case).values_list("number", "fact_sheet"))
            newest = 0
            rows = LedgerEntry.objects.filter(chain=f"case:{case.number}", kind__in=("facts.agreed", "release.made"))
            for row in rows.order_by("seq"):
                said = row.data or {}
                if row.kind == "facts.agreed":
                    newest = said["version"]
                else:
                    assert quoted[said["revision"]] >= newest

    def check_c10_1_a_meeting_is_held_with_its_chair_and_its_decisions_have_owner_and_date(self) -> None:
        for meeting in Meeting.objects.prefetch_related("seats", "decisions"):
            present = [seat for seat in meeting.seats.all() if seat.attendance == "present"]
            if meeting.state in ("held", "signed"):
                assert meeting.chair_id in {seat.user_id for seat in present}
                assert len(present) >= meeting.quorum * meeting.seats.count()
            assert meeting.state != "signed" or meeting.signed_by == meeting.chair_name
            assert all(task.owner_id and task.due_at for task in meeting.decisions.all())

    def check_c10_5_and_c10_7_every_assignment_has_its_slip_and_every_node_its_report(self) -> None:
        for slip in TransferSlip.objects.all():
            assert len(slip.elements) == 7
            assert all(element.get("value") or element.get("unknown") for element in slip.elements.values())
        for case in Case.objects.filter(state="closed"):
            assert not NodeReport.objects.filter(case=case, seen_at__isnull=True).exists()

    def check_c5_15_no_rumour_is_closed_without_liaison_or_a_said_exemption(self) -> None:
        for case in Case.objects.filter(state="closed", event__concern__in=("歪曲", "谣言")):
            sent = case.liaisons.filter(sent_at__isnull=False).exists()
            assert sent or LiaisonExemption.objects.filter(case=case).exists()

    def check_a_clue_goes_only_with_a_leaders_signature(self) -> None:
        for clue in ClueHandover.objects.filter(signed=True):
            assert clue.signed_user in {self.cast.deputy.pk, self.cast.top.pk}
            assert clue.signed_user != clue.proposed_user

    def check_inv_13_and_habit_1_every_move_is_in_the_table(self) -> None:
        for case in Case.objects.all():
            rows = list(StateChange.objects.filter(case=case).order_by("id"))
            assert [row.at for row in rows] == sorted(row.at for row in rows)
            assert case.state == (rows[-1].state if rows else "")
            for row in rows:
                assert row.state in {step.to for step in PROCESS[row.was]}, f"{row.was} → {row.state}"

    def check_habit_10_breaches_stay_as_they_were(self) -> None:
        now = {
            row[0]: row for row in Breach.objects.values_list("pk", "clock_id", "due_at", "found_at", "cause", "counts")
        }
        assert all(now.get(pk) == row for pk, row in self.breaches.items())
        self.breaches = now
        assert not Revision.objects.filter(manifest_sha256="").exists()

    def check_inv_1_and_8_the_ledger_only_grows_and_is_whole(self) -> None:
        count = LedgerEntry.objects.count()
        assert count >= self.entries
        self.looked += 1
        if count > self.entries and self.looked % 10 == 0:  # the whole chain each time is most of the walk's time
            report = verify()
            assert report.ok, report.first_bad
        self.entries = count


# A suite whose walks never come here says nothing about the casework.
WALKS = 20
FAR = {"handling", "reviewing", "approved", "answered", "closed"}
# Only a proposal: whatever the bar says, nothing changes before a second person agrees.
HARMLESS = {"propose_lower"}
ONWARD: dict[str, tuple[str, ...]] = {
    "registered": ("confirm_level", "route", "merge"),
    "assigned": ("accept", "return"),
    "returned": ("decide_return",),
    "handling": ("find", "dispose", "draft", "submit", "draft_liaison", "withhold", "second_withhold"),
    "approved": ("release", "ask_confirmation"),
    "answered": ("dispose", "sustain", "draft_liaison", "exempt_liaison", "close"),
    "declined": ("draft_liaison", "exempt_liaison", "close"),
    "closed": ("reopen",),
    "merged": ("unmerge",),
}


def _next(case: Case) -> tuple[str, ...]:
    """What a bureau that wants to be done with the case would do now."""
    if case.state == "registered":
        return ("route",)
    if case.state == "assigned":
        return ("accept",)
    if case.state == "handling":
        if not case.findings.exists():
            return ("find",)
        if not case.disposals.filter(matter_settled=True).exists():
            return ("dispose",)
        return ("submit", "draft") if Revision.objects.filter(case=case).exists() else ("draft",)
    if case.state == "approved":
        return ("release",)
    if case.state in ("answered", "declined"):
        return (
            tuple(name for name in ONWARD[case.state] if name != "close")
            if handling.why_not_close(case)
            else ("close",)
        )
    return ONWARD.get(case.state, ())


@pytest.mark.django_db
def test_the_casework_holds_whatever_is_done_to_it(cast: Cast, frozen: FrozenClock) -> None:
    """Thousands of acts by all roles; run on SQLite, and the first of the same walks again on PostgreSQL."""
    walks = int(os.environ.get("HUIYING_WALKS", WALKS if connection.vendor == "sqlite" else WALKS // 4))
    Casework.cast, Casework.frozen = cast, frozen
    Casework.acts = Casework.done = 0
    Casework.reached = set()
    run_state_machine_as_test(
        Casework,
        settings=settings(
            max_examples=walks,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # a walk is told as it went: to shrink one takes minutes
            report_multiple_bugs=False,
            database=None,
            derandomize="HUIYING_WALKS"
            not in os.environ,  # the suite walks the same ways each time; more are asked for
        ),
    )
    assert Casework.acts >= 50 * walks, "the machine hardly acted"
    assert Casework.done >= 12 * walks, f"only {Casework.done} of {Casework.acts} acts came about"
    assert walks < WALKS or Casework.reached >= FAR, f"no walk came to {FAR - Casework.reached}"
