"""What happens outside of a request: pollers and jobs of the loop, and what the auditor looks at (C1.3). Imported
once the app is ready.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from huiying.judging import (
    alarming,
    coverage,
    learning,
    learning_nightly,
    merging,
    opening,
    pipeline,
    queries,
    warnings,
    watchbook,
)
from huiying.judging.actions import sampling
from huiying.judging.batch import locked_event, locked_events
from huiying.judging.models import Alarm, Event, EventPost, UrgentCall, Warning
from huiying.judging.queries import missed_topics
from huiying.kernel import clock
from huiying.listening.models import Post
from huiying.listening.queries import unscreened, waiting_since
from huiying.people import personal_data
from huiying.work import leases, loop, notify
from huiying.work.auditor import Finding, auditor
from huiying.work.models import Job, Lease
from huiying.work.outbox import handler
from huiying.work.rows import locked
from huiying.work.schedule import every, poller

WAITS_TOO_LONG = dt.timedelta(minutes=5)
#: A suspect that nobody looked at for so long loses its voice: nobody may hold one for ever (INV-10).
VOICE_KEPT = personal_data.fixed("voice")
#: Few, so that a call about a danger to life waits for no more than these: jobs come after the pollers.
BATCHES_A_TICK = 3


@poller("judging", due=lambda _now: unscreened().exists(), transactional=False)
def judge_waiting(_now: dt.datetime, _limit: int) -> int:
    """Judge what waits, batch by batch, each under the loop's fence."""
    done = 0
    for _batch in range(BATCHES_A_TICK):
        with transaction.atomic():
            leases.require(loop.current())
            screened = pipeline.judge_pending().screened
        done += screened
        if not screened:
            break
    return done


@handler("judge", beside_loop=True)
def judge_batch(_job: Job) -> None:
    """Posts came in. The poller may have been quicker; then nothing waits."""
    pipeline.judge_pending()


@handler("regrade_posts")
def regrade_posts(job: Job) -> None:
    """Posts known before came with newer figures: their events get a new snapshot (§4.2)."""
    locked(Lease, pipeline.LOCK)
    places = EventPost.objects.filter(post__in=job.payload["posts"], withdrawn_at__isnull=True).select_related("event")
    for pk in sorted({merging.live(place.event).pk for place in places}):
        opening.assess(locked_event(pk), clock.now())


@handler("urgent_call")
def urgent_call(job: Job) -> None:
    """A post speaks of danger to life: begin to call."""
    warnings.raise_call(Post.objects.get(pk=job.payload["post"]))


def _warnings_due(now: dt.datetime) -> bool:
    return Warning.objects.filter(next_action_at__lte=now).exists()


@poller("warnings", due=_warnings_due)
def climb_warnings(now: dt.datetime, limit: int) -> int:
    """Unacknowledged warnings go one step up (C6.12)."""
    waiting = Warning.objects.filter(next_action_at__lte=now, acknowledged_at__isnull=True)
    pks = list(waiting.order_by("next_action_at", "id").values_list("pk", flat=True)[:limit])
    locked_events(Event.objects.filter(pk__in=waiting.filter(pk__in=pks).values("event")))
    due = list(waiting.select_for_update().filter(pk__in=pks).order_by("next_action_at", "id"))
    for warning in due:
        warnings.climb(warning, now)
    return len(due)


def _calls_due(now: dt.datetime) -> bool:
    return UrgentCall.objects.filter(next_action_at__lte=now).exists()


@poller("urgent", due=_calls_due)
def call_on(now: dt.datetime, limit: int) -> int:
    """Unacknowledged urgent calls reach the next person."""
    rows = UrgentCall.objects.select_for_update().filter(next_action_at__lte=now, acknowledged_at__isnull=True)
    due = list(rows.order_by("next_action_at", "id")[:limit])
    for call in due:
        warnings.call_next(call, now)
    return len(due)


@every("voices", 86_400)
def destroy_old_voices() -> None:
    """Voices of suspects that were never looked at."""
    Post.objects.filter(sealed_voice__isnull=False, received_at__lt=clock.now() - VOICE_KEPT).update(sealed_voice=None)


@every("out_sample", 86_400)
def draw_last_week() -> None:
    """The last whole week's sample of what was put aside; looked for daily, so that a stopped house loses none."""
    sampling.draw_week(sampling.week_before(clock.now()))


@every("screening_lessons", 86_400)
def learn_from_clearances() -> None:
    """What persons cleared teaches the screening, where that did better on clearances held back (C5.16)."""
    learning.learn_adjustment()


@every("learning", 86_400, transactional=False)
def learn() -> None:
    """The bureau's corrections of the day are learned from (C5.14, C7.1)."""
    learning_nightly.train_all()


@every("concern_sample", 86_400)
def draw_concern_sample() -> None:
    """Posts for two persons to label without seeing each other's word (C5.14)."""
    sampling.draw_concerns(clock.now())


@every("alarm_bars", 86_400)
def follow_alarm_feedback() -> None:
    """What was said of past alarms moves the bars (C6.12)."""
    alarming.follow_feedback()


def _alarms_quiet(now: dt.datetime) -> bool:
    return Alarm.objects.filter(ended_at__isnull=True, event__last_post_at__lte=now - alarming.QUIET).exists()


@poller("alarms", due=_alarms_quiet)
def end_quiet_alarms(now: dt.datetime, _limit: int) -> int:
    """Alarms of events that were quiet for a day end (C6.12)."""
    return alarming.settle_quiet(now)


@every("comment_sources", 300)
def open_comment_sources() -> None:
    """新闻跟帖: recording an article but not its comments is impossible (C5.6)."""
    coverage.open_for_new_articles()


@auditor("learning")
def learned_models_can_be_read() -> list[Finding]:
    """A model file that is missing or damaged: the rules speak alone, and that is said (C5.14)."""
    return [
        Finding(
            "learning.unreadable",
            "error",
            f"学到的标签模型不能用，现在只按规则建议：{state.trouble}。请从备份恢复该文件，或退回到规则",
            "A learned label model cannot be read, so the rules speak alone: restore its file, or roll it back.",
        )
        for state in map(learning.state, learning.TARGETS)
        if state.trouble
    ]


@auditor("judging")
def posts_are_judged() -> list[Finding]:
    """Posts that have waited for the screen for more than five minutes (C5.17)."""
    oldest, now = waiting_since(), clock.now()
    if oldest is None or now - oldest <= WAITS_TOO_LONG:
        return []
    count, minutes = unscreened().count(), int((now - oldest).total_seconds() // 60)
    return [
        Finding(
            "judging.waiting",
            "error",
            f"有 {count} 条收到的信息还没有研判，最早的已等 {minutes} 分钟；请检查后台循环是否在运行",
            f"{count} received posts wait to be judged, the oldest for {minutes} min; check that the loop runs.",
        )
    ]


@auditor("warnings")
def warnings_are_acknowledged() -> list[Finding]:
    """Warnings open for more than twice their level's time, and warnings that reached nobody (C6.12)."""
    now, found = clock.now(), []
    for warning in Warning.objects.filter(acknowledged_at__isnull=True).select_related("event").order_by("at"):
        number, minutes = warning.event.number, int((now - warning.at).total_seconds() // 60)
        if warning.recipients == [warnings.NOBODY]:
            found.append(
                Finding(
                    "warning.nobody",
                    "error",
                    f"预警 {number} 发出时无人值班，没有人收到；请安排值班员",
                    f"Nobody was on duty to receive the warning of {number}; appoint a duty officer.",
                )
            )
        elif now - warning.at > 2 * warnings.patience(warning.level):
            found.append(
                Finding(
                    "warning.open",
                    "error",
                    f"预警 {number} 已 {minutes} 分钟无人签收，已通知：{'、'.join(warning.recipients)}",
                    f"The warning of {number} has been unacknowledged for {minutes} min.",
                )
            )
    return found


@auditor("urgent")
def urgent_calls_are_taken() -> list[Finding]:
    """Open calls about a danger to life; and that nothing can ring, where no gateway is configured."""
    now, found = clock.now(), []
    for call in queries.urgent_calls():
        minutes = int((now - call.raised_at).total_seconds() // 60)
        found.append(
            Finding(
                "urgent.open",
                "error",
                f"人身安全呼叫（信息 {call.post_id}）已 {minutes} 分钟无人签收",
                f"The call about a danger to life (post {call.post_id}) is unacknowledged for {minutes} min.",
            )
        )
    if found and not notify.gateway_configured():
        found.append(
            Finding(
                "urgent.no_gateway",
                "error",
                "有人身安全呼叫，但没有配置通知网关，不会打电话、发短信；请立即电话通知带班领导",
                "A call about a danger to life is open and no gateway is configured: telephone the shift leader now.",
            )
        )
    return found


@auditor("missed_topics")
def topics_are_looked_at() -> list[Finding]:
    """C1.3 不缺位: several posts of one matter, past the time to confirm it, with neither a case nor a decision."""
    return [
        Finding(
            "topic.missed",
            "error",
            f"事件 {event.number} 已有 {event.posts_count} 条来文，过了确认时限，既没有立案，也没有不予回应的决定",
            f"Event {event.number}: {event.posts_count} posts, past the time to confirm; neither case nor dismissal.",
        )
        for event in missed_topics(clock.now())
    ]


@auditor("watch_rules")
def own_rules_are_in_force() -> list[Finding]:
    """C5.11: a rule that two persons agreed on and the file in force cannot take hears nothing."""
    return [
        Finding(
            "watch.left_out",
            "error",
            f"本局的监测规则 {rule} 与现行规则文件不合（例如主办部门已不存在），没有生效；请改写后重新提议",
            f"The bureau's watch rule {rule} does not fit the rule file in force and is not applied; rewrite it.",
        )
        for rule in watchbook.left_out()
    ]
