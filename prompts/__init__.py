"""Prompts are files: one versioned Jinja2 template each, `prompts/ID.j2`. `load(id).render(...)` makes the messages. Earlier versions stay
in `archive/` and are read by `load_version(id, version)`."""

from prompts.loader import Message, Prompt, PromptError, ids, load, load_version, read, warm

__all__ = ["Message", "Prompt", "PromptError", "ids", "load", "load_version", "read", "warm"]
