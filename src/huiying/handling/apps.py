from django.apps import AppConfig

from huiying.kernel import processes


class HandlingConfig(AppConfig):
    name = "huiying.handling"
    label = "handling"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.handling import kept  # noqa: F401  registers what the ledger keeps of its rows

        if processes.is_bare():
            return
        from huiying.handling import audits, handover, offboarding, tasks  # noqa: F401 -- registers what the loop does
