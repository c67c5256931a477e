"""A disk of a few megabytes that can be filled to the last byte. Needs root."""

import os
import subprocess

import pytest


class SmallDisk:
    def __init__(self, path, size="4m"):
        self.path = path
        os.makedirs(path)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", path],
                              capture_output=True, check=False)
        self.mounted = done.returncode == 0
        if not self.mounted:
            pytest.skip("a disk to fill needs the right to mount")

    def fill(self):
        """Leaves no byte, whatever others free meanwhile."""
        with open(os.path.join(self.path, "filler"), "ab", buffering=0) as file:
            for size in (65536, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    pass

    def relieve(self):
        os.unlink(os.path.join(self.path, "filler"))

    def stop(self):
        """Unmounts; what runs on it has ended."""
        if self.mounted:
            subprocess.run(["umount", "-l", self.path], check=True)
