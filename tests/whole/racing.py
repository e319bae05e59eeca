"""A worker of the race: reads a line of JSON, does one verb as one person in a process of its own, answers in JSON.

`{"verb", "who", "case", …}` → `{"done": result}` or `{"refused": code}`. It shares nothing with the other racers but
the database, as two people at two desks do.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from huiying.cli.ready import ready

ready()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402

import stories  # noqa: E402
from acts_of_people import PNG  # noqa: E402
from cast import PEOPLE, Cast, bureau  # noqa: E402
from huiying.handling import actions as handling  # noqa: E402
from huiying.handling.models import Case, Clock  # noqa: E402
from huiying.judging.models import Event  # noqa: E402
from huiying.kernel import clock  # noqa: E402
from huiying.ledger.models import LedgerEntry  # noqa: E402
from huiying.ledger.queries import verify  # noqa: E402
from huiying.people.errors import Refused  # noqa: E402
from huiying.people.models import User  # noqa: E402
from huiying.responding import actions as responding  # noqa: E402
from huiying.responding.models import Publication, ReviewStep  # noqa: E402
from huiying.work import outbox  # noqa: E402
from whole.racing_events import event_act  # noqa: E402
from whole.racing_people import person_act  # noqa: E402

LONG = "经核实传播范围和影响程度与初判不同，按实际情况办理并写明理由。"


def cast() -> Cast:
    return Cast({user.username: user for user in User.objects.filter(username__in=PEOPLE)})


def opened(people: Cast) -> Case:
    """A case of a matter of its own: posts of one text would become one event."""
    n, now = Event.objects.count() + 1, clock.now()
    event = Event.objects.create(
        number=f"E{n:05d}", stream_no=n, title=f"登录中断之{n}", opened_at=now, last_post_at=now, first_known_at=now,
        suggested_level="L2", lead="Z-XX", concern="投诉", posts_count=1, platforms_count=1,
    )  # fmt: skip
    case = handling.open_case(event, people.duty)
    handling.confirm_level(case, "L2", people.office, LONG)
    return case


def looked_at(case: Case) -> dict[str, object]:
    """What the tables and the ledger say of it now."""
    leads = case.departments.filter(role="lead", until__isnull=True).values_list("department__code", flat=True)
    dues = Clock.objects.filter(case=case, act="respond").values_list("due_at", flat=True)
    kinds = list(LedgerEntry.objects.filter(chain=f"case:{case.number}").values_list("kind", flat=True))
    return {
        "state": case.state,
        "level": case.level,
        "leads": list(leads),
        "due": min(dues).isoformat(),
        "first": case.first_known_at.isoformat(),
        "accepted": kinds.count("case.accepted"),
        "returned": kinds.count("case.returned"),
        "routed": kinds.count("case.routed"),
        "merged_into": case.merged_into.number if case.merged_into else "",
    }


def handled(people: Cast) -> Case:
    """Accepted, its facts found and the matter settled: ready for its answer."""
    case = opened(people)
    handling.route(case, people.department("Z-XX"), [], LONG, people.duty)
    handling.accept(case, people.tech_head)
    finding = handling.find(case, "登录服务中断七十分钟。", "证书到期未续。", "两个标段推迟。", people.tech_liaison)
    handling.dispose(case, finding, "已续证书，开标顺延。", True, people.tech_head)
    return Case.objects.get(pk=case.pk)


def save(case: Case, who: User, text: str = "登录服务已恢复。") -> None:
    told = stories.DRAFT | {"renditions": {"portal": text, "weibo": text}}
    responding.save_revision(case, actor=who, **told)  # type: ignore[arg-type]


def in_review(people: Cast, until: str) -> Case:
    """Submitted; every step before the turn of the role `until` is decided."""
    case = handled(people)
    save(case, people.editor)
    round_ = responding.submit(case, people.editor)
    while steps := round_.open_steps():
        if until in {step.role for step in steps}:
            break
        for step in steps:
            sign(step, stories.reviewer(people, step.role))
    return Case.objects.get(pk=case.pk)


def sign(step: ReviewStep, who: User) -> None:
    responding.decide_step(
        step, approve=True, comment="", manifest_sha256=step.round.manifest_sha256, secrecy=True, personal_data=True,
        actor=who,
    )  # fmt: skip


def answered(case: Case) -> dict[str, object]:
    """What the tables and the ledger say of its answer now."""
    kinds = list(LedgerEntry.objects.filter(chain=f"case:{case.number}").values_list("kind", flat=True))
    rows = Publication.objects.filter(case=case).order_by("id")
    return {
        "state": case.state,
        "decided": kinds.count("review.decided"),
        "approved": kinds.count("review.approved"),
        "revisions": case.revisions.count(),
        "open": case.rounds.filter(state__in=("open", "approved")).count(),
        "made": kinds.count("release.made"),
        "live": kinds.count("release.live"),
        "publications": [row.state for row in rows],
        "confirmed": kinds.count("confirmation.answered"),
    }


def answering(order: dict[str, str], people: Cast) -> object:
    """The verbs of the answer; None where the order is another's."""
    verb = order["verb"]
    if verb == "in_review":
        return in_review(people, order["until"]).number
    if verb == "approved":
        return in_review(people, "").number
    case = Case.objects.get(number=order["case"])
    if verb == "look_answer":
        return answered(case)
    if verb == "ask":
        return responding.ask_confirmation(case, "财政局", "", people.editor)[1]
    if verb == "answer":
        responding.answer_confirmation(order["token"], "agree", order["who"], "")
        return "done"
    if verb not in OF_ONE_PERSON:
        return None
    OF_ONE_PERSON[verb](case, people.people[order["who"]], order)
    return "done"


def publish(_case: Case, who: User, _order: dict[str, str]) -> None:
    while outbox.run_due(who.username):
        pass


def post(case: Case, who: User, _order: dict[str, str]) -> None:
    row = Publication.objects.get(case=case, channel="by_hand")
    responding.record_post(row, "https://weibo.example/1", SimpleUploadedFile("a.png", PNG), who)


OF_ONE_PERSON: dict[str, Callable[[Case, User, dict[str, str]], object]] = {
    "sign": lambda case, who, order: sign(case.rounds.get(state="open").steps.get(role=order["role"]), who),
    "save": lambda case, who, order: save(case, who, "登录服务已恢复，两个标段顺延。"),
    "release": lambda case, who, order: responding.release(case, order["to"].split(","), who),
    "publish": publish,
    "post": post,
    "check": lambda case, who, order: responding.verify_post(
        Publication.objects.get(case=case, channel="by_hand"), True, "", who
    ),
}


def do(order: dict[str, str]) -> object:
    verb = order["verb"]
    if verb == "set_up":
        bureau()
        return "set up"
    people = cast()
    if verb in ("opened", "routed"):
        case = opened(people)
        if verb == "routed":
            handling.route(case, people.department("Z-XX"), [people.department("GCC")], LONG, people.duty)
        return case.number
    if verb == "verify":
        return verify().ok
    acts = (part(order, people) for part in (event_act, person_act, answering))
    if (told := next((one for one in acts if one is not None), None)) is not None:
        return told
    case = Case.objects.get(number=order["case"])
    if verb == "look":
        return looked_at(case)
    who = people.people[order["who"]]
    if verb == "accept":
        handling.accept(case, who)
    elif verb == "return":
        handling.return_case(case, LONG, who)
    elif verb == "raise":
        handling.confirm_level(case, "L4", who, LONG)
    elif verb == "merge":
        handling.merge_cases(case, Case.objects.get(number=order["into"]), who)
    elif verb == "route":
        handling.route(case, people.department(order["to"]), [], LONG, who)
    else:
        raise SystemExit(f"no such verb: {verb}")
    return "done"


for line in sys.stdin:
    try:
        answer = {"done": do(json.loads(line))}
    except Refused as refused:
        answer = {"refused": refused.code}
    print(json.dumps(answer), flush=True)
