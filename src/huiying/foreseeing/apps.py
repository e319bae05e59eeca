from django.apps import AppConfig

from huiying.kernel import starting


class ForeseeingConfig(AppConfig):
    name = "huiying.foreseeing"
    label = "foreseeing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.foreseeing import kept  # noqa: F401  registers what the ledger keeps of its rows

        if starting.is_bare():
            return
        from huiying.foreseeing import offboarding, tasks  # noqa: F401 -- registers what the loop does
