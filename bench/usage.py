"""What a command costs: wall time, processor time, and the memory of all its processes."""

import os
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

EVERY_SECONDS = 0.2
PAGE = os.sysconf("SC_PAGE_SIZE")


class Failed(Exception):
    """A command that was measured ended with an error; the text is the end of what it printed."""


@dataclass(frozen=True)
class Usage:
    """What was used.

    Attributes:
        wall: seconds from begin to end, with whatever else the machine had to do.
        cpu: seconds of processors, user and system, of the command and all processes that it waited for.
        peak: bytes of memory (RSS) of the command and all its processes, at the worst of five looks a second.
    """

    wall: float
    cpu: float
    peak: int


def measured(command: list[str], environment: Mapping[str, str], folder: Path, log: Path) -> Usage:
    """Runs a command to its end.

    Args:
        command: the program and its arguments.
        environment: its environment, all of it.
        folder: its working directory.
        log: a file that gets what it prints.

    Raises:
        Failed: it ended with an error.
    """
    begun, peak = time.monotonic(), 0
    with log.open("wb") as printed:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=printed, stderr=subprocess.STDOUT)
        try:
            while True:
                pid, status, used = os.wait4(process.pid, os.WNOHANG)
                if pid:
                    break
                peak = max(peak, tree_memory(process.pid))
                time.sleep(EVERY_SECONDS)
        except BaseException:
            process.kill()
            raise
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed(f"{' '.join(command)} ended with {process.returncode}:\n{log.read_text(errors='replace')[-3000:]}")
    return Usage(time.monotonic() - begun, used.ru_utime + used.ru_stime, max(peak, used.ru_maxrss * 1024))


def tree(root: int) -> list[int]:
    """A process and all that it started, as they run now."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):  # it has ended meanwhile
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def tree_memory(root: int) -> int:
    """Bytes of memory (RSS) of a process and all that it started; pages that they share count for each of them."""
    total = 0
    for pid in tree(root):
        with suppress(OSError, ValueError, IndexError):
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    return total


def tree_cpu(root: int) -> float:
    """Seconds of processors that a process, all that it started and all that they waited for have used."""
    ticks = 0
    for pid in tree(root):
        with suppress(OSError, ValueError, IndexError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def bytes_of(path: Path) -> int:
    """Bytes of a file, or of all files below a folder; links count nothing."""
    if path.is_file():
        return path.stat().st_size
    return sum(found.stat().st_size for found in path.rglob("*") if found.is_file() and not found.is_symlink())
