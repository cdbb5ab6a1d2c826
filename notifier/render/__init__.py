"""Core: alerts in words, for each medium. Start reading at `view`."""
