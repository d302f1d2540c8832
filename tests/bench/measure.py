"""What running a program costs: wall time, and memory of it and everything it starts."""

import dataclasses
import os
import statistics
import subprocess
import threading
import time
from pathlib import Path

SAMPLE_SECONDS = 0.02


class ProgramFailed(Exception):
    """A measured program ended with an exit code that is not among those allowed."""


@dataclasses.dataclass
class Cost:
    """One run. `api_calls` is set by whoever can see the server."""

    seconds: float
    peak_mb: float
    exit_code: int
    output: str
    api_calls: int = 0


def run(command, directory, environment, allowed=(0,), log=None):
    """Runs `command` to its end and measures it."""
    start = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=open(log, "ab") if log else subprocess.DEVNULL,
    )
    sampler = Sampler(process.pid)
    output = process.stdout.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - start
    # The kernel's own figure knows short peaks, but only of one process at a time.
    peak = max(sampler.stop(), usage.ru_maxrss)
    if process.returncode not in allowed:
        raise ProgramFailed(f"{' '.join(map(str, command))}: exit code {process.returncode}\n{output[-3000:]}")
    return Cost(seconds, peak / 1024, process.returncode, output)


class Sampler:
    """Adds up the resident memory of a process and its descendants, until it is stopped."""

    def __init__(self, pid):
        self.pid, self.peak, self.done = pid, 0, threading.Event()
        self.thread = threading.Thread(target=self._sample, daemon=True)
        self.thread.start()

    def _sample(self):
        while not self.done.wait(SAMPLE_SECONDS):
            self.peak = max(self.peak, sum(map(resident_kb, family(self.pid))))

    def stop(self):
        """The peak, in kilobytes."""
        self.done.set()
        self.thread.join()
        return self.peak


def family(pid):
    """The process and all its descendants that still live."""
    members = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in children.read_text().split():
                members += family(int(child))
        except OSError:
            continue  # It ended just now.
    return members


def resident_kb(pid):
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def median(costs):
    """The median of each figure over several runs, as a dictionary for JSON."""
    return {
        "seconds": round(statistics.median(cost.seconds for cost in costs), 3),
        "peak_mb": round(statistics.median(cost.peak_mb for cost in costs), 1),
        "api_calls": round(statistics.median(cost.api_calls for cost in costs)),
        "exit_codes": sorted({cost.exit_code for cost in costs}),
        "runs": [round(cost.seconds, 3) for cost in costs],
    }
