"""A bureau of the test's province as a program: `python province_bureau.py COMMAND`; the environment says which.

`tables` makes the tables alone (databases of bureaus are copies of one); `alone FILE…` is the one-process run of
the posts in them and then `rows`; `feed` reads the names of files from standard input and feeds each, answering a line
each; `jobs N` writes N jobs; `rows` prints what the tables hold, without what depends on the moment of the run.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiying.settings")

from huiying.cli.ready import ready

BATCH = 10
#: What a row says of when, by which process or under which number it was written, or what is random by design.
LOOSE = {
    "id", "number", "sealed_key", "opened_at", "first_known_at", "confirm_by", "at", "started_at", "due_at", "stood_at",
    "next_action_at", "warn_points", "explanation", "explanation_en", "policy", "screened_at", "chain", "recipients",
    "sealed_text", "sealed_voice", "received_at", "batch", "metrics_at", "level_since", "layer", "history",
    "last_post_at", "last_received", "hours", "acknowledged_at",
}  # fmt: skip


def posts_of(path: str) -> list[Any]:
    from huiying.engine.post import parse_post

    return [parse_post(json.loads(line)) for line in Path(path).read_text("utf-8").splitlines()]


def alone(*paths: str) -> None:
    """In the batches in which the hub's feeder cut the same files: how much is judged at once shows in alarms."""
    from huiying.judging import engines, pipeline
    from huiying.ledger.actions import Actor
    from huiying.listening.actions import receive

    engines.use_in_process()
    for posts in map(posts_of, paths):
        for start in range(0, len(posts), BATCH):
            receive(posts[start : start + BATCH], how="import", actor=Actor.SYSTEM)
            while pipeline.judge_pending().screened:
                pass


def feed() -> None:
    from huiying.hub import feeding, loop_tasks

    hub = loop_tasks.hub()
    assert hub is not None
    feeding.POSTS = BATCH  # type: ignore[misc]
    print("ready", flush=True)
    for line in sys.stdin:
        print(feeding.feed(posts_of(line.strip()), hub, how="import"), flush=True)


def jobs(count: int) -> None:
    from huiying.work.outbox import enqueue

    for n in range(count):
        enqueue("regrade_posts", {"posts": []}, key=f"test:{n}")


def rows() -> None:
    """Two hours later, so that provisional clocks run; then everything that was judged, by the posts' own names."""
    from huiying.handling.models import Clock
    from huiying.judging import engines
    from huiying.judging.models import Alarm, Event, EventPost, Screening, Warning
    from huiying.kernel import clock
    from huiying.ledger.queries import verify
    from huiying.listening.models import Post
    from huiying.work import loop

    clock.install(clock.FrozenClock(clock.now() + dt.timedelta(hours=2)))
    engines.use_in_process()
    one = loop.Loop("afterwards")
    for _ in range(20):
        if not one.tick().busy:
            break
    names = dict(Post.objects.values_list("id", "native_id"))
    firsts: dict[int, str] = {}
    for event, post in EventPost.objects.order_by("id").values_list("event_id", "post_id"):
        firsts.setdefault(event, names[post])

    def told(row: Any) -> dict[str, Any]:
        fields = [field for field in row._meta.concrete_fields if field.name not in LOOSE]
        return {field.name: timeless(named(field, getattr(row, field.attname))) for field in fields}

    def named(field: Any, value: Any) -> Any:
        target = getattr(field, "related_model", None)
        if value is None or target is None:
            return value
        return names[value] if target is Post else firsts.get(value, value) if target is Event else None

    def length(row: Any) -> str:
        """Working days are longer or shorter by the moment at which they begin, which no two runs share."""
        return "" if "工作" in row.policy["within"] else str(row.due_at - row.started_at)

    def timeless(value: Any) -> Any:
        if isinstance(value, dict):
            kept = {key: timeless(one) for key, one in value.items() if key not in LOOSE}
            # The gravest screening ends with its number, which posts that were put aside have moved.
            return kept | ({"gravest": kept["gravest"][:-1]} if "gravest" in kept else {})
        return [timeless(one) for one in value] if isinstance(value, list) else value

    def places() -> list[dict[str, Any]]:
        found = []
        for row in EventPost.objects.order_by("id"):
            parent = row.parent
            told_row = told(row)
            told_row["parent"] = names.get(int(parent[1:]), parent) if parent.startswith("#") else parent
            found.append(told_row)
        return found

    print(
        json.dumps(
            {
                "order": [names[pk] for pk in EventPost.objects.order_by("id").values_list("post_id", flat=True)],
                "received": sorted(names.values()),
                "events": [{**told(row), "first": firsts.get(row.pk)} for row in Event.objects.order_by("stream_no")],
                "places": places(),
                "screenings": [told(row) for row in Screening.objects.exclude(band=Screening.OUT).order_by("post_id")],
                "alarms": [told(row) for row in Alarm.objects.order_by("id")],
                "warnings": [told(row) for row in Warning.objects.order_by("id")],
                "clocks": sorted(
                    (firsts[row.case.event_id], row.act, row.level, row.provisional, row.policy["within"], length(row))
                    for row in Clock.objects.select_related("case")
                ),
                "ledger": verify().ok,
            },
            ensure_ascii=False,
            default=str,
            sort_keys=True,
        )
    )


def main(command: str, *words: str) -> None:
    ready(adopting=command != "tables")
    if command == "alone":
        alone(*words)
        rows()
    elif command == "feed":
        feed()
    elif command == "jobs":
        jobs(int(words[0]))
    elif command == "rows":
        rows()


if __name__ == "__main__":
    main(*sys.argv[1:])
