"""The power of the cases: which faults of the dictionary they let through, beside what other suites would."""
