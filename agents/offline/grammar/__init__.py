"""The goal grammar: plain English in, the parts of a plan out. One file per concern; each reader takes its words out of the `Goal`.

Readers only take what they understand; what nobody took is asked back by the planner, so that no number and no limit is lost in silence.
Where a phrase has two readings, the stricter one is taken and the other asked about.
"""
