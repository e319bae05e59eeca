from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "huiying.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.ledger import comparing, kept_tables, upkeep  # noqa: F401  the hourly anchor, auditors, what is kept
