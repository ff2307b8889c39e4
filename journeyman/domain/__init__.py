"""The words of Journeyman as types: immutable pydantic records that every room speaks. No behaviour beyond their own shape."""

from journeyman.domain.asking import Answer, Question, Questions
from journeyman.domain.base import (
    ARMS,
    CHANNELS,
    WINDOW_HOURS,
    Arm,
    Channel,
    Id,
    Record,
    Regulated,
    SendWindow,
    Short,
    Text,
    Topic,
)
from journeyman.domain.brand import Brand, Evidence, Product
from journeyman.domain.cohort import SEGMENT, Analysis, Learning, LevelReport, Orders, PolicyReport, SegmentReport
from journeyman.domain.content import Brief, Cta, Rendered, Variant, Verdict, Violation, Written
from journeyman.domain.events import Event
from journeyman.domain.people import Customer
from journeyman.domain.plan import (
    ActionSets,
    Audience,
    FrequencyCap,
    Guardrails,
    Hypothesis,
    Incentive,
    Lever,
    Measurement,
    Money,
    Objective,
    Plan,
    QuietHours,
    Renewal,
    Schedule,
    SuccessEvent,
)
from journeyman.domain.predicate import AllOf, AnyOf, Comparison, Not, Predicate, comparisons
from journeyman.domain.sending import BlockReason, Decision, Outgoing, Send, SendState
from journeyman.domain.sources import CONSENT_COLUMNS, DataSources, Source

__all__ = [
    "ARMS", "CHANNELS", "CONSENT_COLUMNS", "SEGMENT", "WINDOW_HOURS", "ActionSets", "AllOf", "Analysis", "Answer", "AnyOf", "Arm",
    "Audience",
    "BlockReason", "Brand", "Brief", "Channel", "Comparison", "Cta", "Customer", "DataSources", "Decision", "Event", "Evidence",
    "FrequencyCap", "Guardrails", "Hypothesis", "Id", "Incentive", "Learning", "LevelReport", "Lever", "Measurement", "Money", "Not",
    "Objective", "Orders", "Outgoing", "Plan", "PolicyReport", "Predicate", "Product", "Question", "Questions", "QuietHours", "Record",
    "Regulated", "Rendered", "Renewal", "Schedule", "SegmentReport", "Send", "SendState", "SendWindow", "Short", "Source", "SuccessEvent",
    "Text", "Topic", "Variant", "Verdict", "Violation", "Written", "comparisons",
]  # fmt: skip
