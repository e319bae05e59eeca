from django.apps import AppConfig

from huiying.kernel import processes


class OverseeingConfig(AppConfig):
    name = "huiying.overseeing"
    label = "overseeing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.overseeing import kept  # noqa: F401  registers what the ledger keeps of its rows

        if processes.is_bare():
            return
        from huiying.overseeing import digest, organising  # noqa: F401  registers what the loop does
