from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "huiying.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.people import (
            kept,  # noqa: F401 -- says what the ledger vouches for
            sessions,
            speakers,  # noqa: F401 -- registers its auditor
        )
        from huiying.people.actions import leaving  # noqa: F401 -- registers what the loop does

        sessions.watch_sign_ins()
