from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "huiying.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.ledger import upkeep  # noqa: F401  registers the hourly anchor and the auditor
