from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "huiying.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.people import (
            sessions,
            speakers,  # noqa: F401 -- registers its auditor
        )

        sessions.watch_sign_ins()
