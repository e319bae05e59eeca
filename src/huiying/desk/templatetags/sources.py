"""What the pages of sources use beside the desk's own filters."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from huiying.listening import outcomes
from huiying.listening.models import SourceCheck

register = template.Library()


@register.simple_tag
def source_outcome(check: SourceCheck) -> SafeString:
    """How a look ended, in words; what was not collected stands out."""
    words = outcomes.WORDS.get(check.outcome, check.outcome)
    if check.outcome in outcomes.COLLECTED:
        return format_html("<span>{}</span>", words)
    return format_html('<span class="bad">{}</span>', words)
