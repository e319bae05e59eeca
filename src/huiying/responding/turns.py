"""Whose turn it is: who has to act on a case now, on what, and until when （五）（七）（八）（十）.

One table names what a case waits for, the first row that fits counts. The home page lists a person's own (`mine`), a
case's page says who has it (`turn_of`), and whoever gets it is told once (`tell`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case as When_, CharField, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from huiying.handling.calling import Roster
from huiying.handling.models import Case, Clock, Finding, StateChange
from huiying.handling.process import LIVE
from huiying.handling.queries import cases_for, with_departments, with_next_due
from huiying.judging.models import LevelDecision
from huiying.kernel import clock as time
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import regulation_of
from huiying.people.standing import standing
from huiying.regulation.deadlines import quiet_until
from huiying.regulation.regulation import Regulation
from huiying.responding.models import BodyConfirmation, Publication, Revision, Withholding
from huiying.responding.queries import open_round
from huiying.work import notify

People = Callable[[Case, Roster], list[User]]
LOOKED_AT = 200  # open cases of one desk, by their next moment: what comes after them is not anybody's next act
# Internal moments that bind whoever has the case, beside the legal ones (§4.3).
BINDING = ("triage", "accept_transfer", "return_wrong_transfer", "dept_disposal_opinion")


@dataclass(frozen=True)
class Kind:
    """One thing that a case may wait for."""

    name: str
    word: str | Promise  # what has to be done, as a verb
    permission: str
    waits: Q
    people: People
    page: str = ""  # below the case's own address
    told_by_verb: bool = False  # the verb that leads here tells its people itself


@dataclass(frozen=True)
class Turn:
    kind: Kind
    case: Case
    people: list[User]
    due_at: dt.datetime | None
    body: str = ""  # another body, where the case waits for one

    @property
    def url(self) -> str:
        return f"/desk/cases/{self.case.number}/{self.kind.page}"

    @property
    def names(self) -> list[str]:
        return [self.body] if self.body else [user.name for user in self.people]


def _with(capability: str) -> People:
    return lambda case, roster: roster.able(case, capability)


def _lead(case: Case, roster: Roster) -> list[User]:
    return roster.lead_people(case)


def _desk(case: Case, roster: Roster) -> list[User]:
    return roster.desk(case)


def _writers(case: Case, roster: Roster) -> list[User]:
    """Whoever wrote the last text; before that the editors, and where a bureau has none, the department itself."""
    writers = roster.able(case, "draft_all")
    drafter = getattr(case, "drafter", None)
    own = [user for user in [*writers, *roster.lead_people(case)] if user.pk == drafter]
    editors = [user for user in writers if user not in roster.able(case, "office")]
    return own or editors or writers or roster.lead_people(case)


def _but(people: People, asked: Callable[[Case], Iterable[int | None]]) -> People:
    """Another person than the one who asked （九）."""

    def others(case: Case, roster: Roster) -> list[User]:
        barred = set(asked(case))
        return [user for user in people(case, roster) if user.pk not in barred]

    return others


def _seconds(case: Case, roster: Roster) -> list[User]:
    return [*roster.able(case, "office"), *roster.able(case, "lead_bureau")]


def _reviewers(case: Case, _roster: Roster) -> list[User]:
    round_ = open_round(case)
    now = time.now()
    return [user for step in round_.open_steps() for user in step.own_deciders(now)] if round_ else []


def _nobody(_case: Case, _roster: Roster) -> list[User]:
    return []


_LOWERING = LevelDecision.objects.filter(kind=LevelDecision.PROPOSED_LOWER, outcome__isnull=True)
_ASKED = BodyConfirmation.objects.filter(answer="", overridden_at__isnull=True, not_received_at__isnull=True)
_WITHHOLDING = Withholding.objects.filter(agreed__isnull=True)


def _here(rows: QuerySet[Publication] | QuerySet[Withholding] | QuerySet[BodyConfirmation]) -> Exists:
    return Exists(rows.filter(case=OuterRef("pk")))


def _posters(case: Case) -> list[int | None]:
    rows = Publication.objects.filter(case=case, state=Publication.TO_VERIFY)
    return list(rows.values_list("posted_user", flat=True))


KINDS: tuple[Kind, ...] = (
    Kind(
        "second_lower",
        _("对下调提议表态"),
        "case.regrade",
        Q(Exists(_LOWERING.filter(event=OuterRef("event")))),
        _but(_seconds, lambda case: _LOWERING.filter(event=case.event_id).values_list("by_user", flat=True)),
    ),
    Kind(
        "second_withhold",
        _("对不予公开表态"),
        "case.withhold",
        Q(_here(_WITHHOLDING)),
        _but(_seconds, lambda case: _WITHHOLDING.filter(case=case).values_list("proposed_user", flat=True)),
        "answer/",
    ),
    Kind("confirm_level", pgettext_lazy("turn", "定级"),
         "case.regrade", Q(state="registered", is_provisional=True), _desk),
    Kind("route", _("转办"), "case.route", Q(state="registered"), _desk, "route/"),
    Kind("accept", _("签收"), "case.accept", Q(state="assigned"), _lead, told_by_verb=True),
    Kind("decide_return", _("指定主办部门"), "case.decide_return", Q(state="returned"), _with("office"),
         told_by_verb=True),
    Kind(
        "find",
        _("报核实情况"),
        "case.find",
        Q(state="handling") & ~Q(Exists(Finding.objects.filter(case=OuterRef("pk")))),
        _lead,
        told_by_verb=True,
    ),
    Kind("draft", _("起草、送审"), "case.draft", Q(state="handling"), _writers, "answer/"),
    Kind("review", pgettext_lazy("turn", "审核"),
         "case.view", Q(state="reviewing"), _reviewers, "answer/", told_by_verb=True),
    Kind(
        "verify",
        _("核对已发布的内容"),
        "release.verify",
        Q(_here(Publication.objects.filter(state=Publication.TO_VERIFY))),
        _but(lambda case, roster: [*roster.able(case, "publish"), *roster.able(case, "office")], _posters),
        "answer/",
    ),
    Kind(
        "post",
        _("人工发布"),
        "release.publish",
        Q(_here(Publication.objects.filter(state=Publication.TO_DO))),
        _with("publish"),
        "answer/",
    ),
    Kind(
        "body",
        pgettext_lazy("turn", "沟通确认"),
        "case.view",
        Q(state="approved") & Q(_here(_ASKED)),
        _nobody,
        "answer/",
    ),
    Kind("release", _("发布"), "release.publish", Q(state="approved"), _with("publish"), "answer/"),
)  # fmt: skip
BY_NAME = {kind.name: kind for kind in KINDS}


def with_turn(cases: QuerySet[Case]) -> QuerySet[Any]:
    """Each case with `turn` (the name of a Kind, "" for none), `turn_due` (the next moment that binds, or None) and
    `drafter` (who wrote its last text).
    """
    running = Clock.objects.filter(case=OuterRef("pk"), stopped_at__isnull=True, superseded_at__isnull=True)
    due = running.filter(Q(is_legal=True) | Q(act__in=BINDING)).values("case").annotate(due=Min("due_at")).values("due")
    texts = Revision.objects.filter(case=OuterRef("pk"), track=Revision.ANSWER).order_by("-number")
    return cases.annotate(
        turn=When_(
            *(When(kind.waits, then=Value(kind.name)) for kind in KINDS), default=Value(""), output_field=CharField()
        ),
        turn_due=Subquery(due),
        drafter=Subquery(texts.values("drafter_user")[:1]),
    )


def open_cases(user: User) -> list[Any]:
    """The cases at work that this person may see, with their turn and their next legal deadline, `next_due`; the first
    to bind comes first.
    """
    cases = with_turn(with_next_due(cases_for(user).filter(state__in=LIVE))).select_related("event", "regulation")
    order = (F("turn_due").asc(nulls_last=True), "opened_at")
    return list(cases.prefetch_related(with_departments()).order_by(*order)[:LOOKED_AT])


def mine(user: User, cases: Iterable[Any]) -> list[Turn]:
    """Those of `open_cases` that wait for this person. Reviews are listed by `queries.my_steps`."""
    waiting = [case for case in cases if case.turn not in ("", "review", "body")]
    if not waiting:
        return []
    roster = Roster(regulation=standing(user).regulation)
    turns = (_turn(case, roster) for case in waiting)
    return [turn for turn in turns if user in turn.people and may(user, turn.kind.permission, turn.case)]


def turn_of(case: Case, regulation: Regulation | None = None) -> Turn | None:
    """Who has the case now; None where nobody has to act. For one page: lists ask `mine`."""
    asked = with_turn(Case.objects.filter(pk=case.pk, state__in=LIVE)).values("turn", "turn_due", "drafter").first()
    if asked is None or not asked["turn"]:
        return None
    vars(case).update(asked)
    return _turn(case, Roster(regulation=regulation))


def _turn(case: Any, roster: Roster) -> Turn:
    """`case` as `with_turn` gives it."""
    kind, due = BY_NAME[case.turn], case.turn_due
    if kind.name == "body":
        bodies = _ASKED.filter(case=case).values_list("body", flat=True)
        return Turn(kind, case, [], due, "、".join(dict.fromkeys(bodies)))
    if kind.name == "review" and (round_ := open_round(case)) is not None:
        due = min((step.due_at for step in round_.open_steps() if step.due_at), default=due)
    people = kind.people(case, roster) or ([] if kind.people is _nobody else roster.desk(case))
    return Turn(kind, case, list(dict.fromkeys(people)), due)


def tell(case_ids: Iterable[int], but: dict[int, str]) -> int:
    """Tell whoever has these cases now that it is their turn, once each time it becomes theirs (C10.6).

    `but`: by case, the name of whoever acted last: nobody is told of their own act. Returns how many were told.
    """
    told = 0
    cases = with_turn(Case.objects.filter(pk__in=list(case_ids), state__in=LIVE)).exclude(turn="")
    roster = Roster(case_ids)
    for case in cases.select_related("event", "regulation"):
        turn = _turn(case, roster)
        people = [user.username for user in turn.people if user.name != but.get(case.pk)]
        if turn.kind.told_by_verb or not people:
            continue
        since = StateChange.objects.filter(case=case).values_list("pk", flat=True).last()
        what = "" if case.event.reserved else case.title
        notify.send(
            f"{case.number} 轮到您{turn.kind.word}",
            what,
            people,
            "info",
            key=f"turn:{case.pk}:{turn.kind.name}:{since}",
            url=turn.url,
            not_before=quiet_until(regulation_of(case.regulation), time.now()),
        )
        told += len(people)
    return told
