from django.apps import AppConfig


class OverseeingConfig(AppConfig):
    name = "huiying.overseeing"
    label = "overseeing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.overseeing import (  # noqa: F401 -- registers what is kept and what the loop does
            digest_loop,
            kept,
            organising_loop,
        )
