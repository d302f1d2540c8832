"""A moto server of our own, which counts the calls that it gets."""

import re
import socket
import subprocess
import time
import urllib.error
import urllib.request

REQUEST = re.compile(rb'"(?:GET|HEAD|POST|PUT|PATCH|DELETE) (?!/moto-api/)')
START_SECONDS = 60


class Moto:
    """`with Moto(directory) as moto`: it runs on a free port and is stopped at the end."""

    def __init__(self, directory):
        self.log = directory / "moto.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        command = ["moto_server", "-H", "127.0.0.1", "-p", str(self.port)]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError(f"moto did not start: see {self.log}")
            time.sleep(0.1)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def _answers(self):
        try:
            urllib.request.urlopen(f"{self.url}/moto-api/data.json", timeout=5).close()
            return True
        except (urllib.error.URLError, OSError):
            return False

    def reset(self):
        """Forgets every object, and goes on with its services loaded."""
        request = urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")
        urllib.request.urlopen(request).close()

    def counted(self, measure):
        """Carries `measure` out, and adds how many calls arrived meanwhile by moto's own log."""
        before = self._requests()
        cost = measure()
        time.sleep(0.2)  # A line is written after its answer.
        cost.api_calls = self._requests() - before
        return cost

    def _requests(self):
        return len(REQUEST.findall(self.log.read_bytes()))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
