from django.apps import AppConfig

from huiying.kernel import starting


class RespondingConfig(AppConfig):
    name = "huiying.responding"
    label = "responding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.responding import kept  # noqa: F401  registers what the ledger keeps of its rows

        if starting.is_bare():
            return
        from huiying.handling import required
        from huiying.responding import closing, offboarding  # noqa: F401 -- registers what the loop does
        from huiying.responding.forms_required import done_forms
        from huiying.responding.tasks import (  # noqa: F401
            accounts,
            dialogue,
            drafting,
            following,
            forms,
            press,
            publishing,
            releasing,
        )

        closing.register()
        required.FORM_STATE = done_forms  # what the level asks for looks at what really stands in public (C8.7)
