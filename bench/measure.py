"""One measurement as one line of JSON: what was measured, of which system, in which setting, on which machine."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import version
from typing import Any


def line(bench: str, value: float, unit: str, *, system: str = "journeyman", **setting: Any) -> str:
    """`{"bench", "system", "version", "value", "unit", "setting", "machine"}`"""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    record = {"bench": bench, "system": system, "version": version(system), "value": value, "unit": unit, "setting": setting}
    return json.dumps(record | {"machine": machine})
