"""Listeners to events: the one place that logs."""
