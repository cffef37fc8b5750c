"""Types a password at a terminal into a program, each time the program has switched the echo off.

terminal.py PASSWORD PROGRAM [ARGUMENT …]: prints as JSON all that stood on the terminal, whether the
echo was off whenever something was typed, whether it is on at the end, and the exit code.
"""

import json
import os
import pty
import select
import sys
import termios
import time

PATIENCE = 120  # seconds, for a machine that has much to do


def main(password, command):
    child, terminal = pty.fork()
    if child == 0:
        os.execv(command[0], command)
    said, was_hidden = b"", True

    def echoes():
        return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)

    def listen():
        nonlocal said
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                said += os.read(terminal, 4096)
            except OSError:  # the program is gone, and all it said was read
                time.sleep(0.05)

    for prompt in (b"New password: ", b"Once more: "):
        deadline = time.monotonic() + PATIENCE
        while prompt not in said and time.monotonic() < deadline:
            listen()
        # A program asks first and switches the echo off then; one that never does is told by this.
        deadline = time.monotonic() + 10
        while echoes() and time.monotonic() < deadline:
            time.sleep(0.01)
        was_hidden = was_hidden and not echoes()
        os.write(terminal, password.encode() + b"\n")

    deadline = time.monotonic() + PATIENCE
    code = None
    while code is None and time.monotonic() < deadline:
        listen()
        ended, status = os.waitpid(child, os.WNOHANG)
        code = os.waitstatus_to_exitcode(status) if ended else None
    for _ in range(20):
        listen()
    print(json.dumps({
        "said": said.decode(errors="replace"),
        "was_hidden": was_hidden,
        "echoes_at_the_end": echoes(),
        "code": code,
    }))


main(sys.argv[1], sys.argv[2:])
