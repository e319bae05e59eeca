from django.apps import AppConfig

from huiying.kernel import processes


class ForeseeingConfig(AppConfig):
    name = "huiying.foreseeing"
    label = "foreseeing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.foreseeing import kept  # noqa: F401  registers what the ledger keeps of its rows

        if processes.is_bare():
            return
        from huiying.foreseeing import tasks  # noqa: F401 -- registers what the loop does
