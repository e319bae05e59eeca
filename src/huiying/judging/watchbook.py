"""The watch rules in force: the file that the regulation names, the bureau's agreed changes laid over it (C5.11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huiying.engine.rules import ExpressionError, RuleError, RuleSet, read_rules, rules_from
from huiying.judging.models import WatchChange, WatchProposal
from huiying.listening import watching
from huiying.people.queries import regulation_now

_BODY = ("group", "name", "expression", "sensitivity", "lead", "co_leads", "confirm_with", "priority", "note")


def version() -> int:
    """How many proposals have been agreed to; it only ever grows."""
    return _newest()[0]


def mark() -> str:
    """What the compiled rules are remembered by; "" while the file stands as it is."""
    return _newest()[1]


def _newest() -> tuple[int, str]:
    rows = WatchProposal.objects.filter(effective_no__isnull=False).order_by("-effective_no")
    number, mark = rows.values_list("effective_no", "mark").first() or (0, "")
    return number or 0, mark


def agreed_changes() -> list[WatchChange]:
    """All changes in force, in the order in which they took effect."""
    rows = WatchChange.objects.filter(proposal__state=WatchProposal.AGREED).select_related("proposal")
    return list(rows.order_by("proposal__effective_no", "id"))


def laid_over(data: Mapping[str, Any]) -> dict[str, Any]:
    """The rule file with the bureau's changes. A change that a newer file has made impossible is left out, so that one
    bad rule never silences the others; `left_out` names it and the auditor says so.
    """
    return _laid(data)[0]


def left_out() -> list[str]:
    """Ids of the bureau's rules which the file in force cannot take, e.g. because their department is gone."""
    return _laid(base())[1] if version() else []


def base() -> Mapping[str, Any]:
    """The rule file as it stands, without the bureau's changes."""
    found: Mapping[str, Any] = read_rules(watching.rules_source(regulation_now()))
    return found


def rules_now() -> RuleSet:
    """The rules in force, compiled."""
    return watching.ruleset(regulation_now())


def rows_now() -> dict[str, dict[str, Any]]:
    """The rules in force as rows of a rule file, by id, in order."""
    return {row["id"]: dict(row) for row in watching.rules_data(regulation_now())["rules"]}


def body_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What of a rule a person decides: everything but its id and version."""
    return {key: row[key] for key in _BODY if key in row}


def with_changes(data: Mapping[str, Any], changes: list[tuple[str, str, Mapping[str, Any], str]]) -> dict[str, Any]:
    """`data` with (rule id, action, body, version) applied in order. Rules of the file keep the file's version."""
    given = str(data.get("version", "1"))
    rows = {row["id"]: {"version": given, **row} for row in data["rules"]}
    for rule, action, body, number in changes:
        if action == WatchChange.REMOVE:
            rows.pop(rule, None)
        else:
            rows[rule] = {**body, "id": rule, "version": number}
    return {**data, "rules": list(rows.values())}


def _laid(data: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    changes = [(row.rule, row.action, row.body, row.version) for row in agreed_changes()]
    made = {**with_changes(data, changes), "version": f"{data.get('version', '1')}+{version()}"}
    try:
        rules_from(made, name="")
    except (RuleError, ExpressionError):
        bad = [rule for rule, action, body, number in changes if _fails(data, rule, action, body, number)]
        made["rules"] = with_changes(data, [change for change in changes if change[0] not in bad])["rules"]
        return made, list(dict.fromkeys(bad))
    return made, []


def _fails(data: Mapping[str, Any], rule: str, action: str, body: Mapping[str, Any], number: str) -> bool:
    if action == WatchChange.REMOVE:
        return False
    try:
        rules_from({**data, "rules": [{**body, "id": rule, "version": number}]}, name="")
    except (RuleError, ExpressionError):
        return True
    return False


def lay_over() -> None:
    """What was decided on the desk counts wherever rules are read; a command that loads no loop calls it itself."""
    watching.overlay(mark, laid_over)
