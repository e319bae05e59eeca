"""What the ledger says of events, the roster, patrol cards and posts held （六）（五）（九）, for `comparing`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from huiying.handling.models import Handover
from huiying.judging.models import Event, Warning
from huiying.kernel import canonical
from huiying.listening.models import PatrolCard, PatrolPoint
from huiying.overseeing.comparing import Key, Near, Said, Subject, Told, compared, counted
from huiying.overseeing.history.entries import Entry, moment
from huiying.people.models import Appointment, DutyShift, RosterSignature

SYSTEM, PATROL, DUTY = "system", "patrol", "duty"


def _event(told: Told, entry: Entry) -> None:
    """`known` is the earliest moment that its own chain or its case's tells of (INV-2)."""
    kind, said = entry["kind"], entry["payload"]
    if kind.startswith("case."):
        _event_of_case(told, entry)
        return
    key = (entry["chain"],)
    if kind == "event.opened":
        told.begin(key, at=Near(entry["at"]), merged="", dismissed=False)
    elif kind == "event.graded":
        told[key]["level"] = said["level"]
    elif kind in ("event.merged", "event.unmerged"):
        told[key]["merged"] = said["into"] if kind == "event.merged" else ""
    elif kind in ("event.dismissed", "event.reopened"):
        told[key]["dismissed"] = kind == "event.dismissed"
    known = moment(said.get("first_known_at"))
    if known is not None and kind != "event.merged":
        _earliest(told, key, known)


def _event_of_case(told: Told, entry: Entry) -> None:
    said = entry["payload"]
    if entry["kind"] == "case.opened":
        told.cases[entry["chain"]] = f"event:{said['event']}"
    known = moment(said.get("known_at"))
    if known is not None and entry["chain"] in told.cases:
        _earliest(told, (told.cases[entry["chain"]],), known)


def _earliest(told: Told, key: Key, known: object) -> None:
    before = told[key].get("known")
    told[key]["known"] = known if before is None else min(before, known)


def _events() -> Iterator[tuple[Key, Said]]:
    for row in (
        Event.objects.select_related("merged_into")
        .defer("tally", "grade", "reasons", "reasons_en")
        .iterator(chunk_size=1000)
    ):
        yield (f"event:{row.number}",), {
            "at": row.opened_at, "known": row.first_known_at, "level": row.suggested_level,
            "merged": row.merged_into.number if row.merged_into is not None else "",
            "dismissed": row.state == Event.DISMISSED,
        }  # fmt: skip


def _warning(told: Told, entry: Entry) -> None:
    """Who heard is counted up with each step; whatever ends the climbing acknowledges, and the first of them counts."""
    kind, said = entry["kind"], entry["payload"]
    if kind == "warning.climbed":  # an event has one open warning at a time: the last one
        mine = [key for key in told if key[0] == entry["chain"]]
        if mine:
            told[mine[-1]]["recipients"] = list(dict.fromkeys([*told[mine[-1]]["recipients"], *said["recipients"]]))
        return
    key = (entry["chain"], str(said["warning"]))
    if kind == "event.warned":
        told[key] = {
            "level": said["level"], "recipients": list(said["recipients"]), "due": moment(said["due_at"]),
            "at": Near(entry["at"]), "known": None, "by": "", "cancelled": "",
        }  # fmt: skip
        return
    if key in told and told[key]["known"] is None:
        by = str(said["why"])[:100] if kind == "warning.settled" else entry["actor"]
        told[key] |= {"known": Near(entry["at"]), "by": by}
    if key in told and kind == "warning.cancelled":
        told[key]["cancelled"] = said["reason"]


def _warnings() -> Iterator[tuple[Key, Said]]:
    for row in Warning.objects.select_related("event").order_by("id").iterator(chunk_size=1000):
        yield (f"event:{row.event.number}", str(row.pk)), {
            "level": row.level, "recipients": row.recipients, "due": row.due_at, "at": row.at,
            "known": row.acknowledged_at, "by": row.acknowledged_by, "cancelled": row.cancel_reason,
        }  # fmt: skip


def _handover(told: Told, entry: Entry) -> None:
    said = entry["payload"]
    key = (DUTY, str(said["handover"]))
    told[key] |= {"sheet": said["sheet"], "written": said["sheet"]}
    told[key]["given" if entry["kind"] == "handover.given" else "taken"] = Near(entry["at"])
    told.begin(key, taken=None)


def _handovers() -> Iterator[tuple[Key, Said]]:
    for row in Handover.objects.filter(gave_at__isnull=False):
        yield (DUTY, str(row.pk)), {
            "sheet": row.sheet_sha256, "written": canonical.sha256(canonical.dumps(row.sheet)), "given": row.gave_at,
            "taken": row.took_at,
        }  # fmt: skip


def _shift(told: Told, entry: Entry) -> None:
    kind, said = entry["kind"], entry["payload"]
    key = (SYSTEM, said["name"], said["from"], said["to"])
    if kind == "shift.set":
        told.count(key)
    elif kind == "shift.cancelled":
        told.count(key, -1)
        told.count((*key, "cancelled"))
    else:  # a swap that was agreed: the turns have changed hands
        told.count(key, -1)
        told.count((SYSTEM, said["to_name"], said["from"], said["to"]))
        if said["in_return"]:
            told.count((SYSTEM, said["to_name"], *said["in_return"]), -1)
            told.count((SYSTEM, said["name"], *said["in_return"]))


def _shifts() -> Iterator[tuple[Key, Said]]:
    rows = DutyShift.objects.select_related("user")
    yield from counted(
        (
            SYSTEM, row.user.name, canonical.timestamp(row.starts_at), canonical.timestamp(row.ends_at),
            *(("cancelled",) if row.cancelled_at else ()),
        )
        for row in rows
    )  # fmt: skip


def _signed(told: Told, entry: Entry) -> None:
    said = entry["payload"]
    told.count((SYSTEM, said["from"], said["to"], said["sha256"], entry["actor"]))


def _signatures() -> Iterator[tuple[Key, Said]]:
    yield from counted(
        (
            SYSTEM, canonical.timestamp(row.starts_at), canonical.timestamp(row.ends_at),
            canonical.sha256_of(row.shifts), row.signed_by,
        )
        for row in RosterSignature.objects.all()
    )  # fmt: skip


def _card(told: Told, entry: Entry) -> None:
    said = entry["payload"]
    told[PATROL, str(said["card"])] = {
        "point": said["point"], "result": said["result"], "window": moment(said["window"]), "due": moment(said["due"]),
        "post": said["post"], "by": entry["actor"], "at": Near(entry["at"]),
    }  # fmt: skip


def _cards() -> Iterator[tuple[Key, Said]]:
    for row in PatrolCard.objects.exclude(result="").select_related("point").iterator(chunk_size=1000):
        yield (PATROL, str(row.pk)), {
            "point": row.point.name, "result": row.result, "window": row.opens_at, "due": row.due_at,
            "post": row.post_id, "by": row.ticked_by, "at": row.ticked_at,
        }  # fmt: skip


def _point(told: Told, entry: Entry) -> None:
    said = entry["payload"]
    key = (PATROL, str(said["point"]))
    told.begin(key, name=said["name"], channel_class=said["class"], retired="")
    if entry["kind"] == "patrol.point_retired":
        told[key]["retired"] = said["why"]


def _points() -> Iterator[tuple[Key, Said]]:
    for row in PatrolPoint.objects.all():
        told = {"name": row.name, "channel_class": row.channel_class, "retired": row.retired_why}
        yield (PATROL, str(row.pk)), told


def _post(told: Told, entry: Entry) -> None:
    """Posts of one person, in the order in which they were given; a leaver leaves them all."""
    kind, said = entry["kind"], entry["payload"]
    key = (SYSTEM, said["name"])
    if kind == "person.appointed":
        told.begin(key, held=[], since=[], until=[])
        told[key]["held"].append([said["role"], said["department"], said["deputy"]])
        told[key]["since"].append(Near(entry["at"]))
        told[key]["until"].append(None)
    elif key in told:
        for n, (role, _department, _deputy) in enumerate(told[key]["held"]):
            if told[key]["until"][n] is None and (kind == "person.left" or role == said["role"]):
                told[key]["until"][n] = Near(entry["at"])
                if kind == "person.relieved":
                    break


def _posts() -> Iterator[tuple[Key, Said]]:
    found: dict[Key, Said] = defaultdict(lambda: {"held": [], "since": [], "until": []})
    for row in Appointment.objects.select_related("user", "department").order_by("id"):
        said = found[SYSTEM, row.user.name]
        said["held"].append([row.role, str(row.department or ""), row.is_deputy])
        said["since"].append(row.since)
        said["until"].append(row.until)
    yield from found.items()


compared(
    Subject(
        "事件", "Event",
        (
            "event.opened", "event.graded", "event.merged", "event.unmerged", "event.dismissed", "event.reopened",
            "event.took_in", "event.split_from", "case.opened", "case.known_earlier",
        ),
        _event, _events,
        {
            "known": ("首次获知", "when it was first known"), "merged": ("并入", "what it was merged into"),
            "dismissed": ("不予回应", "whether it was dismissed"),
        },
    ),
    Subject(
        "预警", "Warning",
        ("event.warned", "warning.climbed", "warning.acknowledged", "warning.settled", "warning.cancelled"),
        _warning, _warnings,
        {
            "recipients": ("对象", "who was told"), "due": ("应在此前知悉", "until when"),
            "known": ("知悉时间", "when it was seen"),
            "by": ("知悉人", "who saw it"), "cancelled": ("取消的理由", "why it was cancelled"),
        },
    ),
    Subject(
        "交接班", "Hand-over", ("handover.given", "handover.taken"), _handover, _handovers,
        {
            "sheet": ("校验码", "its digest"), "written": ("内容", "what it says"),
            "given": ("交班时间", "when it was given"), "taken": ("接班时间", "when it was taken"),
        },
    ),
    Subject("值班", "Turn of duty", ("shift.set", "shift.cancelled", "swap.agreed"), _shift, _shifts),
    Subject("值班表签发", "Signed roster", ("roster.signed",), _signed, _signatures),
    Subject(
        "巡查卡", "Patrol card", ("patrol.ticked",), _card, _cards,
        {
            "point": ("巡查点", "its place"), "result": ("结果", "its result"), "window": ("时段", "its window"),
            "due": ("截止", "until when"), "post": ("发现的来文", "what was found"),
        },
    ),
    Subject(
        "巡查点", "Patrol place", ("patrol.point_added", "patrol.point_retired"), _point, _points,
        {
            "name": ("名称", "its name"), "channel_class": ("渠道类", "its class"), "retired": ("停用", "its end"),
        },
    ),
    Subject(
        "岗位任命", "Posts of", ("person.appointed", "person.relieved", "person.left"), _post, _posts,
        {
            "held": ("岗位", "the post"), "since": ("任命时间", "when it was given"),
            "until": ("免去时间", "when it ended"),
        },
    ),
)  # fmt: skip
