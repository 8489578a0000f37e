"""From YAML to Cases: files read with positions, validated, expanded; the suite they make, and what narrows it."""
