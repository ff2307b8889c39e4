"""What a planner asks back before it plans, and what the marketer answers."""

from __future__ import annotations

from pydantic import Field

from journeyman.domain.base import Id, Record, Text


class Question(Record):
    """One thing a goal leaves open that no good plan can be made without, in the goal's language."""

    id: Id
    """What it is about (`channels`, `dates` …); an answer names it. One question an id."""
    text: Text
    why: Text
    """Why it matters."""
    assumed: Text | None = None
    """What the plan would take for granted if nobody answered; None: nothing sensible can be."""


class Questions(Record):
    """A planner's answer to a goal that is vague, contradicts itself or cannot be understood: no plan yet."""

    language: str = Field(default="en", pattern=r"^[a-z]{2}$")
    questions: list[Question] = Field(min_length=1, max_length=20)

    @property
    def assumable(self) -> bool:
        """Whether a plan could be made without answers, on stated assumptions."""
        return all(q.assumed for q in self.questions)


class Answer(Record):
    """What the marketer says to a question. Answers are kept in the order given: a later one amends what the earlier ones left."""

    question: Id
    text: Text
