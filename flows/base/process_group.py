"""Commands in process groups: they end, with all they started, when their time is up and when whoever started them ends.

Between the night and the command stands this file as a small process of its own (`python process_group.py COMMAND …`), first
in a process group, with a pipe from the night as its standard input. However the night ends, the pipe closes, and the
group is killed. So no dbt goes on writing, and no loader goes on loading, behind the back of the next night.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Self

GRACE_SECONDS = 10  # between asking a group to end and killing it


class TimedOut(Exception):
    """A command took longer than it may; it and all it started have ended."""


class ProcessGroup:
    """Runs commands; leaving the `with` statement ends those that still run.

    One object may run commands in several threads.

    Attributes:
        closed: set when nothing may be run any more.
    """

    def __init__(self):
        self.closed = threading.Event()
        self._running: set[subprocess.Popen] = set()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.closed.set()
            left = list(self._running)
        for process in left:
            _end(process)

    def run(
        self,
        command: Iterable[str | Path],
        folder: Path,
        environment: Mapping[str, str],
        seconds: float,
        hear: Callable[[str], None] = lambda line: None,
    ) -> int:
        """Runs a command to its end.

        Args:
            command: the program and its arguments.
            folder: its working directory.
            environment: all of its environment.
            seconds: how long it may take.
            hear: called with each line that it prints, of both streams, as they come.

        Returns:
            Its exit status; 128 + n if signal n killed it.

        Raises:
            TimedOut: it took longer; it has ended.
        """
        with self._lock:
            if self.closed.is_set():
                return 128 + signal.SIGTERM
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", __file__, *map(str, command)],
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
            self._running.add(process)
        late = threading.Event()

        def stop() -> None:
            late.set()
            _end(process)

        clock = threading.Timer(seconds, stop)
        clock.daemon = True
        clock.start()
        # if somebody killed the small process alone, the command would go on and hold the pipe open
        threading.Thread(target=_clear_after, args=(process,), daemon=True).start()
        try:
            for line in process.stdout:
                hear(line.rstrip("\n"))
            status = process.wait()
        except BaseException:
            _end(process)
            raise
        finally:
            clock.cancel()
            with self._lock:
                self._running.discard(process)
            process.stdin.close()
            process.stdout.close()
        if late.is_set():
            raise TimedOut
        return status if status >= 0 else 128 - status


def _end(process: subprocess.Popen) -> None:
    """Asks a process group to end, and kills it if it does not in time."""
    _signal(process, signal.SIGTERM)
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    _signal(process, signal.SIGKILL)


def _clear_after(process: subprocess.Popen) -> None:
    """Waits for the small process, and kills what it left of its group."""
    process.wait()
    _signal(process, signal.SIGKILL)


def _signal(process: subprocess.Popen, number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


def _hold(command: list[str]) -> int:
    """Runs a command, and kills the process group as soon as standard input closes."""
    signal.signal(signal.SIGTERM, lambda *_: None)  # the command gets it too, and decides
    try:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    except OSError as error:
        print(f"{command[0]} can't be run ({error.strerror})")
        return 127

    def watch() -> None:
        while os.read(0, 1):
            pass
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
    status = child.wait()
    os.killpg(0, signal.SIGTERM)  # what the command left behind
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    result = _hold(sys.argv[1:])
    sys.stdout.flush()
    os._exit(result)
