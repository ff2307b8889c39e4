"""Delivery: normal addresses, rendered messages, e-mail, channels, and the dispatcher that sends what the gate lets through."""
