"""What the ledger says of trainings, house rules and the roster of skills （九）, for `comparing`."""

from __future__ import annotations

from collections.abc import Iterator

from huiying.kernel import canonical
from huiying.overseeing.actions import rules, skills, training
from huiying.overseeing.comparing import Key, Near, Said, Subject, Told, compared
from huiying.overseeing.history.entries import Entry, moment
from huiying.overseeing.models import ReadReceipt, RuleVersion, SkillEntry, Training, TrainingSeat, TrainingSession


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
        yield (skills.CHAIN, str(row.pk)), {
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
