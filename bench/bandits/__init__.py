"""Worlds in which bandits are compared, and the systems compared in them (`python -m bench.quality`)."""
