"""Journeys and the versions of their plans. draft → approved → live ⇄ paused; a new version of a live journey's plan waits for approval
while the approved one goes on."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, select, update

from journeyman.domain import Plan, Record
from journeyman.errors import PlanError
from journeyman.store.database import Store
from journeyman.store.rows import insert_new
from journeyman.store.tables import journeys, plans

State = Literal["draft", "approved", "live", "paused"]


class Journey(Record):
    """A journey as it stands. `salt` fixes who is in which arm for the journey's life."""

    name: str
    state: State
    salt: str
    version: int
    """The newest plan version."""
    approved_version: int | None
    policy_version: str | None
    created_at: datetime
    changed_at: datetime


def save_plan(store: Store, plan: Plan, *, salt: str | None = None) -> int:
    """Keeps the plan as the newest version of the journey it names and returns its number. The same plan again makes no new version.
    `salt` counts only when the journey is new; its default is the journey's name."""
    with store.transaction() as connection:
        now, body = store.clock.now(), plan.model_dump_json()
        first = {"name": plan.name, "state": "draft", "salt": salt or plan.name, "version": 0, "created_at": now, "changed_at": now}
        insert_new(connection, journeys, [first])
        newest = read(store, plan.name).version
        if newest and connection.scalar(select(plans.c.body).where(plans.c.journey == plan.name, plans.c.version == newest)) == body:
            return newest
        insert_new(connection, plans, [{"journey": plan.name, "version": newest + 1, "body": body, "created_at": now}])
        _change(store, connection, plan.name, version=newest + 1)
        return newest + 1


def approve(store: Store, name: str, *, by: str, version: int | None = None) -> int:
    """Approves a plan version (default: the newest) and returns its number. A live journey goes on, with this plan."""
    with store.transaction() as connection:
        journey = read(store, name)
        version = version or journey.version
        row = update(plans).where(plans.c.journey == name, plans.c.version == version)
        if not connection.execute(row.values(approved_at=store.clock.now(), approved_by=by)).rowcount:
            raise PlanError(f"Journey {name} has no plan version {version}.", remedy=f"Its newest version is {journey.version}.")
        state = "approved" if journey.state == "draft" else journey.state
        _change(store, connection, name, approved_version=version, state=state)
        return version


def go_live(store: Store, name: str) -> None:
    """From now on the gate lets its sends through. Raises PlanError when no plan version is approved."""
    with store.transaction() as connection:
        if read(store, name).approved_version is None:
            raise PlanError(f"The plan of {name} is not approved.", remedy="Approve it first: `journeyman approve`.")
        _change(store, connection, name, state="live")


def pause(store: Store, name: str) -> None:
    """Nothing more is sent until it goes live again. A journey that is not live stays as it is."""
    with store.transaction() as connection:
        if read(store, name).state == "live":
            _change(store, connection, name, state="paused")


def set_policy(store: Store, name: str, version: str) -> None:
    """Names the policy version that decides from now on."""
    with store.transaction() as connection:
        _change(store, connection, name, policy_version=version)


def read(store: Store, name: str) -> Journey:
    """The journey. Raises PlanError when there is none of that name."""
    with store.reading() as connection:
        row = connection.execute(select(journeys).where(journeys.c.name == name)).mappings().first()
    if row is None:
        raise PlanError(
            f"There is no journey {name}.", remedy="Make one with `journeyman plan`, or see the names with `journeyman report`."
        )
    return Journey(**row)


def listed(store: Store) -> list[Journey]:
    """All journeys by name."""
    with store.reading() as connection:
        return [Journey(**row) for row in connection.execute(select(journeys).order_by(journeys.c.name)).mappings()]


def plan(store: Store, name: str, version: int | None = None) -> Plan:
    """A plan version; by default the approved one, or the newest while none is approved. Raises PlanError."""
    journey = read(store, name)
    version = version or journey.approved_version or journey.version
    with store.reading() as connection:
        body = connection.scalar(select(plans.c.body).where(plans.c.journey == name, plans.c.version == version))
    if body is None:
        raise PlanError(f"Journey {name} has no plan version {version}.", remedy=f"Its newest version is {journey.version}.")
    return Plan.model_validate_json(body)


def approved_versions(store: Store, name: str) -> set[int]:
    """The numbers of all plan versions ever approved."""
    query = select(plans.c.version).where(plans.c.journey == name, plans.c.approved_at.is_not(None))
    with store.reading() as connection:
        return set(connection.scalars(query))


def live_plans(store: Store, but: str | None = None) -> list[Plan]:
    """The approved plans of live journeys, by name; `but` leaves one journey out."""
    return [plan(store, j.name) for j in listed(store) if j.state == "live" and j.name != but]


def _change(store: Store, connection: Connection, name: str, **values: Any) -> None:
    changed = update(journeys).where(journeys.c.name == name).values(changed_at=store.clock.now(), **values)
    if not connection.execute(changed).rowcount:
        raise PlanError(f"There is no journey {name}.", remedy="Make one with `journeyman plan`.")
