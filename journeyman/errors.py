"""All errors of Journeyman. What a user can mend carries a remedy and prints without a traceback.

JourneymanError              anything we raise on purpose
├── UserError                the user can mend it: prints message + remedy, exit code 2
│   ├── WorkspaceError       journeyman.yaml or the folder around it is wrong
│   ├── DataError            a table is missing, malformed or lacks a column
│   ├── PlanError            a goal or plan cannot be understood or carried out
│   ├── ContentError         a variant file or template is malformed
│   ├── PolicyError          a policy file or its inputs do not fit
│   │   └── SchemaShift      the features differ from those the policy was taught on
│   └── RunError             a run cannot start, resume or be found
├── ModelError               a language model failed us for good
│   ├── ModelUnavailable     transport: rate limit, server error, time-out, after all retries
│   │   └── CircuitOpen      it failed so often in a row that it is left alone for a while
│   ├── ModelRefused         the model declined to answer
│   ├── ModelNonsense        no valid structured reply after all retries
│   └── BudgetSpent          the run's token or money budget is used up
├── RenderError              a template cannot be rendered safely for this customer
├── DeliveryError            a provider did not take a message
│   ├── Refused              certainly not sent (bad address, 4xx)
│   └── Uncertain            perhaps sent (time-out after the request left)
└── StoreError               the database refused or lost something
"""

from __future__ import annotations


class JourneymanError(Exception):
    """Base class. `remedy` says in one sentence what to do about it ("" when nothing can be done)."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class UserError(JourneymanError):
    """The user can mend it."""


class WorkspaceError(UserError):
    """journeyman.yaml or the folder around it is wrong."""


class DataError(UserError):
    """A table is missing, malformed or lacks a column."""


class PlanError(UserError):
    """A goal or plan cannot be understood or carried out."""


class ContentError(UserError):
    """A variant file or template is malformed."""


class PolicyError(UserError):
    """A policy file or its inputs do not fit."""


class SchemaShift(PolicyError):
    """The features differ from those the policy was taught on."""


class RunError(UserError):
    """A run cannot start, resume or be found."""


class ModelError(JourneymanError):
    """A language model failed us for good."""


class ModelUnavailable(ModelError):
    """Transport: rate limit, server error or time-out, after all retries."""


class CircuitOpen(ModelUnavailable):
    """The model failed so often in a row that it is left alone for a while."""


class ModelRefused(ModelError):
    """The model declined to answer."""


class ModelNonsense(ModelError):
    """No valid structured reply after all retries."""


class BudgetSpent(ModelError):
    """The run's token or money budget is used up."""


class RenderError(JourneymanError):
    """A template cannot be rendered safely for this customer."""


class DeliveryError(JourneymanError):
    """A provider did not take a message."""


class Refused(DeliveryError):
    """Certainly not sent."""


class Uncertain(DeliveryError):
    """Perhaps sent: never repeat without an idempotency key."""


class StoreError(JourneymanError):
    """The database refused or lost something."""
