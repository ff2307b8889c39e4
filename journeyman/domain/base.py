"""What every domain type shares: immutable, nothing unknown let in, ids bounded."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints

Channel = Literal["email", "sms", "push", "in_app"]
CHANNELS: tuple[Channel, ...] = ("email", "sms", "push", "in_app")
Topic = Literal["marketing", "transactional"]
Regulated = Literal["none", "credit"]
Arm = Literal["treatment", "random_control", "bau", "holdout"]
ARMS: tuple[Arm, ...] = ("treatment", "random_control", "bau", "holdout")
SendWindow = Literal["morning", "midday", "afternoon", "evening"]
WINDOW_HOURS: dict[SendWindow, tuple[int, int]] = {"morning": (8, 11), "midday": (11, 14), "afternoon": (14, 18), "evening": (18, 21)}
"""Local hours [start, end) of each send window; a send is scheduled at the start of its window."""

Id = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@+-]*$")]
Short = Annotated[str, StringConstraints(max_length=200)]
Text = Annotated[str, StringConstraints(max_length=20_000)]


_set = object.__setattr__


class Record(BaseModel):
    """A value: frozen, forbids unknown fields, compares by content."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def trusted(cls, values: dict[str, Any]) -> Self:
        """Of values that were validated on their way in: every field must be there, in order. The dict is taken over, not copied.
        What `model_construct` does, without its search for aliases and defaults: many times as fast."""
        made = cls.__new__(cls)
        _set(made, "__dict__", values)
        _set(made, "__pydantic_fields_set__", set(values))
        _set(made, "__pydantic_extra__", None)
        _set(made, "__pydantic_private__", None)
        return made
