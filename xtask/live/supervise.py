"""Runs a server for as long as somebody holds this script's standard input open.

    python supervise.py FOLDER SECONDS PROGRAM [ARGUMENT...]

The server's output goes to FOLDER/output.log. Standard output says, one line each, `ready` when the server has
told so (the systemd protocol, NOTIFY_SOCKET), or `ended CODE` or `late` when it did not within SECONDS. When
standard input closes, the server and everything it started is ended: whoever started this script may be killed
in any way, and nothing stays behind. If this script is killed itself, the kernel ends the server.
"""

import ctypes
import os
import select
import signal
import socket
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 10


def main() -> int:
    folder, patience = sys.argv[1], float(sys.argv[2])
    # A socket's path may have 108 bytes at most, and the folder's may be longer.
    os.chdir(folder)
    notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notices.bind("notify.socket")

    with open("output.log", "ab") as log:
        server = subprocess.Popen(
            sys.argv[3:],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "NOTIFY_SOCKET": "notify.socket"},
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
    for signal_number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signal_number, lambda *_: sys.exit(1))
    try:
        watch(server, notices, time.monotonic() + patience)
    finally:
        end(server)
    return 0


def end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def watch(server: subprocess.Popen, notices: socket.socket, deadline: float) -> None:
    """Returns when the one who started us has gone, or the server has ended."""
    server_ended = os.pidfd_open(server.pid)
    said_ready = False
    while True:
        patience = None if said_ready else max(0.0, deadline - time.monotonic())
        readable, _, _ = select.select([sys.stdin, notices, server_ended], [], [], patience)
        if server_ended in readable:
            say(f"ended {server.wait()}")
            return
        if notices in readable and b"READY=1" in notices.recv(4096) and not said_ready:
            said_ready = True
            say("ready")
        if sys.stdin in readable:
            return
        if not readable:
            say("late")
            return


def say(line: str) -> None:
    try:
        print(line, flush=True)
    except BrokenPipeError:
        pass


def end(server: subprocess.Popen) -> None:
    """Asks the server's whole session to end, then insists."""
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(server.pid, signal_number)
        except ProcessLookupError:
            return
        try:
            server.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            continue


if __name__ == "__main__":
    sys.exit(main())
