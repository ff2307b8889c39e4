"""Simulation: made workspaces and a world that answers sends, with a known truth that is not shaped like any policy's model.

`worlds.prepare` writes the tables a demonstration starts from; `world.World` plays the customers; `policies` are the comparison arms.
Read docs/simulation.md for what is assumed and what is not realistic.
"""
