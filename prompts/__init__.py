"""Prompts are files: one versioned Jinja2 template each, `prompts/ID.j2`. `load(id).render(...)` makes the messages."""

from prompts.loader import Message, Prompt, PromptError, ids, load

__all__ = ["Message", "Prompt", "PromptError", "ids", "load"]
