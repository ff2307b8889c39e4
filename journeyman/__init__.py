"""Journeyman's engine: decide, deliver, measure, simulate. An importable library that knows no language model."""
