"""Closes the terminal at which a program serves.

terminal_closed.py PROGRAM: prints how it ended, as a negative number by which signal.
"""

import os
import pty
import signal
import sys
import time

PATIENCE = 120  # seconds, for a machine that has much to do

child, terminal = pty.fork()
if child == 0:
    os.execv(sys.argv[1], sys.argv[1:])
said = b""
while b"runs at" not in said:
    said += os.read(terminal, 4096)
os.close(terminal)
deadline = time.monotonic() + PATIENCE
ended, status = 0, 0
while not ended and time.monotonic() < deadline:
    time.sleep(0.05)
    ended, status = os.waitpid(child, os.WNOHANG)
if ended:
    print(os.waitstatus_to_exitcode(status))
else:
    os.kill(child, signal.SIGKILL)
    print("it goes on")
