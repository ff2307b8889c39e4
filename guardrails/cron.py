"""How often a cron line fires in a week. Five fields; `*`, lists, ranges and steps; day names. It is not a scheduler."""

from __future__ import annotations

_DAYS = {name: number for number, name in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])}
_MOST = 7 * 24 * 60


def fires_per_week(cron: str) -> int:
    """Fires in the busiest week. A line that cannot be read counts as daily: 7."""
    shortcuts = {"@hourly": 168, "@daily": 7, "@midnight": 7, "@weekly": 1, "@monthly": 1, "@yearly": 1, "@annually": 1}
    if cron.strip() in shortcuts:
        return shortcuts[cron.strip()]
    try:
        minute, hour, day, month, weekday = cron.split()
        _values(month, 1, 12)
        per_day = len(_values(minute, 0, 59)) * len(_values(hour, 0, 23))
        weekdays = {d % 7 for d in _values(weekday, 0, 7)}
        dates = _values(day, 1, 31)
    except ValueError:
        return 7
    if day.startswith("*") or weekday.startswith("*"):  # both must hold
        days = len(weekdays) if day.startswith("*") else _busiest(dates)
    else:  # either is enough
        days = min(7, len(weekdays) + _busiest(dates))
    return min(per_day * days, _MOST)


def _busiest(dates: set[int]) -> int:
    """The most of these dates of a month in any seven days; months of 28 to 31 days wrap around."""
    return max(
        sum(any((start + i - 1) % length + 1 == d for d in dates) for i in range(7))
        for length in (28, 29, 30, 31)
        for start in range(1, length + 1)
    )


def _values(field: str, low: int, high: int) -> set[int]:
    """The numbers a field names. Raises ValueError."""
    found: set[int] = set()
    for part in field.lower().split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start, end = (low, high) if span == "*" else (_number(first), _number(last) if last else (high if step else _number(first)))
        if not (low <= start <= end <= high):
            raise ValueError(f"{part!r} is not between {low} and {high}")
        found |= set(range(start, end + 1, int(step) if step else 1))
    return found


def _number(text: str) -> int:
    return _DAYS[text[:3]] if text[:3] in _DAYS else int(text)
