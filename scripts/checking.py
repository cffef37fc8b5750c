"""What the scripts share that try the program from outside, as an operator does."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
import tomllib

with open("Cargo.toml", "rb") as file:
    APP = tomllib.load(file)["package"]["name"]
# Where Debian puts what root uses, which is not everybody's PATH.
PATH = os.environ["PATH"] + ":/usr/sbin"


def fail(sentence, seen=""):
    sys.exit(f"FAILED: {sentence}\n{str(seen)[-4000:]}")


def check(holds, sentence, seen=""):
    """Says what holds, and stops at the first thing that does not."""
    if not holds:
        fail(sentence, seen)
    print(f"  {sentence}", flush=True)


def wait_for(what, condition, seen=lambda: ""):
    """Waits, however slow the machine is; two minutes of nothing are a failure."""
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.1)
    fail(f"waited two minutes for {what}", seen())


def install(tools):
    """Installs the Debian packages of those tools that are missing."""
    missing = [package for tool, package in tools.items() if not shutil.which(tool, path=PATH)]
    if missing:
        root = [] if os.getuid() == 0 else ["sudo"]
        apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q",
               "-o", "Acquire::http::Timeout=30", "-o", "Acquire::Retries=5"]
        subprocess.run([*apt, "update"], check=True)
        subprocess.run([*apt, "install", "-y", "--no-install-recommends", *missing], check=True)


def read(path):
    """A file's text; nothing, as long as there is no file."""
    with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8") as file:
        return file.read()
    return ""


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
