"""One module a subject: its forms, its verbs, the sentences of its ledger entries, its part of a case's page."""
