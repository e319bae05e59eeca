"""Documents （六）（十）: log, special report, slips and forms, composed from the record and kept as issued."""
