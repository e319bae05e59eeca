"""Every verb of the `actions` packages is offered by a face, or is named here with whoever calls it instead.

The verbs are read from the source: a public function of an `actions` module that runs in a transaction of its own.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import dying
import dying_answers
import huiying
from acts_of_people import OFFERED
from desk_verb_rows import ROWS
from huiying.desk.case_verbs import CASE_VERBS
from huiying.handling.process import PROCESS

SOURCE = Path(huiying.__file__).parent
FACES = ("desk", "portal", "api")
# What no page, form or address calls, and what calls it.
WITHOUT_A_FACE = {
    "foreseeing.purge_opinions": "the schedule: contacts are forgotten",
    "handling.follow_knowledge": "a matter that was heard earlier after all (INV-2)",
    "handling.note_late_knowledge": "the reconciling of what was known (INV-2)",
    "handling.remind_or_note_silence": "the loop, when no letter came back",
    "handling.report_node": "the verbs that reach a node (C10.7)",
    "judging.affirm_level": "the verbs that confirm a level",
    "judging.decide_level": "the verbs that confirm a level",
    "judging.draw_concerns": "the schedule, each week",
    "judging.draw_week": "the schedule, each week",
    "judging.regrade_event": "the loop, when an event grows",
    "listening.ask_about_emergency": "the loop",
    "listening.change_password": "`huiying sources`, for whoever has the machine",
    "listening.create": "the verbs that take a file in",
    "listening.make_cards": "the loop, each morning",
    "listening.purge_contact": "the loop, when a matter has ended",
    "listening.remind_of_cards": "the loop",
    "people.adopt_regulation": "`huiying regulation adopt` and the first start",
    "people.offer_set_up": "`huiying run`, while nobody has set the bureau up",
    "responding.delivered": "the outbox, when the mail server took a letter",
    "responding.note_silence": "the loop, when no partner answered",
    "responding.purge_originals": "the schedule: what was handed in is forgotten",
    "responding.purge_unconfirmed": "the schedule: an address that nobody confirmed is forgotten",
    "responding.tell": "the loop, when something new is public",
}
# Names by which the models of the casework call an act that stands under another on the bar, or on a page of its own.
OF_ITS_OWN_PAGE = {
    "agree_facts", "answer_confirmation", "answer_liaison", "attach", "convene", "decide", "decide_the_last_step",
    "decide_withholding", "draft", "finish_task", "hold", "make_task", "open_case", "override_confirmation", "publish",
    "record_post", "regrade", "sign", "sign_clue", "split", "unmerge", "verify_post", "change_an_approved_text",
    "second_rule", "propose_rule", "send_liaison",
}  # fmt: skip


def verbs() -> set[str]:
    """`room.name` of every verb."""
    found = set()
    for path in (*SOURCE.glob("*/actions.py"), *SOURCE.glob("*/actions/**/*.py")):
        room = path.relative_to(SOURCE).parts[0]
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                around = " ".join(ast.unparse(one) for one in node.decorator_list)
                found |= {f"{room}.{node.name}"} if "atomic" in around or "together" in around else set()
    return found


@cache
def named_by_the_faces() -> set[str]:
    """Every name that the source of a face uses."""
    found: set[str] = set()
    for path in (path for face in FACES for path in (SOURCE / face).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Attribute(attr=name) | ast.Name(id=name):
                    found.add(name)
                case ast.ImportFrom(names=names):
                    found |= {one.name for one in names}
    return found


def test_every_verb_is_offered_by_a_face_or_named_with_its_caller() -> None:
    found = verbs()
    assert len(found) > 250, "the search itself found too little"
    assert {verb for verb in found if verb.partition(".")[2] not in named_by_the_faces()} == set(WITHOUT_A_FACE)


def test_the_tables_of_acts_name_only_verbs_that_there_are() -> None:
    """What the walks do, what is killed midway, and what the process knows: none under a name that is long gone."""
    process = {step.verb for steps in PROCESS.values() for step in steps if hasattr(step, "verb")}
    known = set(CASE_VERBS) | OF_ITS_OWN_PAGE | process | {verb.partition(".")[2] for verb in verbs()}
    assert {row.verb for row in ROWS} <= set(CASE_VERBS)
    assert set(OFFERED) <= known
    assert {verb.name for verb in (*dying.VERBS, *dying_answers.VERBS)} <= known
