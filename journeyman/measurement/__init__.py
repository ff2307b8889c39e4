"""What a journey earned: arms, attribution, lift, what works for whom, and an audit of what really left.

Pure functions over arrays and domain records: nothing here reads a clock, a database or a sibling room (the audit reads outbox files).
"""
