"""Suites that say whether a prompt or model got worse."""
