"""INV-3 … INV-9, INV-12, INV-13 as one property: any people, any verbs, any order, any delay — the invariants hold.

The verbs are called as the desk calls them; what the regulation forbids is refused and must leave nothing behind.
"""

import datetime as dt
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from acts_of_people import USUAL, VERBS
from cast import Cast
from huiying.handling import actions as handling, clocks
from huiying.handling.models import Breach, Case, CaseDepartment
from huiying.handling.process import LIVE
from huiying.handling.queries import effective
from huiying.judging.models import LevelDecision
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import export, verify
from huiying.overseeing import commands
from huiying.people.errors import Refused
from huiying.responding.models import BodyConfirmation, Publication, ReviewStep
from stories import again, do_what_is_due, hear


def _due(case: Case) -> dict[str, dt.datetime]:
    acts = ("respond", "first_authoritative_release", "press_conference")
    found = {act: effective(case, act) for act in acts}
    return {act: row.due_at for act, row in found.items() if row is not None}


def _check(case: Case, before: Case, due: dict[str, dt.datetime]) -> None:
    case = again(case)
    after = _due(case)
    if not before.is_provisional:
        assert all(after[act] <= due[act] for act in due if act in after), "INV-3"
    assert case.first_known_at <= before.first_known_at, "INV-2"
    assert case.first_known_at == min(row.known_at for row in case.knowledge.all()), "INV-2"
    leads = CaseDepartment.objects.filter(case=case, role="lead", until__isnull=True).count()
    assert leads == 1 or case.state not in LIVE, "INV-6"
    for lowered in LevelDecision.objects.filter(kind="lowered"):
        assert lowered.second_user != lowered.by_user, "INV-7"
        assert lowered.reason, "INV-7"
    for row in Publication.objects.select_related("revision"):
        _check_publication(row)
    assert (case.answered_at is not None) == Publication.objects.filter(case=case, state="live").exists(), "INV-5"


def _check_publication(row: Publication) -> None:
    steps = ReviewStep.objects.filter(round__manifest_sha256=row.manifest_sha256, round__state="approved")
    assert row.manifest_sha256 == row.revision.manifest_sha256, "INV-4"
    if row.state == Publication.FAILED:
        return  # called back when its text was changed: it never went out
    assert steps.exists(), "INV-4"
    assert all(step.decided_sha256 == row.manifest_sha256 for step in steps), "INV-4"
    assert row.revision.drafter_user not in {step.decided_user for step in steps}, "INV-4"
    assert any(step.secrecy_checked for step in steps), "INV-4"
    assert any(step.personal_data_checked for step in steps), "INV-4"
    for body in row.revision.bodies:
        asked = BodyConfirmation.objects.filter(body=body, manifest_sha256=row.manifest_sha256)
        assert any(one.answer == "agree" or one.overridden_at for one in asked), "INV-4"
    if row.state == Publication.LIVE:
        assert row.evidence is not None, "INV-5"
        assert row.published_at == row.evidence.received_at, "INV-5"


def _play(cast: Cast, frozen: FrozenClock, seed: int, usual: float, length: int) -> Case:
    dice = random.Random(seed)
    case = handling.open_case(hear(), cast.duty)
    people = [user for name, user in cast.people.items() if name != "admin"]
    way = list(USUAL)
    for _turn in range(length):
        verb, who = dice.choice(list(VERBS)), dice.choice(people)
        if way and dice.random() < usual:
            verb, name = way.pop(0)
            who = cast.people[name]
        before, due = again(case), _due(case)
        entries = LedgerEntry.objects.count()
        try:
            VERBS[verb](before, who, dice, cast)
        except (Refused, AssertionError, IndexError, StopIteration, LevelDecision.DoesNotExist, AttributeError):
            assert LedgerEntry.objects.count() == entries, f"{verb} was refused and left something behind"
        if dice.random() < 0.4:
            frozen.advance(dt.timedelta(minutes=dice.choice([1, 9, 11, 60, 600])))
            clocks.poll(clock.now(), 100)
        do_what_is_due()
        _check(case, before, due)
    return again(case)


@settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(min_value=0, max_value=10**6), usual=st.sampled_from([0.0, 0.5, 0.8, 1.0]))
def test_whatever_people_do_the_invariants_hold(cast: Cast, frozen: FrozenClock, seed: int, usual: float) -> None:
    _play(cast, frozen, seed, usual, 30)
    report = verify()
    assert report.ok, f"INV-8: {report.first_bad}"
    for chain in LedgerEntry.objects.values_list("chain", flat=True).distinct():
        times = list(LedgerEntry.objects.filter(chain=chain).order_by("seq").values_list("at", flat=True))
        assert times == sorted(times), "INV-13"


def test_the_usual_way_ends_closed(cast: Cast, frozen: FrozenClock) -> None:
    """The walk above would prove little if it never got anywhere."""
    assert _play(cast, frozen, 0, 1.0, len(USUAL)).state == "closed"


@settings(max_examples=5, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(min_value=0, max_value=10**6))
def test_figures_are_the_same_from_the_ledger_again_and_from_its_export_inv_9_inv_12(
    cast: Cast, frozen: FrozenClock, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    _play(cast, frozen, seed, 0.8, 25)
    first = commands.assess("2026-Q3")
    file: Path = tmp_path_factory.mktemp("ledger") / "ledger.jsonl"
    export(file)
    assert commands.assess("2026-Q3") == first
    assert commands.assess("2026-Q3", str(file)) == first
    _agrees_with_the_tables(first)


def _agrees_with_the_tables(figures: dict[str, object]) -> None:
    """The ledger tells the same story as the tables, counted another way."""
    late = set(Breach.objects.filter(counts=True, clock__act="respond").values_list("clock__case", flat=True))
    assert figures["cases"] == Case.objects.count()
    assert figures["answered"] == Case.objects.filter(answered_at__isnull=False).count()
    assert figures["late"] == len(late)
    assert figures["returned"] == sum(case.returns.count() for case in Case.objects.all())


def test_a_second_level_person_is_needed_in_the_database_too(cast: Cast) -> None:
    """INV-7 holds below the verbs: a lowering by one person is refused by the table itself."""
    from django.db import IntegrityError, transaction

    event = hear()
    with pytest.raises(IntegrityError), transaction.atomic():
        LevelDecision.objects.create(
            event=event,
            kind="lowered",
            level="L1",
            by="甲",
            by_user=1,
            second="甲",
            second_user=1,
            reason="够长",
            at=clock.now(),
        )
