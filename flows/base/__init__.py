"""What every command stands on: settings, clock, locks, process groups, redaction, errors, SQL names and texts."""
