"""Where and of what the figures are."""

import os
import platform
import subprocess
import time


def about(chosen):
    def git(*words):
        return subprocess.run(["git", *words], capture_output=True, text=True,
                              cwd=os.path.dirname(__file__)).stdout.strip()

    with open("/proc/cpuinfo") as file:
        model = next((line.partition(":")[2].strip() for line in file if "model name" in line), "")
    return {
        "commit": git("rev-parse", "--short", "HEAD") + ("+" if git("status", "--porcelain", "-uno", "../../src") else ""),
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "cores": os.cpu_count(), "model": model, "kernel": platform.release(),
        "load": os.getloadavg()[1], "size": chosen.size, "repeat": chosen.repeat,
    }
