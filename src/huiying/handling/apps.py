from django.apps import AppConfig

from huiying.kernel import starting


class HandlingConfig(AppConfig):
    name = "huiying.handling"
    label = "handling"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.handling import kept  # noqa: F401  registers what the ledger keeps of its rows

        if starting.is_bare():
            return
        from huiying.handling import (  # noqa: F401 -- registers what the loop does
            audits,
            evidence_loop,
            handover_loop,
            liaison_loop,
            offboarding,
            task_loop,
            tasks,
        )
