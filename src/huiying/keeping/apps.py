from django.apps import AppConfig

from huiying.kernel import processes


class KeepingConfig(AppConfig):
    name = "huiying.keeping"
    label = "keeping"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        if processes.is_bare():
            return
        from huiying.keeping import (  # noqa: F401  registers what the loop and `check` do
            damage,
            delivery,
            drift,
            evidence,
            health,
            keys,
            scheduled,
        )
