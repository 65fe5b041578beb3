"""How a face that speaks to a worker itself (the app, through QProcess) starts one."""

from __future__ import annotations

from haversack.runs.log import append_event
from haversack.runs.supervisor import worker_command, worker_environment

__all__ = ["append_event", "worker_command", "worker_environment"]
