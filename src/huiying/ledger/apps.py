from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "huiying.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.ledger import comparing, upkeep  # noqa: F401  they register the hourly anchor and the auditors
