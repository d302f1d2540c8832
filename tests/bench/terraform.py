"""Terraform with its AWS provider from a mirror on this machine."""

import os
import shutil
from pathlib import Path

import measure

PROVIDER = "registry.terraform.io/hashicorp/aws"


def unavailable():
    """Why Terraform can't be measured here, or nothing."""
    if shutil.which("terraform") is None:
        return "terraform is not installed"
    if mirror() is None:
        return f"no mirror with {PROVIDER}: name its directory in TF_PLUGIN_DIR"
    return None


def mirror():
    """The directory of a provider mirror: `TF_PLUGIN_DIR`, or where Terraform itself looks."""
    named = os.environ.get("TF_PLUGIN_DIR")
    usual = [
        Path.home() / ".terraform.d/plugins",
        Path.home() / ".local/share/terraform/plugins",
        Path("/usr/local/share/terraform/plugins"),
        Path("/usr/share/terraform/plugins"),
        Path("/opt/tf-plugins"),
    ]
    candidates = [Path(named)] if named else usual
    return next((path for path in candidates if (path / PROVIDER).is_dir()), None)


class Terraform:
    """One configuration in a directory of its own."""

    name = "terraform"

    def __init__(self, configuration, directory, url):
        shutil.copytree(configuration, directory)
        self.directory = directory
        settings = directory / "cli.tfrc"
        settings.write_text(
            f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror()}"\n  }}\n}}\n'
        )
        self.variables = {
            **os.environ,
            "TF_CLI_CONFIG_FILE": str(settings),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
        }
        self._run("init")

    def _run(self, *arguments, allowed=(0,)):
        command = ["terraform", *arguments, "-input=false", "-no-color"]
        return measure.run(command, self.directory, self.variables, allowed, self.directory / "stderr.log")

    def apply(self):
        return self._run("apply", "-auto-approve")

    def plan(self):
        """Exit code 2 says that the plan is not empty."""
        return self._run("plan", "-detailed-exitcode", allowed=(0, 2))

    def destroy(self):
        return self._run("destroy", "-auto-approve")
