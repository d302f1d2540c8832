"""`provision` in a project of its own, so that a measurement leaves the repository's alone."""

import json
import os
import re
import shutil

import measure

LOG_GROUPS = """\
stack: groups
resources:
  group:
    type: logs.log_group
    for_each: {numbers}
    name: /${{env.prefix}}/${{each.value}}
    retention_in_days: 7
"""


def stacks(repository, directory):
    """A project with the repository's own stacks that need nothing but AWS."""
    (directory / "stacks").mkdir(parents=True)
    for stack in ["network", "db", "registry"]:
        shutil.copy(repository / f"stacks/{stack}.yaml", directory / "stacks")
    shutil.copytree(repository / "config", directory / "config")


def log_groups(count):
    """What makes a project with this many log groups and nothing else."""

    def write(repository, directory):
        (directory / "stacks").mkdir(parents=True)
        shutil.copytree(repository / "config", directory / "config")
        numbers = json.dumps([f"{number:04}" for number in range(count)])
        (directory / "stacks/groups.yaml").write_text(LOG_GROUPS.format(numbers=numbers))

    return write


class Provision:
    """One project and one environment."""

    name = "provision"

    def __init__(self, program, directory, environment):
        self.program, self.directory, self.environment = program, directory, environment

    def use_endpoint(self, url):
        """Points the environment's file at a server."""
        file = self.directory / f"config/{self.environment}.yaml"
        text = re.sub(r"(?m)^endpoint: .*$", f"endpoint: {url}", file.read_text())
        file.write_text(text)

    def _run(self, *arguments, allowed=(0,)):
        command = [self.program, "--root", self.directory, *arguments]
        variables = {**os.environ, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        return measure.run(command, self.directory, variables, allowed, self.directory / "stderr.log")

    def apply(self):
        return self._run("up", self.environment, "--yes", "--json", "--timings")

    def plan(self):
        """Exit code 2 says that the plan is not empty."""
        arguments = ("plan", self.environment, "--detailed-exitcode", "--json", "--timings")
        return self._run(*arguments, allowed=(0, 2))

    def destroy(self):
        return self._run("down", self.environment, "--yes", "--json", "--timings")

    def state(self):
        """The state's document."""
        return json.loads(self._run("state", "pull", self.environment).output)

    def sandbox(self, *arguments):
        return self._run("sandbox", *arguments)


def events(cost, kind):
    """The JSON lines of one type that a run printed."""
    lines = (json.loads(line) for line in cost.output.splitlines() if line.startswith("{"))
    return [line for line in lines if line["type"] == kind]


def metered_calls(cost):
    """How many calls a run says that it made."""
    (timings,) = events(cost, "timings")
    return sum(call["count"] for call in timings["calls"])
