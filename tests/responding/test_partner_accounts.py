"""C11.3, C8.10: partners carry on what is public. Each text goes to each once; nothing is ordered or paid."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.apps import apps
from django.core import mail

import releasing_told as told
import stories
from cast import Cast
from huiying.api import registers as api_registers, releasing as api_releasing
from huiying.desk.subjects import registers as subjects_registers, releasing
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people import registers
from huiying.people.actions.registers import edit_partner, end_partner, test_partner
from huiying.responding import actions as responding, partners
from huiying.responding.actions.partners import deliver, mark_sent, push, record_reply, send_again
from huiying.responding.models import PartnerPush, Publication
from huiying.responding.partners import ASKED, pack
from huiying.responding.tasks.releasing import untested_partners
from huiying.work.models import Job
from partners_told import answer, mailing as mailing, partner
from releasing_told import refused

test_partner.__test__ = False  # type: ignore[attr-defined] -- a verb, not a test
MAIL = {"host": "127.0.0.1"}
CARRIED = "https://weianshan.example/a/1"


# --- the register -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"contact_phone": "", "contact_email": ""}, "no_contact"),
        ({"contact_email": "not an address"}, "email"),
        ({"name": " "}, "too_short"),
        ({"contact_name": ""}, "too_short"),
    ],
)
def test_a_partner_can_be_reached(cast: Cast, change: dict[str, Any], code: str) -> None:
    assert refused(lambda: partner(cast, **change)) == code


def test_only_the_office_keeps_the_register(cast: Cast) -> None:
    for who in ("editor", "tech_head", "deputy", "duty", "admin"):
        assert refused(lambda who=who: partner(cast, actor=cast.people[who])) == "not_permitted"  # type: ignore[misc]


def test_a_partner_stands_once_ends_with_a_reason_and_may_come_back(cast: Cast, frozen: FrozenClock) -> None:
    row = partner(cast)
    assert refused(lambda: partner(cast)) == "already_registered"
    assert refused(lambda: end_partner(row, "", cast.office)) == "too_short"
    end_partner(row, "对方账号停更", cast.office)
    assert refused(lambda: end_partner(row, "对方账号停更", cast.office)) == "ended"
    assert not registers.partners().exists()
    frozen.advance(dt.timedelta(days=1))
    again = partner(cast, contact_name="新的编辑")
    assert (again.pk, again.until, again.since, again.contact_name) == (row.pk, None, clock.now(), "新的编辑")


def test_the_regulations_own_partner_is_missed_until_it_is_there(cast: Cast) -> None:
    assert registers.unlinked() == ["微鞍山"]
    assert "partner.missing" in {finding.code for finding in untested_partners()}
    row = partner(cast)
    assert registers.unlinked() == []
    end_partner(row, "对方账号停更", cast.office)
    assert registers.unlinked() == ["微鞍山"]


def test_editing_changes_the_contact_and_records_which(cast: Cast) -> None:
    row = partner(cast)
    told_ = {"operator": row.operator, "contact_name": row.contact_name, "contact_email": "", "agreement": ""}
    edit_partner(row, **told_, contact_phone="0412-5551111", actor=cast.office)
    entry = LedgerEntry.objects.get(kind="partner.changed")
    assert entry.data is not None
    assert entry.data["changed"] == ["contact_phone", "contact_email"]
    assert "5551111" not in str(entry.payload), "no telephone number stands in the ledger"
    before = LedgerEntry.objects.count()
    edit_partner(row, **told_, contact_phone="0412-5551111", actor=cast.office)
    assert LedgerEntry.objects.count() == before


def test_a_contact_is_tried_every_quarter(cast: Cast, frozen: FrozenClock) -> None:
    row = partner(cast)
    frozen.advance(dt.timedelta(days=90))
    assert not registers.tested([row])[0].overdue
    frozen.advance(dt.timedelta(seconds=1))
    assert registers.tested([row])[0].overdue
    assert [finding.code for finding in untested_partners()] == ["partner.untested"]
    test_partner(row, True, "", cast.office)
    assert not registers.tested([row])[0].overdue
    frozen.advance(dt.timedelta(days=91))
    assert registers.tested([row])[0].overdue


def test_a_contact_that_was_not_reached_is_due_at_once_and_says_what_was_done(cast: Cast, frozen: FrozenClock) -> None:
    row = partner(cast)
    assert refused(lambda: test_partner(row, False, "", cast.office)) == "too_short"
    test_partner(row, False, "无人接听，已发短信", cast.office)
    frozen.advance(dt.timedelta(seconds=1))
    found = registers.tested([row])[0]
    assert (found.overdue, found.failed) == (True, True)
    assert refused(lambda: test_partner(row, True, "", cast.editor)) == "not_permitted"


# --- what may be pushed -----------------------------------------------------------------------------------------------


def test_only_what_is_public_is_pushed(cast: Cast) -> None:
    row = partner(cast)
    release = told.approved(cast, renditions=told.BOTH)
    from huiying.responding.actions.press import publish_press

    queued, by_hand = publish_press(release, ["portal", "weibo"], cast.editor)
    for publication in (queued, by_hand):
        assert refused(lambda publication=publication: push(publication, row, cast.editor)) == "not_public"  # type: ignore[misc]
    stories.do_what_is_due()
    assert push(queued, row, cast.editor).means == "by_hand"


@pytest.mark.parametrize("state", ["queued", "sending", "to_do", "to_verify", "rejected", "failed"])
def test_no_other_state_is_public(cast: Cast, state: str) -> None:
    publication = answer(cast)
    publication.state = state
    assert partners.why_not_pushed(publication) == "not_public"


def test_a_text_that_was_corrected_is_not_carried_on(cast: Cast) -> None:
    release = told.corrected(cast)
    row = partner(cast)
    old, new = Publication.objects.filter(press__release=release).order_by("id")
    assert refused(lambda: push(old, row, cast.editor)) == "replaced"
    push(new, row, cast.editor)


def test_an_answer_about_a_danger_to_life_is_not_pushed(cast: Cast) -> None:
    """Life first: it is on no list."""
    publication = answer(cast)
    assert publication.case is not None
    type(publication.case.event).objects.update(life_safety=True)
    row = partner(cast)
    assert refused(lambda: push(publication, row, cast.editor)) == "not_public"
    assert partners.offered() == []


def test_answers_and_press_releases_are_offered_newest_first(cast: Cast, frozen: FrozenClock) -> None:
    first = answer(cast)
    frozen.advance(dt.timedelta(minutes=1))
    second = told.live(told.published(cast))
    assert partners.offered() == [second, first]


def test_nothing_goes_to_a_partner_that_ended(cast: Cast) -> None:
    row = partner(cast)
    end_partner(row, "对方账号停更", cast.office)
    publication = answer(cast)
    assert refused(lambda: push(publication, row, cast.editor)) == "ended"


@pytest.mark.parametrize("who", ["tech_head", "deputy", "duty", "inspector"])
def test_who_does_not_publish_pushes_nothing(cast: Cast, who: str) -> None:
    row, publication = partner(cast), answer(cast)
    assert refused(lambda: push(publication, row, cast.people[who])) == "not_permitted"


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_without_a_mail_server_a_person_copies_the_pack_and_says_so(cast: Cast) -> None:
    made = push(answer(cast), partner(cast), cast.editor)
    stories.do_what_is_due()
    assert (made.means, made.sent_at, mail.outbox) == ("by_hand", None, [])
    assert refused(lambda: record_reply(made, "reposted", CARRIED, "", cast.editor)) == "not_sent"
    assert refused(lambda: send_again(made, cast.editor)) == "no_mail"
    made = mark_sent(made, cast.editor)
    assert made.sent_at == clock.now()
    assert refused(lambda: mark_sent(made, cast.editor)) == "already_sent"


def test_pushing_twice_is_one_push(cast: Cast) -> None:
    row, publication = partner(cast), answer(cast)
    assert push(publication, row, cast.editor) == push(publication, row, cast.office)
    assert PartnerPush.objects.count() == 1
    other = partner(cast, name="鞍山发布")
    assert push(publication, other, cast.editor).pk != PartnerPush.objects.earliest("id").pk


def test_the_pack_asks_for_carrying_on_and_for_nothing_else_c8_10(cast: Cast) -> None:
    publication = answer(cast)
    written = pack(publication, partner(cast))
    assert publication.title in written.subject
    for part in (publication.title, publication.text, publication.url, ASKED):
        assert part in written.text
    assert "转载" in ASKED
    assert "不改事实" in ASKED
    for word in ("点赞", "评论", "跟帖", "阅读量", "付费", "费用", "报酬", "刷"):
        assert word not in written.text + written.html


def test_the_pack_escapes_what_it_carries(cast: Cast) -> None:
    publication = answer(cast)
    publication.title = publication.text = "<script>alert(1)</script>"
    assert "<script>" not in pack(publication, partner(cast)).html


def test_a_reply_has_an_address_or_a_no(cast: Cast) -> None:
    row = partner(cast)
    made = mark_sent(push(answer(cast), row, cast.editor), cast.editor)
    assert refused(lambda: record_reply(made, "liked", "", "", cast.editor)) == "reply"
    assert refused(lambda: record_reply(made, "reposted", "", "", cast.editor)) == "url"
    record_reply(made, "reposted", CARRIED, "放在二条", cast.editor)
    assert partners.tallies()[row.pk] == partners.Tally(1, 1, 0)
    record_reply(made, "declined", CARRIED, "", cast.editor)
    assert partners.tallies()[row.pk] == partners.Tally(1, 0, 1)
    assert PartnerPush.objects.get().url == ""
    kinds = list(LedgerEntry.objects.filter(kind__startswith="partner.").order_by("id").values_list("kind", flat=True))
    assert kinds == ["partner.added", "partner.pushed", "partner.sent", "partner.replied", "partner.replied"]


def test_what_happened_to_a_case_stands_in_its_chain(cast: Cast) -> None:
    publication = answer(cast)
    push(publication, partner(cast), cast.editor)
    assert publication.case is not None
    assert LedgerEntry.objects.get(kind="partner.pushed").chain == f"case:{publication.case.number}"


# --- by e-mail --------------------------------------------------------------------------------------------------------


def test_the_pack_goes_by_mail_once(cast: Cast, mailing: None) -> None:
    made = push(answer(cast), partner(cast), cast.editor)
    assert (made.means, mail.outbox) == ("email", []), "nothing leaves before the verb is committed"
    stories.do_what_is_due()
    (message,) = mail.outbox
    assert message.to == ["desk@weianshan.example"]
    assert message.from_email == "office@bureau.example"
    assert message.alternatives[0][1] == "text/html"  # type: ignore[attr-defined]
    assert message.extra_headers["Message-ID"].endswith("@bureau.example>")
    made.refresh_from_db()
    assert (made.sent_at, made.error) == (clock.now(), "")
    assert not deliver(made.pk), "what went is not sent again"
    assert len(mail.outbox) == 1


def test_a_partner_without_an_address_gets_it_by_hand(cast: Cast, mailing: None) -> None:
    assert push(answer(cast), partner(cast, contact_email=""), cast.editor).means == "by_hand"


def test_a_demonstration_sends_nothing(cast: Cast, mailing: None, settings: Any) -> None:
    settings.DEMO = True
    assert push(answer(cast), partner(cast), cast.editor).means == "by_hand"


def test_a_process_that_died_while_sending_never_sends_twice(cast: Cast, mailing: None) -> None:
    """The mark was written, the answer was not: only a person who asked the partner may go on."""
    made = push(answer(cast), partner(cast), cast.editor)
    PartnerPush.objects.update(error=partners.UNSURE)
    stories.do_what_is_due()
    assert mail.outbox == []
    job = Job.objects.get(kind="partner_push")
    assert job.failed_at is not None
    made.refresh_from_db()
    assert (made.sent_at, made.error) == (None, partners.UNSURE)
    assert mark_sent(made, cast.editor).means == "email", "it had arrived"


def test_after_asking_it_may_be_sent_again(cast: Cast, mailing: None) -> None:
    made = push(answer(cast), partner(cast), cast.editor)
    assert refused(lambda: send_again(made, cast.editor)) == "on_its_way"
    PartnerPush.objects.update(error=partners.UNSURE)
    stories.do_what_is_due()
    send_again(made, cast.editor)
    stories.do_what_is_due()
    made.refresh_from_db()
    assert (len(mail.outbox), made.sent_at) == (1, clock.now())
    assert refused(lambda: send_again(made, cast.editor)) == "already_sent"


def test_what_a_person_sent_meanwhile_is_not_sent_by_the_machine(cast: Cast, mailing: None) -> None:
    made = push(answer(cast), partner(cast), cast.editor)
    mark_sent(made, cast.editor)
    stories.do_what_is_due()
    assert mail.outbox == []


# --- what must be impossible (C8.10, C11.3, §6.3) ---------------------------------------------------------------------

FORBIDDEN = (
    "comment", "like", "pay", "price", "cost", "fee", "reward", "bonus", "follower", "hire", "order", "click",
    "view_count", "sockpuppet", "netizen",
)  # fmt: skip


def names_of_releasing() -> set[str]:
    models = ("Partner", "PartnerTest", "PartnerPush", "Platform")
    columns = {
        field.name
        for model in apps.get_models()
        if model.__name__ in models
        for field in model._meta.get_fields()
        if field.concrete
    }
    forms = {
        name
        for module in (subjects_registers, releasing)
        for form in vars(module).values()
        if isinstance(form, type) and hasattr(form, "base_fields")
        for name in form.base_fields
    }
    bodies = {
        name
        for module in (api_registers, api_releasing)
        for body in vars(module).values()
        if isinstance(body, type) and hasattr(body, "model_fields")
        for name in body.model_fields
    }
    assert len(columns) > 30
    assert len(forms) > 30
    assert len(bodies) > 60
    return columns | forms | (bodies - {"comment"})


def test_there_is_no_field_for_comments_likes_or_payments_c8_10() -> None:
    """`comment` of a review is the reviewer's own word; nothing else may sound like it."""
    names = names_of_releasing() - {"comment"}
    assert not [name for name in names for word in FORBIDDEN if word in name]


def test_the_only_answers_of_a_partner_are_carried_and_declined() -> None:
    choices = {code for code, _word in subjects_registers.ReplyForm.base_fields["reply"].choices}  # type: ignore[attr-defined]
    assert choices == {"reposted", "declined"}


def test_publications_of_a_case_reach_no_account_but_ours_inv_11(cast: Cast) -> None:
    """A partner's account is in no register of ours, so it can be no target of anything."""
    row = partner(cast)
    case = stories.approved(cast)
    assert refused(lambda: responding.release(case, [row.name], cast.office)) == "channel_without_text"
