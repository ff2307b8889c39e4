"""The library: every variant written for a journey, and what became of it.

drafted → passed | rejected | escalated (the check) → approved | duplicate (curation, or a person) → retired (worn out). An approval is an
approval of one fingerprint: any edit makes the variant a draft again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import bindparam, func, select, update

from journeyman.domain import Variant, Verdict, Written
from journeyman.store.database import Store
from journeyman.store.rows import among, insert_new
from journeyman.store.tables import variants

Status = Literal["drafted", "passed", "rejected", "escalated", "approved", "duplicate", "retired"]
OF_VERDICT: dict[str, Status] = {"approve": "passed", "reject": "rejected", "escalate": "escalated"}


def add(store: Store, journey: str, written: Sequence[Written]) -> int:
    """Keeps drafts; ids known already are left as they are. Returns how many were new."""
    now = store.clock.now()
    rows = [{"journey": journey, "status": "drafted", "created_at": now, "changed_at": now, **_row(w)} for w in written]
    with store.transaction() as connection:
        return insert_new(connection, variants, rows)


def replace(store: Store, journey: str, written: Sequence[Written]) -> None:
    """New text under known ids: drafts again, with no verdict and no approval."""
    values = {"status": "drafted", "verdict": None, "approved_fingerprint": None, "changed_at": store.clock.now()}
    _update(store, journey, [{**values, **_row(w)} for w in written])


def judge(store: Store, journey: str, verdicts: Mapping[str, Verdict]) -> None:
    """Files what the check said of drafts: approve → passed, reject → rejected, escalate → escalated."""
    now = store.clock.now()
    _update(
        store,
        journey,
        [
            {"id": id_, "status": OF_VERDICT[v.verdict], "verdict": v.model_dump(mode="json"), "changed_at": now}
            for id_, v in verdicts.items()
        ],
    )


def settle(
    store: Store, journey: str, *, approved: Sequence[str] = (), duplicates: Sequence[str] = (), rejected: Sequence[str] = ()
) -> None:
    """Curation's or a person's word. An approval binds the text as it is now."""
    now = store.clock.now()
    with store.transaction() as connection:
        for status, ids in (("approved", approved), ("duplicate", duplicates), ("rejected", rejected)):
            bound = variants.c.fingerprint if status == "approved" else None
            mine = update(variants).where(variants.c.journey == journey, among(variants.c.id, ids))
            connection.execute(mine.values(status=status, approved_fingerprint=bound, changed_at=now))


def retire(store: Store, journey: str, ids: Sequence[str]) -> None:
    """Worn-out variants leave the library: none of their sends passes the gate any more."""
    _update(store, journey, [{"id": id_, "status": "retired", "changed_at": store.clock.now()} for id_ in ids])


def read(store: Store, journey: str, *, status: Status | None = None, ids: Sequence[str] | None = None) -> list[Written]:
    """Variants by id (of one status; of these ids), with where they came from."""
    columns = (variants.c.body, variants.c.brief, variants.c.author, variants.c.prompt, variants.c.skeleton)
    return [
        Written(variant=Variant.model_validate_json(body), brief=brief, author=author, prompt=prompt, skeleton=skeleton)
        for body, brief, author, prompt, skeleton in _select(store, journey, columns, status, ids)
    ]


def approved(store: Store, journey: str, ids: Sequence[str] | None = None) -> list[tuple[Variant, str]]:
    """The approved variants by id (all, or of these ids), each with the fingerprint that was approved."""
    rows = _select(store, journey, (variants.c.body, variants.c.approved_fingerprint), "approved", ids)
    return [(Variant.model_validate_json(body), fingerprint) for body, fingerprint in rows]


def verdicts(store: Store, journey: str, ids: Sequence[str] | None = None) -> dict[str, Verdict]:
    """The last verdict on each variant that has one."""
    rows = _select(store, journey, (variants.c.id, variants.c.verdict), None, ids)
    return {id_: Verdict.model_validate(verdict) for id_, verdict in rows if verdict is not None}


def counts(store: Store, journey: str) -> dict[str, int]:
    """How many: `written` (all), `approved`, `rejected`, `duplicates`, `drafted`, `passed`, `escalated`, `retired`."""
    query = select(variants.c.status, func.count()).where(variants.c.journey == journey).group_by(variants.c.status)
    with store.reading() as connection:
        found = {status: int(n) for status, n in connection.execute(query)}
    names = ("approved", "rejected", "drafted", "passed", "escalated", "retired")
    return {"written": sum(found.values()), "duplicates": found.get("duplicate", 0), **{n: found.get(n, 0) for n in names}}


def _row(written: Written) -> dict[str, Any]:
    v = written.variant
    row = {"id": v.id, "body": v.model_dump_json(exclude_none=True), "fingerprint": v.fingerprint()}
    return row | {"brief": written.brief, "author": written.author, "prompt": written.prompt, "skeleton": written.skeleton}


def _update(store: Store, journey: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows with the same columns each; `id` says which variant."""
    if not rows:
        return
    mine = update(variants).where(variants.c.journey == journey, variants.c.id == bindparam("which"))
    with store.transaction() as connection:
        connection.execute(mine, [{"which": row["id"], **{k: v for k, v in row.items() if k != "id"}} for row in rows])


def _select(store: Store, journey: str, columns: Sequence[Any], status: Status | None, ids: Sequence[str] | None) -> list[Any]:
    if ids is not None and not ids:
        return []
    query = select(*columns).where(variants.c.journey == journey).order_by(variants.c.id)
    if status is not None:
        query = query.where(variants.c.status == status)
    with store.reading() as connection:
        return list(connection.execute(query if ids is None else query.where(among(variants.c.id, ids))))
