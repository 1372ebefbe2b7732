"""Statements run once, joined, cached and cancelled."""
