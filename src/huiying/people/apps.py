from django.apps import AppConfig

from huiying.kernel import processes


class PeopleConfig(AppConfig):
    name = "huiying.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.people import kept  # noqa: F401  registers what the ledger keeps of its rows

        if processes.is_bare():
            return
        from huiying.people import registers, sessions  # noqa: F401 -- registers its auditor
        from huiying.people.actions import offboarding  # noqa: F401 -- registers what the loop does

        sessions.watch_sign_ins()
