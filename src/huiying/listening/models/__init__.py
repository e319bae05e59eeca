"""What was heard, from where, and who listened. No table here is keyed by a citizen (INV-10)."""

from huiying.listening.models.core import Message, Post, StaffReport
from huiying.listening.models.patrol import ClassNote, EmergencyWatch, PatrolCard, PatrolPoint

__all__ = [
    "ClassNote",
    "EmergencyWatch",
    "Message",
    "PatrolCard",
    "PatrolPoint",
    "Post",
    "StaffReport",
]
from huiying.listening.models.evidence import Evidence
from huiying.listening.models.sources import Source, SourceCheck, SourceHost, SourcePage

__all__ = ["Evidence", "Message", "Post", "Source", "SourceCheck", "SourceHost", "SourcePage", "StaffReport"]
from huiying.listening.models.imports import HandEntry, Import, PostAttachment, RejectedRow

__all__ = ["HandEntry", "Import", "Message", "Post", "PostAttachment", "RejectedRow", "StaffReport"]
from huiying.listening.models.readings import PictureReading

__all__ += ["PictureReading"]
