"""Documents （六）（十）: log, special report, slips and forms, composed from the record at a cut-off and kept as issued."""
