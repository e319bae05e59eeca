"""Two people at one answer at the same moment, each in a process of their own (INV-4, C8.4): the right outcome, once.

Each race is run several times on a database file of SQLite and, where there is one, on PostgreSQL.
"""

from __future__ import annotations

from whole.racers import ROUNDS, Racers, racers as racers


def test_of_two_leaders_who_decide_the_same_step_in_the_same_second_one_does(racers: Racers) -> None:
    """C9.3: the office's head and deputy head both may; the step is decided once."""
    for _round in range(ROUNDS):
        number = racers.one({"verb": "in_review", "until": "office_head"})["done"]
        before = racers.answer(number)["decided"]
        told = {"verb": "sign", "role": "office_head", "case": number}
        answers = racers.both(told | {"who": "office"}, told | {"who": "office2"})
        assert sorted(answers, key=str) == [{"done": "done"}, {"refused": "round_is_over"}]
        assert racers.answer(number)["decided"] == before + 1


def test_two_who_sign_side_by_side_both_count_and_the_round_ends_once(racers: Racers) -> None:
    """C9.3 会签: the department's head and the secrecy checker in the same moment."""
    for _round in range(ROUNDS):
        number = racers.one({"verb": "in_review", "until": "division_head"})["done"]
        told = {"verb": "sign", "case": number}
        answers = racers.both(
            told | {"role": "division_head", "who": "tech_head"}, told | {"role": "secrecy_checker", "who": "secrecy"}
        )
        assert answers == [{"done": "done"}, {"done": "done"}]
        assert racers.answer(number)["decided"] == 2


def test_a_draft_that_changes_during_the_last_approval_is_never_approved_by_it(racers: Racers) -> None:
    """INV-4: either the approval came first and is void, or it is refused; the new text has no approval."""
    for _round in range(ROUNDS):
        number = racers.one({"verb": "in_review", "until": "deputy_leader"})["done"]
        answers = racers.both(
            {"verb": "sign", "role": "deputy_leader", "who": "deputy", "case": number},
            {"verb": "save", "who": "editor", "case": number},
        )
        assert answers[1] == {"done": "done"}
        assert answers[0] in ({"done": "done"}, {"refused": "round_is_over"}, {"refused": "other_text"})
        case = racers.answer(number)
        assert (case["state"], case["revisions"], case["open"]) == ("handling", 2, 0)


def test_an_approved_text_that_changes_while_it_is_released_goes_out_or_does_not_but_only_as_approved(
    racers: Racers,
) -> None:
    """INV-4, C7.4"""
    for _round in range(ROUNDS):
        number = racers.one({"verb": "approved"})["done"]
        racers.both(
            {"verb": "release", "to": "portal", "who": "office", "case": number},
            {"verb": "save", "who": "editor", "case": number},
        )
        racers.one({"verb": "publish", "who": "office", "case": number})
        case = racers.answer(number)
        assert case["live"] == 0, "the change voided the approval before the text was out"
        assert case["publications"] in ([], ["failed"])


def test_two_who_release_at_once_make_one_publication_and_it_goes_out_once(racers: Racers) -> None:
    """Habit 11: two presses, two workers, one public act."""
    for _round in range(ROUNDS):
        number = racers.one({"verb": "approved"})["done"]
        told = {"verb": "release", "to": "portal", "case": number}
        assert racers.both(told | {"who": "office"}, told | {"who": "editor"}) == [{"done": "done"}] * 2
        told = {"verb": "publish", "case": number}
        racers.both(told | {"who": "office"}, told | {"who": "editor"})
        case = racers.answer(number)
        assert (case["made"], case["live"], case["publications"]) == (1, 1, ["live"])


def test_a_link_that_two_open_at_once_is_answered_once(racers: Racers) -> None:
    """C8.4: single use."""
    for _round in range(ROUNDS):
        number = racers.one({"verb": "approved"})["done"]
        token = racers.one({"verb": "ask", "case": number})["done"]
        told = {"verb": "answer", "token": token, "case": number}
        answers = racers.both(told | {"who": "王主任"}, told | {"who": "李主任"})
        assert sorted(answers, key=str) == [{"done": "done"}, {"refused": "link_used"}]
        assert racers.answer(number)["confirmed"] == 1


def test_a_post_that_two_check_at_once_counts_once(racers: Racers) -> None:
    """C8.7, INV-5"""
    for _round in range(ROUNDS):
        number = racers.one({"verb": "approved"})["done"]
        racers.one({"verb": "release", "to": "weibo", "who": "office", "case": number})
        racers.one({"verb": "post", "who": "editor", "case": number})
        told = {"verb": "check", "case": number}
        answers = racers.both(told | {"who": "office"}, told | {"who": "duty"})
        assert sorted(answers, key=str) == [{"done": "done"}, {"refused": "nothing_to_verify"}]
        assert racers.answer(number)["live"] == 1


def test_after_all_races_of_the_answer_every_chain_is_whole(racers: Racers) -> None:
    """INV-8"""
    assert racers.one({"verb": "verify"}) == {"done": True}
