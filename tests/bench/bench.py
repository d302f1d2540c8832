"""Measures `provision`, beside Terraform where that is there. It reports, and asserts no time."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import critical_path
import measure
import provision
import report
import terraform
from moto import Moto
from provision import Provision
from terraform import Terraform

REPOSITORY = Path(__file__).resolve().parents[2]
CONFIGURATIONS = Path(__file__).resolve().parent / "terraform"
SECTIONS = ["stacks", "log-groups", "engine", "sandbox", "critical-path"]
LOG_GROUPS = 1000
TIME_SCALE = 0.1


class Bench:
    """Where things are, and what has been measured so far."""

    def __init__(self, options, directory):
        self.program, self.runs, self.directory = options.provision, options.runs, directory
        self.engine = options.engine
        self.number = 0
        version = subprocess.run([self.program, "--version"], capture_output=True, text=True, check=True)
        self.figures = {
            "provision": version.stdout.split()[-1],
            "runs": self.runs,
            "compared": [],
            "alone": [],
            "skipped": [],
        }
        self.no_terraform = terraform.unavailable()
        if self.no_terraform:
            self.skip(f"the comparison with Terraform, because {self.no_terraform}")

    def skip(self, what):
        say(f"skipped {what}")
        self.figures["skipped"].append(what)

    def fresh(self):
        """A directory that is not there yet."""
        self.number += 1
        return self.directory / str(self.number)

    def alone(self, what, figure, budget, **raw):
        say(f"{what}: {figure}")
        self.figures["alone"].append({"what": what, "figure": figure, "budget": budget, **raw})

    def project(self, write, environment):
        directory = self.fresh()
        write(REPOSITORY, directory)
        return Provision(self.program, directory, environment)

    def compare(self, objects, write, configuration, steps):
        """Both tools on one moto server, each run on an empty one."""
        section = {"objects": objects}
        with Moto(self.directory) as moto:

            def ours():
                project = self.project(write, "moto")
                project.use_endpoint(moto.url)
                return project

            def theirs():
                return Terraform(CONFIGURATIONS / configuration, self.fresh(), moto.url)

            warm = ours()
            moto.counted(warm.apply)  # Moto loads a service at its first call, which is nobody's fault.
            section["provision"] = self.measure(moto, ours, steps)
            if not self.no_terraform:
                section["terraform"] = self.measure(moto, theirs, steps)
        self.figures["compared"].append(section)

    def measure(self, moto, make, steps):
        costs = {step: [] for step in steps}
        for _ in range(self.runs):
            moto.reset()
            tool = make()
            for step in steps:
                cost = moto.counted(getattr(tool, step))
                say(f"{tool.name} {step}: {cost.seconds:.2f} s, {cost.peak_mb:.0f} MB, {cost.api_calls} calls")
                check_count(tool, step, cost)
                costs[step].append(cost)
        return {step: measure.median(list_of) for step, list_of in costs.items()}


def check_count(tool, step, cost):
    """Our own meter and moto's log must agree, else one of them is wrong."""
    if tool.name == "provision" and provision.metered_calls(cost) != cost.api_calls:
        say(f"warning: {step}: --timings counts {provision.metered_calls(cost)} calls, moto {cost.api_calls}")


def stacks(bench):
    bench.compare("network, db, registry", provision.stacks, "stacks", ["apply", "plan", "destroy"])


def log_groups(bench):
    write = provision.log_groups(LOG_GROUPS)
    bench.compare(f"{LOG_GROUPS} log groups", write, "log_groups", ["apply", "plan"])
    with sandbox(bench.project(write, "sandbox")) as project:
        report_cost(bench, f"sandbox: apply of {LOG_GROUPS} log groups", [project.apply()], "")
        plans = [project.plan() for _ in range(bench.runs)]
        report_cost(bench, f"sandbox: no-op plan of {LOG_GROUPS} log groups", plans, "")


def engine(bench):
    if bench.engine is None or not bench.engine.exists():
        return bench.skip("10,000 resources, because the program ten_thousand is not built")
    results = [
        json.loads(measure.run([bench.engine], bench.directory, None).output) for _ in range(bench.runs)
    ]
    best = sorted(results, key=lambda result: result["seconds"])[len(results) // 2]
    figure = f"{best['seconds']:.2f} s, {best['peak_rss_mb']:.0f} MB"
    bench.alone("10,000 resources in memory: no-op plan", figure, "1 s, 300 MB", raw=best)


def sandbox_plan(bench):
    with sandbox(bench.project(provision.stacks, "sandbox")) as project:
        report_cost(bench, "sandbox: apply of the stacks", [project.apply()], "")
        plans = [project.plan() for _ in range(max(bench.runs, 5))]
        report_cost(bench, "sandbox: no-op plan of the stacks", plans, "0.3 s, 80 MB, 60 calls")


def critical(bench):
    with sandbox(bench.project(provision.stacks, "sandbox"), f"--time-scale={TIME_SCALE}") as project:
        cost = project.apply()
        chain, seconds = critical_path.longest(project.state(), critical_path.durations(REPOSITORY))
    path = seconds * TIME_SCALE
    figure = f"{cost.seconds:.2f} s against {path:.1f} s: {cost.seconds / path:.3f} ×"
    bench.alone("sandbox: `up` against the critical path", figure, "1.05 ×", chain=chain, seconds=cost.seconds)


def report_cost(bench, what, costs, budget):
    """Costs whose calls the tool's own meter counts, for want of another server's log."""
    for cost in costs:
        cost.api_calls = provision.metered_calls(cost)
    median = measure.median(costs)
    figure = f"{median['seconds']:.2f} s, {median['peak_mb']:.0f} MB, {median['api_calls']} calls"
    if median["exit_codes"] != [0]:
        figure += ", **not empty**"
    bench.alone(what, figure, budget, raw=median)


class sandbox:
    """A project whose sandbox runs meanwhile."""

    def __init__(self, project, *options):
        self.project, self.options = project, options

    def __enter__(self):
        self.project.sandbox("start", *self.options)
        return self.project

    def __exit__(self, *_):
        self.project.sandbox("stop")


def say(text):
    print(text, file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--provision", type=Path, required=True, help="the program")
    parser.add_argument("--engine", type=Path, help="the program ten_thousand")
    parser.add_argument("--out", type=Path, required=True, help="where figures are written")
    parser.add_argument("--runs", type=int, default=3, help="how often each step is measured")
    parser.add_argument("--quick", action="store_true", help="measure each step once")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="only this part (may be repeated)")
    options = parser.parse_args()
    options.runs = 1 if options.quick else options.runs
    return options


def main():
    options = arguments()
    parts = dict(zip(SECTIONS, [stacks, log_groups, engine, sandbox_plan, critical]))
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="provision-bench-") as directory:
        bench = Bench(options, Path(directory))
        for name in options.only or SECTIONS:
            say(f"== {name}")
            parts[name](bench)
    (options.out / "figures.json").write_text(json.dumps(bench.figures, indent=2) + "\n")
    table = report.markdown(bench.figures)
    (options.out / "figures.md").write_text(table)
    print(table)


if __name__ == "__main__":
    main()
