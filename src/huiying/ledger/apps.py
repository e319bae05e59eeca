from django.apps import AppConfig

from huiying.kernel import processes


class LedgerConfig(AppConfig):
    name = "huiying.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.ledger import kept_tables  # noqa: F401  says why nothing is kept of work and libraries

        if processes.is_bare():
            return
        from huiying.ledger import comparing, upkeep  # noqa: F401  registers the hourly anchor and the auditors
