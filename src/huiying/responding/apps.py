from django.apps import AppConfig

from huiying.kernel import processes


class RespondingConfig(AppConfig):
    name = "huiying.responding"
    label = "responding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.responding import kept  # noqa: F401  registers what the ledger keeps of its rows

        if processes.is_bare():
            return
        from huiying.handling import required
        from huiying.responding.following import register
        from huiying.responding.forms_of_answer import done_forms
        from huiying.responding.tasks import (  # noqa: F401 -- registers what the loop does
            following,
            publishing,
            releasing,
            reviewing,
            turns,
        )

        register()
        required.FORM_STATE = done_forms  # what the level asks for looks at what really stands in public (C8.7)
