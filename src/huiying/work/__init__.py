"""How anything happens later: outbox, leases, schedule, the loop, notifications, numbering, rate limits."""
