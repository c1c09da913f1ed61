"""Health and figures for machines. Labels carry ids only, never a topic or a name."""

from __future__ import annotations

from dataclasses import dataclass

from collector.fleet import Assessed, Fleet, State
from collector.writer import Tally


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the service does."""

    writing: bool
    broker_problem: str  # empty while connected
    waiting: int
    tally: Tally

    @property
    def problem(self) -> str:
        """Why nothing is stored, or nothing."""
        return self.tally.problem


def healthy(pulse: Pulse) -> list[str]:
    """What is wrong, one sentence each; empty when all is well."""
    problems = []
    if not pulse.writing:
        problems.append("the writer has stopped; restart the collector")
    if pulse.broker_problem:
        problems.append(pulse.broker_problem)
    if pulse.problem:
        problems.append(pulse.problem)
    return problems


def metrics(fleet: Fleet, pulse: Pulse, pages: int) -> str:
    """Prometheus text exposition, version 0.0.4."""
    tally = pulse.tally
    lines: list[str] = []

    def family(name: str, kind: str, what: str, samples: list[tuple[str, float]]) -> None:
        lines.append(f"# HELP pustaka_{name} {what}")
        lines.append(f"# TYPE pustaka_{name} {kind}")
        lines.extend(f"pustaka_{name}{labels} {value:g}" for labels, value in samples)

    def one(value: float) -> list[tuple[str, float]]:
        return [("", value)]

    family("rows_total", "counter", "Rows stored.", one(tally.inserted))
    family("rows_duplicate_total", "counter", "Rows that came again.", one(tally.duplicates))
    family("rows_conflict_total", "counter", "Rows with a known number and other content.", one(tally.conflicts))
    family("dead_letters_total", "counter", "Messages or rows that could not be read.", one(tally.dead))
    family("messages_total", "counter", "Messages handled.", one(tally.messages))
    family("commits_total", "counter", "Transactions.", one(tally.commits))
    family("commit_seconds_total", "counter", "Time spent in them.", one(tally.commit_seconds))
    family("messages_waiting", "gauge", "Messages not yet written.", one(pulse.waiting))
    family("broker_connected", "gauge", "1 while connected to the broker.", one(not pulse.broker_problem))
    family("pages_open", "gauge", "Open event streams.", one(pages))
    family(
        "devices", "gauge", "Devices by state.",
        [(f'{{state="{state.value}"}}', float(fleet.count(state))) for state in State],
    )  # fmt: skip
    family("device_up", "gauge", "1 while the device is reachable.", _up(fleet))
    family("device_backlog_rows", "gauge", "Rows the device still keeps.", _backlog(fleet))
    return "\n".join(lines) + "\n"


def _up(fleet: Fleet) -> list[tuple[str, float]]:
    return [(_labels(each), float(each.state in (State.OK, State.DEGRADED))) for each in fleet.devices]


def _backlog(fleet: Fleet) -> list[tuple[str, float]]:
    return [(_labels(each), float(each.device.health.backlog)) for each in fleet.devices if each.device.health]


def _labels(assessed: Assessed) -> str:
    return f'{{site="{assessed.device.site}",device="{assessed.device.device}"}}'
