#!/usr/bin/env python3
"""Watches the resident memory of a process, and draws what it saw.

sample.py PID SECONDS FILE.svg [--settle SECONDS] [--most BYTES]

Exits with 1 if the process ended, or if its memory still grew after it had settled: if the mean of
the last quarter is more than `--most` above that of the quarter after settling.
"""

import argparse
import os
import sys
import time

PAGE = os.sysconf("SC_PAGE_SIZE")
WIDTH, HEIGHT, MARGIN = 960, 320, 56
MIB = 1024 * 1024


def resident(pid: int) -> int:
    """The resident memory of a process, in bytes."""
    with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * PAGE


def watch(pid: int, seconds: float) -> list[tuple[float, int]]:
    """The memory every half second."""
    begun, samples = time.monotonic(), []
    while (passed := time.monotonic() - begun) < seconds:
        samples.append((passed, resident(pid)))
        if sys.stderr.isatty():
            print(f"\r{passed:4.0f} s  {samples[-1][1] / MIB:6.1f} MiB", end="", file=sys.stderr)
        time.sleep(0.5)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return samples


def mean(samples: list[tuple[float, int]], begin: float, end: float) -> float:
    """The mean memory between two times."""
    chosen = [memory for at, memory in samples if begin <= at <= end]
    return sum(chosen) / len(chosen)


def draw(samples: list[tuple[float, int]], settled: float) -> str:
    """The curve as SVG."""
    last, top = samples[-1][0], max(memory for _, memory in samples) * 1.2

    def place(at: float, memory: float) -> str:
        x = MARGIN + at / last * (WIDTH - 2 * MARGIN)
        y = HEIGHT - MARGIN - memory / top * (HEIGHT - 2 * MARGIN)
        return f"{x:.1f},{y:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="system-ui, sans-serif" font-size="13" fill="#555">',
        "<title>Resident memory over time</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for step in range(5):
        memory = top * step / 4
        x, y = place(0, memory).split(",")
        parts.append(f'<path d="M{x},{y}H{WIDTH - MARGIN}" stroke="#ddd"/>')
        parts.append(f'<text x="{float(x) - 6:.0f}" y="{float(y) + 4:.0f}" '
                     f'text-anchor="end">{memory / MIB:.0f} MiB</text>')
    for step in range(7):
        x, y = place(last * step / 6, 0).split(",")
        parts.append(f'<text x="{x}" y="{float(y) + 20:.0f}" '
                     f'text-anchor="middle">{last * step / 6:.0f} s</text>')
    x, bottom = place(settled, 0).split(",")
    parts.append(f'<path d="M{x},{MARGIN}V{bottom}" stroke="#999" stroke-dasharray="4 4"/>')
    parts.append(f'<text x="{float(x) + 5:.0f}" y="{MARGIN}">settled</text>')
    curve = " ".join(place(at, memory) for at, memory in samples)
    parts.append(f'<polyline points="{curve}" fill="none" stroke="#0b62d6" stroke-width="2"/>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> int:
    """Watches, draws and judges."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pid", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("file")
    parser.add_argument("--settle", type=float, default=30)
    parser.add_argument("--most", type=int, default=2 * MIB)
    given = parser.parse_args()
    try:
        samples = watch(given.pid, given.seconds)
    except (FileNotFoundError, ProcessLookupError):
        print("the process ended", file=sys.stderr)
        return 1
    with open(given.file, "w", encoding="utf-8") as file:
        file.write(draw(samples, given.settle))
    quarter = (given.seconds - given.settle) / 4
    early = mean(samples, given.settle, given.settle + quarter)
    late = mean(samples, given.seconds - quarter, given.seconds)
    peak = max(memory for _, memory in samples)
    print(f"resident memory: {early / MIB:.1f} MiB when settled, {late / MIB:.1f} MiB at the end, "
          f"{peak / MIB:.1f} MiB at most; curve in {given.file}")
    return 1 if late - early > given.most else 0


if __name__ == "__main__":
    sys.exit(main())
