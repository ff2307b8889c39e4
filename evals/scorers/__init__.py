"""Scorers: plain functions from what a case expects and what came out to a number per field. They know no runner."""
