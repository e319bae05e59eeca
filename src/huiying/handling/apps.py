from django.apps import AppConfig


class HandlingConfig(AppConfig):
    name = "huiying.handling"
    label = "handling"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.handling import (  # noqa: F401 -- registers what the loop does
            audits,
            evidence_loop,
            handover_loop,
            kept,
            later,
            leaving,
            liaison_loop,
            task_loop,
        )
