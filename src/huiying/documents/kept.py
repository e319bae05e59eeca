"""What the ledger vouches for of documents and what followed them (C6.9, C6.10, INV-8, INV-12)."""

from huiying.documents import models, schema
from huiying.ledger import append_only
from huiying.ledger.kept import QUEUE, keep

for _table, _unique in schema.TABLES.items():
    append_only.guard(_table, _unique)

keep(models.IssuedDocument, "文书", "A document")
keep(models.Signature, "文书签字", "A signature of a document")
keep(models.Addendum, "文书补记", "An addendum of a document")
keep(models.Circulation, "文书传阅", "A circulation of a document")
keep(models.Instruction, "批示", "An instruction on a document", {"next_action_at": QUEUE})
keep(models.Withdrawal, "文书撤回", "A withdrawal of a document")
