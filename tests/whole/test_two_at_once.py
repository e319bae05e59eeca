"""Two people do two things to one case at the same moment, each in a process of their own: the right outcome, once.

Each race is run several times on a database file of SQLite and, where there is one, on PostgreSQL.
"""

from __future__ import annotations

from whole.racers import ROUNDS, Racers, racers as racers


def test_of_two_who_accept_at_once_one_does(racers: Racers) -> None:
    """C10.6: the head and the liaison of the lead department press at the same moment."""
    for _round in range(ROUNDS):
        number = racers.one({"verb": "routed"})["done"]
        answers = racers.both(
            {"verb": "accept", "who": "tech_head", "case": number},
            {"verb": "accept", "who": "tech_liaison", "case": number},
        )
        assert sorted(answers, key=str) == [{"done": "done"}, {"refused": "already_accepted"}]
        case = racers.look(number)
        assert (case["state"], case["leads"], case["accepted"]) == ("handling", ["Z-XX"], 1)


def test_a_department_and_another_accept_at_once_the_lead_has_it(racers: Racers) -> None:
    """INV-6: the joint department's head presses too; only the lead's counts, whoever came first."""
    number = racers.one({"verb": "routed"})["done"]
    answers = racers.both(
        {"verb": "accept", "who": "works_head", "case": number}, {"verb": "accept", "who": "tech_head", "case": number}
    )
    assert answers[0]["refused"] in ("not_permitted", "already_accepted")
    assert answers[1] == {"done": "done"}


def test_a_case_is_regraded_while_it_is_returned(racers: Racers) -> None:
    """Both happen, in whichever order: the office leads, the level is up, the deadline is the earlier one (INV-3)."""
    for _round in range(ROUNDS):
        number = racers.one({"verb": "routed"})["done"]
        before = racers.look(number)
        answers = racers.both(
            {"verb": "return", "who": "tech_head", "case": number}, {"verb": "raise", "who": "top", "case": number}
        )
        assert answers == [{"done": "done"}, {"done": "done"}]
        case = racers.look(number)
        assert (case["state"], case["leads"], case["level"]) == ("returned", ["BGS"], "L4")
        assert (case["due"] <= before["due"], case["returned"]) == (True, 1)


def test_of_two_who_route_at_once_both_stand_in_the_record_and_one_leads(racers: Racers) -> None:
    """C2.1, INV-6: never two leads, whoever was last."""
    for _round in range(ROUNDS):
        number = racers.one({"verb": "opened"})["done"]
        racers.both(
            {"verb": "route", "who": "duty", "case": number, "to": "Z-XX"},
            {"verb": "route", "who": "office", "case": number, "to": "GCC"},
        )
        case = racers.look(number)
        assert case["state"] == "assigned"
        assert len(case["leads"]) == 1
        assert case["routed"] == 2


def test_of_two_merges_in_opposite_ways_one_comes_about(racers: Racers) -> None:
    """C5.16: both numbers stay valid, one case goes on, nothing is merged into itself by a ring."""
    for _round in range(ROUNDS):
        one, other = racers.one({"verb": "routed"})["done"], racers.one({"verb": "routed"})["done"]
        answers = racers.both(
            {"verb": "merge", "who": "duty", "case": one, "into": other},
            {"verb": "merge", "who": "office", "case": other, "into": one},
        )
        assert sorted("done" in answer for answer in answers) == [False, True]
        first, second = racers.look(one), racers.look(other)
        assert sorted([first["state"] == "merged", second["state"] == "merged"]) == [False, True]
        going_on, merged = (first, second) if second["state"] == "merged" else (second, first)
        assert merged["merged_into"] in (one, other)
        assert going_on["merged_into"] == ""
        assert going_on["due"] <= merged["due"]
        assert going_on["first"] <= merged["first"]


def test_of_two_who_open_one_invitation_one_gets_the_account(racers: Racers) -> None:
    """§6.1 S1: the link works once; whoever is second does not set another password."""
    for turn in range(ROUNDS):
        token = racers.one({"verb": "invite", "name": f"new{turn}"})["done"]
        answers = racers.both(
            {"verb": "join", "token": token, "password": "Huiying-2026-a-long-one"},
            {"verb": "join", "token": token, "password": "Huiying-2026-another-one"},
        )
        assert sorted(answers, key=str) == [{"done": "done"}, {"refused": "link_used"}]


def test_after_all_races_every_chain_is_whole(racers: Racers) -> None:
    """INV-8: no chain forked, no entry lost."""
    assert racers.one({"verb": "verify"}) == {"done": True}
