"""The gate: what counts as taking part, who did, and what stays shut for whom."""
