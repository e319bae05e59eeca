"""What the ledger says of events, the roster, patrol cards and posts held （六）（五）（九）, and of trainings, house
rules and the roster of skills （九）, for `comparing`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from huiying.handling.models import Handover
from huiying.judging.models import Event, Warning
from huiying.kernel import canonical
from huiying.listening.models import PatrolCard, PatrolPoint
from huiying.overseeing.actions import rules, training
from huiying.overseeing.auditing.comparing import Key, Near, Said, Subject, Told, compared, counted
from huiying.overseeing.history.entries import Entry, moment
from huiying.overseeing.models import ReadReceipt, RuleVersion, SkillEntry, Training, TrainingSeat, TrainingSession
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


def _training(told: Told, entry: Entry) -> None:
    said = entry["payload"]
    told[(entry["chain"],)] = {
        "title": said["title"], "year": said["year"], "sessions": said["sessions"], "by": entry["actor"],
        "at": Near(entry["at"]),
    }  # fmt: skip


def _trainings() -> Iterator[tuple[Key, Said]]:
    for row in Training.objects.all():
        yield (training.chain_of(row),), {
            "title": row.title, "year": row.year, "sessions": row.sessions_planned, "by": row.by, "at": row.at,
        }  # fmt: skip


def _session(told: Told, entry: Entry) -> None:
    kind, said = entry["kind"], entry["payload"]
    key = (entry["chain"], str(said["session"]))
    if kind == "training.scheduled":
        told[key] = {
            "title": said["title"], "abilities": list(said["abilities"]), "starts": moment(said["starts_at"]),
            "by": entry["actor"], "at": Near(entry["at"]), "state": TrainingSession.PLANNED, "held": None,
        }  # fmt: skip
    elif kind == "training.opened":
        told[key]["state"] = TrainingSession.OPEN
    elif kind == "training.held":
        told[key] |= {"state": TrainingSession.HELD, "held": Near(entry["at"]), "present": said["present"]}
    else:
        told[key]["state"] = TrainingSession.CANCELLED


def _sessions() -> Iterator[tuple[Key, Said]]:
    for row in TrainingSession.objects.select_related("training").prefetch_related("seats"):
        yield (training.chain_of(row.training), str(row.pk)), {
            "title": row.title, "abilities": row.abilities, "starts": row.starts_at, "by": row.by, "at": row.at,
            "state": row.state, "held": row.held_at,
            "present": sum(seat.checked_in_at is not None for seat in row.seats.all()),
        }  # fmt: skip


def _seat(told: Told, entry: Entry) -> None:
    """Who signed in, and what their quiz came to: of those who were only called no entry tells by name."""
    said = entry["payload"]
    key = (entry["chain"], str(said["session"]), said["name"])
    if entry["kind"] == "training.checked_in":
        told[key] = {"at": Near(entry["at"]), "score": None}
    elif key in told:
        told[key]["score"] = said["score"]


def _seats() -> Iterator[tuple[Key, Said]]:
    for row in TrainingSeat.objects.select_related("session__training"):
        if row.checked_in_at is not None or row.score is not None:
            yield (training.chain_of(row.session.training), str(row.session_id), row.name), {
                "at": row.checked_in_at, "score": row.score,
            }  # fmt: skip


def _version(told: Told, entry: Entry) -> None:
    kind, said = entry["kind"], entry["payload"]
    key = (entry["chain"], str(said["version"]))
    if kind == "rule.drafted":
        told[key] = {
            "manifest": said["sha256"], "text": said["sha256"], "by": entry["actor"], "at": Near(entry["at"]),
            "signer": "", "signed": None,
        }  # fmt: skip
    else:
        told[key] |= {
            "signer": entry["actor"], "signed": Near(entry["at"]), "from": said["effective_from"],
            "until": said["expires_on"],
        }  # fmt: skip


def _versions() -> Iterator[tuple[Key, Said]]:
    for row in RuleVersion.objects.select_related("rule"):
        yield (rules.chain_of(row.rule), str(row.n)), {
            "manifest": row.sha256, "text": canonical.sha256(row.text), "by": row.by, "at": row.at,
            "signer": row.signed_by, "signed": row.signed_at, "from": row.effective_from.isoformat(),
            "until": row.expires_on.isoformat(),
        }  # fmt: skip


def _receipt(told: Told, entry: Entry) -> None:
    said = entry["payload"]
    told[entry["chain"], str(said["version"]), said["name"]] = {"at": Near(entry["at"])}


def _receipts() -> Iterator[tuple[Key, Said]]:
    for row in ReadReceipt.objects.select_related("version__rule"):
        yield (rules.chain_of(row.version.rule), str(row.version.n), row.name), {"at": row.at}


def _skill(told: Told, entry: Entry) -> None:
    said = entry["payload"]
    key = (entry["chain"], str(said["entry"]))
    if entry["kind"] == "skill.recorded":
        told[key] = {
            "name": said["name"], "skill": said["skill"], "backup": said["backup"], "since": said["since"],
            "by": entry["actor"], "at": Near(entry["at"]), "ended": False,
        }  # fmt: skip
        if said["replaces"] is not None:
            told[entry["chain"], str(said["replaces"])]["ended"] = True
    else:
        told[key]["ended"] = True


def _skills() -> Iterator[tuple[Key, Said]]:
    for row in SkillEntry.objects.select_related("user", "backup"):
        yield (training.SKILLS_CHAIN, str(row.pk)), {
            "name": row.user.name, "skill": row.skill, "backup": row.backup.name if row.backup is not None else "",
            "since": row.since.isoformat(), "by": row.by, "at": row.at, "ended": row.until is not None,
        }  # fmt: skip


compared(
    Subject(
        "培训计划", "Training", ("training.planned",), _training, _trainings,
        {"year": ("年度", "its year"), "sessions": ("计划次数", "how many sessions were planned")},
    ),
    Subject(
        "培训场次", "Session of training",
        ("training.scheduled", "training.opened", "training.held", "training.cancelled"), _session, _sessions,
        {
            "abilities": ("所练能力", "what it trains"), "starts": ("开始时间", "when it begins"),
            "held": ("结束时间", "when it was held"), "present": ("签到人数", "how many signed in"),
        },
    ),
    Subject(
        "培训签到", "Attendance at training", ("training.checked_in", "training.answered"), _seat, _seats,
        {"score": ("测验得分", "the score")},
    ),
    Subject(
        "内部制度", "House rule", ("rule.drafted", "rule.signed"), _version, _versions,
        {
            "signer": ("签发人", "who signed it"), "signed": ("签发时间", "when it was signed"),
            "from": ("生效日期", "since when it holds"), "until": ("失效日期", "until when it holds"),
        },
    ),
    Subject("制度已阅", "Reading of house rule", ("rule.read",), _receipt, _receipts),
    Subject(
        "技能名册", "Roster of skills", ("skill.recorded", "skill.ended"), _skill, _skills,
        {
            "name": ("姓名", "the name"), "skill": ("技能", "the skill"), "backup": ("后备", "who stands in"),
            "since": ("开始日期", "since when"), "ended": ("是否结束", "whether it ended"),
        },
    ),
)  # fmt: skip
