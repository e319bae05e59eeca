"""Verbs of one source. They are no verbs of a case."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from huiying.desk import forms_sources as forms
from huiying.desk.bar import NothingForm, Verb
from huiying.desk.forms_mailbox import EditMailboxForm, MailboxForm
from huiying.listening.actions import sources
from huiying.listening.adapters import MAILBOX
from huiying.listening.models import Source

SOURCE_VERBS: dict[str, Verb] = {
    "look": Verb(
        NothingForm, lambda source, data, user: sources.look_now(source, user), _("已排到最前，马上去看；稍后刷新。")
    ),
    "looked": Verb(
        forms.LookedForm,
        lambda source, data, user: sources.looked_by_hand(source, data["found"], data["note"], user),
        _("已记下：以服务器时间为准。"),
    ),
    "edit": Verb(
        forms.EditSourceForm, lambda source, data, user: sources.edit_source(source, told_of(data), user), _("已改。")
    ),
    "pause": Verb(
        forms.WhyForm,
        lambda source, data, user: sources.pause_source(source, data["reason"], user),
        _("已停用，理由已记录。"),
    ),
    "resume": Verb(
        NothingForm, lambda source, data, user: sources.resume_source(source, user), _("已恢复监测，马上去看。")
    ),
    "retire": Verb(
        forms.WhyForm,
        lambda source, data, user: sources.retire_source(source, data["reason"], user),
        _("已不再使用，记录都留着。"),
    ),
}


#: A mail box is edited by a form of its own.
MAILBOX_VERBS: dict[str, Verb] = {
    **SOURCE_VERBS,
    "edit": Verb(
        EditMailboxForm,
        lambda source, data, user: sources.edit_source(source, told_of(data, MailboxForm), user),
        _("已改。"),
    ),
}


def verbs_of(source: Source) -> dict[str, Verb]:
    """What may be done with a source of its kind."""
    return MAILBOX_VERBS if source.adapter == MAILBOX else SOURCE_VERBS


def told_of(
    cleaned: dict[str, object], kind: type[forms.SourceForm | MailboxForm] = forms.SourceForm
) -> sources.SourceData:
    """The cleaned fields of the form as the verb takes them."""
    form = kind()
    form.cleaned_data = dict(cleaned)
    return form.told()
