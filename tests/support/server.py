"""The real hub as a child process: ``hub serve`` on a free port, and commands beside it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HUB = Path(sys.executable).with_name("hub")


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A hub of its own: a data folder, an environment, a process that can be started, killed and started again."""

    data_dir: Path
    variables: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        scheme = "https" if "HUB_TLS_CERT" in self.variables else "http"
        return self.variables.get("HUB_URL", f"{scheme}://127.0.0.1:{self.port}")

    @property
    def log(self) -> str:
        """Everything that the server has printed so far."""
        path = self._log_file
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self) -> Server:
        """Start serving, and come back when the hub says that it is ready."""
        with self._log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [HUB, "serve", "--port", str(self.port), *self.arguments],
                env=self.environment,
                cwd=self.data_dir,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait_until_ready()
        return self

    def kill(self) -> None:
        """End the server as a power cut would (SIGKILL)."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End the server as an operator would (SIGTERM)."""
        self._end(signal.SIGTERM)

    def command(self, *arguments: str, text: str | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run ``hub`` with these arguments beside the server; ``text`` is its standard input."""
        done = subprocess.run(
            [HUB, *arguments],
            env=self.environment,
            cwd=self.data_dir,
            input=text if text is not None else "",
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert not check or done.returncode == 0, f"hub {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done

    def json(self, *arguments: str) -> Any:
        """What a command prints with ``--json``."""
        return json.loads(self.command(*arguments, "--json").stdout)

    def open_for_everybody(self) -> None:
        """Let sites register and visitors search, as the first-run set-up would."""
        self.command("settings", "set", "hubenabled", "1")
        self.command("settings", "set", "privacy", "search")

    @property
    def _log_file(self) -> Path:
        return self.data_dir.parent / f"{self.data_dir.name}.log"

    @property
    def environment(self) -> dict[str, str]:
        """What the server and its commands find in their environment."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        return inherited | {"HUB_DATA_DIR": str(self.data_dir), **self.variables}

    def _wait_until_ready(self) -> None:
        assert self.process is not None
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            if self._answers():
                return
            time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"hub serve did not become ready:\n{self.log}")

    def _answers(self) -> bool:
        if "HUB_TLS_CERT" in self.variables:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)
        self.process = None
