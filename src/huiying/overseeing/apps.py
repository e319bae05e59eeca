from django.apps import AppConfig

from huiying.kernel import starting


class OverseeingConfig(AppConfig):
    name = "huiying.overseeing"
    label = "overseeing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.overseeing import kept  # noqa: F401  registers what the ledger keeps of its rows

        if starting.is_bare():
            return
        from huiying.overseeing import digest_loop, organising_loop  # noqa: F401  registers what the loop does
