"""How an event stands: opened by its first post, described by its gravest, graded by all, warned of when it needs an
answer (C6.11, C6.12, DOMAIN §4.2). Its tally is kept with it; voices are counted under the event's own key, nobody is
followed (INV-10, INV-12).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from huiying.engine.grading import Figures, grade
from huiying.judging import alarming, batch, learning, merging, warnings
from huiying.judging.models import ConcernDecision, Dismissal, Event, EventPost, LevelDecision, Screening, VoiceTag
from huiying.kernel import sealing
from huiying.ledger.actions import Actor, record, together, vouch
from huiying.ledger.kept import Gone
from huiying.listening import ingest_masking
from huiying.listening.models import Post
from huiying.listening.watching import grading_model, level_code
from huiying.people.models import User
from huiying.work.rows import insert, next_numbers

FLAGS: Final = ("casualty", "hot_list", "superior", "outage")
_TOTALS: Final = ("reads", "reposts", "comments")
_PARTS: Final = 1_000_000  # criticism is summed in whole millionths: a sum must not depend on its order


@dataclass
class Tally:
    """Sums, greatest values and the gravest screening. Times are ISO text, since it lives as JSON.

    `totals` holds only figures that somebody knows; `criticism` is [millionths, how many posts].
    """

    members: int = 0
    history: int = 0  # of them, what was imported as history: it asks nobody for an answer
    channel_class: str = ""
    last_received: str = ""
    totals: dict[str, int] = field(default_factory=dict)
    platforms: list[str] = field(default_factory=list)
    said_platforms: float = 0
    tier: int | None = None
    hours: float | None = None
    criticism: list[int] = field(default_factory=lambda: [0, 0])
    sensitivity: int = 0
    offline: float = 0
    flags: list[str] = field(default_factory=list)
    concerns: list[str] = field(default_factory=list)
    gravest: list[Any] = field(default_factory=list)  # [level, sensitivity, score, id] of its screening

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def add(self, post: Post, screening: Screening) -> bool:
        """Count a member in that is no later version of one counted before; whether it is now the gravest."""
        self.weigh(post, screening)
        return self.speak(post, screening)

    def speak(self, post: Post, screening: Screening) -> bool:
        """What every member tells, versions too: its concern, its place in the order, how grave it is."""
        if not self.members:
            self.channel_class = post.channel_class
        self.members += 1
        self.history += post.received_how == Post.HISTORY
        self.last_received = post.received_at.astimezone(dt.UTC).isoformat()
        _once(self.concerns, screening.concern)
        key = [screening.level, screening.sensitivity, screening.score, screening.pk]
        if self.gravest and tally_order(self.gravest) >= tally_order(key):
            return False
        self.gravest = key
        return True

    def weigh(self, post: Post, screening: Screening) -> None:
        """The figures of one post, in its latest version: an edited post must not count its readers twice."""
        said: Mapping[str, Any] = screening.figures
        for name in _TOTALS:
            if (figure := post.metrics.get(name)) is not None:
                self.totals[name] = self.totals.get(name, 0) + figure
        _once(self.platforms, post.platform)
        self.said_platforms = max(self.said_platforms, said.get("platforms") or 0)
        self.tier = _greater(self.tier, said.get("tier"))
        self.hours = _greater(self.hours, said.get("hours"))
        if (attitude := said.get("attitude")) is not None:
            self.criticism = [self.criticism[0] + round(attitude * _PARTS), self.criticism[1] + 1]
        self.sensitivity = max(self.sensitivity, screening.sensitivity)
        self.offline = max(self.offline, said.get("offline") or 0)
        for name in FLAGS:
            if said.get(name):
                _once(self.flags, name)

    @property
    def is_history(self) -> bool:
        return self.history == self.members

    @property
    def attitude(self) -> float | None:
        """The mean share of criticism; None where no post tells."""
        total, count = self.criticism
        return total / _PARTS / count if count else None


def read_tally(kept: Mapping[str, Any]) -> Tally | None:
    """The tally of an event as it was kept; None where members must be counted."""
    return Tally(**kept) if kept else None


def tally_of(members: Iterable[tuple[Post, Screening]]) -> Tally:
    """Count all members, in the order in which they stood."""
    tally = Tally()
    latest: dict[tuple[str, str], tuple[Post, Screening]] = {}
    for post, screening in members:
        tally.speak(post, screening)
        latest[post.platform, post.native_id] = (post, screening)
    for post, screening in latest.values():
        tally.weigh(post, screening)
    return tally


def tally_order(gravest: list[Any]) -> tuple[int, int, float, int]:
    """The gravest post speaks for the event; of two alike the earlier one (a few hundredths more sure are alike)."""
    level, sensitivity, score, pk = gravest
    return (batch.regulation().rank(level) if level else -1, sensitivity, round(score, 1), -pk)


def _once(kept: list[str], word: str) -> None:
    if word not in kept:
        kept.append(word)


def _greater(one: Any, other: Any) -> Any:
    return other if one is None else one if other is None else max(one, other)


EVENT_KEY: Final = "event.key"


def new_sealed_key() -> bytes:
    """A fresh key for one event."""
    return sealing.seal(sealing.new_key(), EVENT_KEY)


def count_voice(placed: Sequence[tuple[Event, Post]], opened: Collection[int]) -> None:
    """Turn the posts' voices into tags of their events; the caller destroys them with the same commit.

    `opened` are the events (by id) that have no tags yet.
    """
    found: dict[tuple[int, str], Event] = {}
    keys: dict[int, bytes] = {}
    for event, post in placed:
        voice = ingest_masking.voice_of(post)
        if voice is None or event.sealed_key is None:
            continue
        if event.pk not in keys:
            keys[event.pk] = sealing.unseal(event.sealed_key, EVENT_KEY)
        found.setdefault((event.pk, sealing.keyed_tag(keys[event.pk], f"{post.platform}\x00{voice}")), event)
    older = {event for event, _tag in found} - set(opened)
    if older:
        tags = [tag for event, tag in found if event in older]
        for known in VoiceTag.objects.filter(event__in=older, tag__in=tags).values_list("event_id", "tag"):
            found.pop(known, None)
    insert([VoiceTag(event=event, tag=tag) for (_pk, tag), event in found.items()])
    for event in found.values():
        event.voices_count += 1


def forget_voices(event: Event) -> None:
    """The key dies with the event, and the tags with it; how many voices there were stays."""
    event.voices.all().delete()
    event.sealed_key = None
    Event.objects.filter(pk=event.pk).update(sealed_key=None)
    told = {"voices": event.voices_count}
    record(f"event:{event.number}", "event.voices_forgotten", told, Actor.SYSTEM, rows=[event])


#: Concerns that ask for no answer where nothing grave stands beside them.
TITLE_CHARS: Final = 60
LIFE_TITLE: Final = "人身安全事项（限知悉）"


def open_events(firsts: Sequence[tuple[Post, int]], now: dt.datetime) -> list[Event]:
    """New events, each by its first post and stream number; first known now: that is when it stood on the desk (INV-2).

    The caller has opened the ledger `together`: what an entry tells of its event is how it stands at the end.
    """
    if not firsts:
        return []
    day = f"{now.astimezone(batch.regulation().zone):%Y%m%d}"
    numbers = next_numbers(f"event:{day}", len(firsts))
    events = [
        Event(
            number=f"E{day}-{number:02d}",
            stream_no=stream_no,
            title=_title(post),
            opened_at=now,
            last_post_at=now,
            first_known_at=now,
            first_published_at=None,
            sealed_key=new_sealed_key(),
            life_safety=post.life_safety,
        )
        for number, (post, stream_no) in zip(numbers, firsts, strict=True)
    ]
    insert(events)
    with together((), opening=[f"event:{event.number}" for event in events]):
        for event, (post, _stream_no) in zip(events, firsts, strict=True):
            payload = {
                "number": event.number,
                "first_known_at": now,
                "post": post.pk,
                "life_safety": post.life_safety,
                "published_at": None if post.time_confidence == "future" else post.published_at,
            }
            record(f"event:{event.number}", "event.opened", payload, Actor.SYSTEM, rows=[event])
    return events


def add_post(event: Event, post: Post, now: dt.datetime) -> None:
    """Count a post in. Nothing is saved here: `assess` saves the event once a batch."""
    event.last_post_at = max(event.last_post_at, now)
    event.posts_count += 1
    if post.published_at and post.time_confidence != "future":
        event.first_published_at = min(filter(None, (event.first_published_at, post.published_at)))
    if post.life_safety and not event.life_safety:
        event.life_safety, event.title = True, LIFE_TITLE


def assess(event: Event, now: dt.datetime, desk: list[User] | None = None) -> None:
    """Count all members, describe, grade, and warn; saves the event. The same members give the same result (INV-12).

    `desk` is whom a warning reaches first, where the caller has asked already.
    """
    before = (event.title, event.state, event.suggested_level)
    with together():
        count(event, now, desk)
        event.save()
        if before != (event.title, event.state, event.suggested_level):
            vouch(f"event:{event.number}", [event], "event.described")


def count(event: Event, now: dt.datetime, desk: list[User] | None = None) -> None:
    """As `assess`; the caller saves."""
    members = [(row.post, row.post.screening) for row in live_members(event)]
    if not members:
        event.tally = {}
        return
    counted = tally_of(members)
    gravest = next(screening for _post, screening in members if screening.pk == counted.gravest[-1])
    _take(event, counted, gravest, now, desk)


def grow(
    event: Event, arrivals: Sequence[Post], now: dt.datetime, desk: list[User] | None = None, *, is_new: bool = False
) -> None:
    """As `count` where all that is new are these posts, at a cost that does not depend on how many stood there before.

    A later version of a post, or an event whose members were not counted yet, asks for the whole count; `is_new` says
    that the posts are all there are.
    """
    counted = Tally() if is_new else read_tally(event.tally)
    if counted is None or any(post.version > 1 for post in arrivals):
        count(event, now, desk)
        return
    gravest = None
    for post in arrivals:
        if counted.add(post, post.screening):
            gravest = post.screening
    is_news = any(post.received_how != Post.HISTORY for post in arrivals)
    _take(event, counted, gravest, now, desk, is_news=is_news)


def _take(
    event: Event,
    counted: Tally,
    gravest: Screening | None,
    now: dt.datetime,
    desk: list[User] | None,
    *,
    is_news: bool = True,
) -> None:
    """`is_news`: not all that came is history."""
    event.tally = counted.as_json()
    if gravest is not None:
        _describe(event, gravest, alone=counted.members == 1)
    _grade(event, counted)
    if event.life_safety or (is_news and not counted.is_history):
        _stand(event, counted.concerns, now, desk)
    elif event.state == Event.OPEN and event.confirm_by is None:
        event.state = Event.NOTED
    if not counted.is_history and alarming.wants_a_look(event, counted.members):
        alarming.look(event, _latest_versions(live_members(event)), now, desk)


def live_members(event: Event) -> list[EventPost]:
    """Members of the event and of what was merged into it, with posts and screenings, in the order they stood."""
    rows = EventPost.objects.filter(event__in=merging.family(event), withdrawn_at__isnull=True)
    return list(rows.select_related("post__screening").defer("post__text", "post__sealed_text").order_by("id"))


def _latest_versions(members: Sequence[EventPost]) -> list[EventPost]:
    """One row for each post: an edited post must not be heard twice."""
    return list({(row.post.platform, row.post.native_id): row for row in members}.values())


def _describe(event: Event, gravest: Screening, *, alone: bool) -> None:
    """The gravest post speaks for the event; what a person decided is never written over (C5.14)."""
    learned = learning.better(gravest.post_id, gravest.concern, gravest.lead)
    event.lead, event.confirm_with = learned.lead, gravest.confirm_with
    event.co_leads = [code for code in gravest.co_leads if code != learned.lead]
    event.reasons = [*gravest.reasons, *(one.zh for one in learned.reasons)]
    event.reasons_en = [*gravest.reasons_en, *(one.en for one in learned.reasons)]
    if not alone and event.state in (Event.OPEN, Event.NOTED) and not event.reserved:
        # Praise that came first must not name a matter that a later complaint made grave.
        event.title = _title(gravest.post)
    if _decided(event) is None:
        event.concern = learned.concern


def gravest_of(screenings: Iterable[Screening]) -> Screening:
    """The screening that speaks for the event."""
    return max(screenings, key=lambda row: tally_order([row.level, row.sensitivity, row.score, row.pk]))


def _decided(event: Event) -> ConcernDecision | None:
    """What persons last agreed the concern to be."""
    return next((one for one in reversed(list(event.concern_decisions.all())) if one.agreed), None)


def _grade(event: Event, counted: Tally) -> None:
    regulation = batch.regulation()
    figures = _figures(event, counted)
    result = grade(figures, grading_model(regulation), channel_class=counted.channel_class)
    was, event.suggested_level = event.suggested_level, level_code(regulation, result.level)
    event.floor_fired = result.floor_fired
    event.grade = {**asdict(result), "figures": asdict(figures), "level_code": event.suggested_level}
    event.platforms_count = len(counted.platforms)
    if was != event.suggested_level:
        payload = {
            "was": was,
            "level": event.suggested_level,
            "score": result.score,
            "sentence": result.sentence,
            "sentence_en": result.sentence_en,
        }
        record(f"event:{event.number}", "event.graded", payload, Actor.SYSTEM)


def figures_of(event: Event, members: Sequence[EventPost]) -> Figures:
    """The grading's inputs for a whole event. What nobody knows stays unknown; a hand-read figure stands first."""
    return _figures(event, tally_of((row.post, row.post.screening) for row in members))


def _figures(event: Event, counted: Tally) -> Figures:
    hours = counted.hours
    if event.first_published_at is not None:
        elapsed = dt.datetime.fromisoformat(counted.last_received) - event.first_published_at
        hours = max(elapsed.total_seconds() / 3600, 0.0)
    return Figures(
        reads=counted.totals.get("reads"),
        reposts=counted.totals.get("reposts"),
        comments=counted.totals.get("comments"),
        platforms=max(len(counted.platforms), counted.said_platforms),
        tier=counted.tier,
        hours=hours,
        attitude=event.attitude if event.attitude is not None else counted.attitude,
        sensitivity=counted.sensitivity,
        offline=max(event.offline_risk, counted.offline),
        **{name: name in counted.flags for name in FLAGS},
    )


def _stand(event: Event, concerns: Sequence[str], now: dt.datetime, desk: list[User] | None) -> None:
    """Whether the event needs an answer, until when its level wants confirming, and whom to warn.

    Not asked of what is only history, unless it speaks of a danger to life.
    """
    if event.state == Event.DISMISSED and warnings.is_graver(event):
        _reopen(event)
    if event.state == Event.ENDED:
        warnings.warn_again(event, now, desk)
    if event.state == Event.CASED:
        warnings.warn(event, now, desk)  # only where it has become graver than all that was warned of
    if event.state not in (Event.OPEN, Event.NOTED):
        return
    if not needs_answer(event, concerns):
        event.state, event.confirm_by = Event.NOTED, None
        return
    event.state = Event.OPEN
    if event.confirm_by is None and not _is_confirmed(event):
        # For an event that was only noted until now the hour begins now; its first_known_at stays what it is.
        event.confirm_by = now + batch.regulation().grading.confirm_within.elapsed
    warnings.warn(event, now, desk)


def _reopen(event: Event) -> None:
    """A decision not to answer was about a lesser matter: a graver one asks again. The ledger keeps the decision."""
    event.state = Event.OPEN
    rows = Dismissal.objects.filter(event=event)
    gone = [Gone(Dismissal, row.pk) for row in rows]
    rows.delete()
    record(f"event:{event.number}", "event.reopened", {"level": event.suggested_level}, Actor.SYSTEM, rows=gone)


def needs_answer(event: Event, concerns: Sequence[str]) -> bool:
    """No answer is needed where all that was said is praise, good news or talk, at the lowest level."""
    if event.life_safety or event.suggested_level != batch.regulation().levels[0].code:
        return True
    decided = _decided(event)
    said = {decided.concern} if decided else set(concerns)
    return not said <= set(batch.regulation().monitor.quiet_kinds)


def _is_confirmed(event: Event) -> bool:
    decided = (LevelDecision.CONFIRMED, LevelDecision.RAISED, LevelDecision.LOWERED)
    return any(one.kind in decided for one in event.level_decisions.all())


def _title(post: Post) -> str:
    if post.life_safety:
        return LIFE_TITLE
    first = (post.title or post.text).strip().splitlines()[0]
    return first if len(first) <= TITLE_CHARS else f"{first[: TITLE_CHARS - 1]}…"
