"""What `huiying check` compares with the ledger, by subject: `cases` gathers the rest."""
