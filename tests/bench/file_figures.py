"""The figures of files that go up by tus, and down: what they cost, beside nginx, and what others notice."""

import contextlib
import os
import shutil
import subprocess

from chat_figures import ChatFigure
from figures import TICK_SECONDS, deliver
from harness import processes
from peers import Dav
from usage import Cpu

TUS = ("-H", "Tus-Resumable: 1.0.0")
PART = (*TUS, "-H", "Content-Type: application/offset+octet-stream", "-H", "Upload-Offset: 0",
        "-X", "PATCH")


class LargeFile(ChatFigure):
    """What has one."""

    repeat_most = 3

    def __init__(self, size):
        super().__init__(size)
        self.bytes = {"full": 2_000_000_000, "quick": 500_000_000, "smoke": 4_000_000}[size]

    @staticmethod
    def settings(case):
        return {"options": ["--max-upload-size", "4G"]}

    def file(self, directory):
        """As large as it is to be, and like no other."""
        path = os.path.join(directory, "large.bin")
        with open(path, "wb") as file:
            file.write(os.urandom(64))
            file.truncate(self.bytes)
        return path

    def mb_per_cpu(self, cpu):
        return self.bytes / 1e6 / max(cpu.total, TICK_SECONDS)


class Files(LargeFile):
    """One large file by tus, the same by PUT to nginx, and the lobby while ten go up."""

    name = "files"
    cases = ("tls",)
    UPLOADS = 10
    RATE = "4M"  # bytes a second of each of them
    LOBBY = {"rate": 50, "warm_up": 1}

    def measure(self, case, server):
        server.ensure(self.receivers)
        file = self.file(server.directory)
        self._upload(server, file)  # the disk's pages are there then, and what is loaded when needed
        values = {**self._upload(server, file), **self._lobby(server, file)}
        if shutil.which("nginx"):
            nginx = self._put(server, file)
            values.update(nginx_mb_per_cpu=nginx, share=values["mb_per_cpu"] / nginx)
        os.unlink(file)
        return values

    def _upload(self, server, file):
        worker, = server.server.workers()
        url = create(server, self.bytes)
        before = processes.resident(worker)
        with open(f"/proc/{worker}/clear_refs", "w") as forget:
            forget.write("5")  # the most that it ever held is what it holds now
        cpu = Cpu(server).start()
        subprocess.run(curl(*bearer(server), *PART, "-T", file, url), check=True, timeout=170)
        cpu.stop()
        grown = processes.most_resident(worker) - before
        subprocess.run(curl(*bearer(server), *TUS, "-X", "DELETE", url), check=True, timeout=60)
        return {"mb_per_cpu": self.mb_per_cpu(cpu), "grown_mb": grown / 1e6}

    def _put(self, server, file):
        nginx = Dav(os.path.join(server.directory, "dav"), server.server.certificate)
        nginx.start()
        try:
            for _ in range(2):
                cpu = Cpu(nginx).start()
                subprocess.run(curl("-T", file, f"https://127.0.0.1:{nginx.port}/large.bin"), check=True,
                               timeout=170)
                cpu.stop()
        finally:
            nginx.stop()
        return self.mb_per_cpu(cpu)

    def _lobby(self, server, file):
        calm = deliver(server, clients=self.receivers, seconds=self.seconds, **self.LOBBY)
        with contextlib.ExitStack() as uploads:
            for _ in range(self.UPLOADS):
                url = create(server, self.bytes)
                words = curl(*bearer(server), *PART, "--limit-rate", self.RATE, "-T", file, url)
                upload = uploads.enter_context(subprocess.Popen(words, stderr=subprocess.DEVNULL))
                uploads.callback(upload.kill)
            loaded = deliver(server, clients=self.receivers, seconds=self.seconds, **self.LOBBY)
        return {"calm_p99_ms": calm["p99_ms"], "loaded_p99_ms": loaded["p99_ms"],
                "p99_ratio": loaded["p99_ms"] / calm["p99_ms"]}


class Downloads(LargeFile):
    """The same file fetched: sent by the kernel where the connection is plain, by nginx as well."""

    name = "downloads"
    cases = ("plain", "tls")

    def measure(self, case, server):
        server.ensure(1)
        file = self.file(server.directory)
        url = create(server, self.bytes)
        subprocess.run(curl(*bearer(server), *PART, "-T", file, url), check=True, timeout=170)
        values = {"mb_per_cpu": self._get(server, url, *bearer(server))}
        subprocess.run(curl(*bearer(server), *TUS, "-X", "DELETE", url), check=True, timeout=60)
        if shutil.which("nginx"):
            nginx = self._get_from_nginx(server, file)
            values.update(nginx_mb_per_cpu=nginx, share=values["mb_per_cpu"] / nginx)
        os.unlink(file)
        return values

    def _get(self, server, url, *words):
        for _ in range(2):  # what is on disk is in memory the second time
            cpu = Cpu(server).start()
            subprocess.run(curl(*words, url), check=True, timeout=170)
            cpu.stop()
        return self.mb_per_cpu(cpu)

    def _get_from_nginx(self, server, file):
        nginx = Dav(os.path.join(server.directory, "dav"), server.server.certificate)
        os.link(file, os.path.join(nginx.directory, "large.bin"))
        nginx.start()
        try:
            return self._get(nginx, f"{base_of(nginx)}/large.bin")
        finally:
            nginx.stop()
            os.unlink(os.path.join(nginx.directory, "large.bin"))


def base_of(server):
    return f"{'https' if server.tls else 'http'}://127.0.0.1:{server.port}"


def curl(*words):
    return ["curl", "--silent", "--show-error", "--fail", "--insecure", "--output", os.devnull,
            "-H", "Expect:", *words]


def bearer(server):
    return "-H", f"Authorization: Bearer {server.accounts.lines[0].split()[1]}"


def create(server, length):
    """Begins an upload: its address."""
    base = base_of(server)
    words = curl(*bearer(server), *TUS, "-X", "POST", "-H", f"Upload-Length: {length}",
                 "--write-out", "%header{location}", f"{base}/files/")
    return base + subprocess.run(words, check=True, timeout=60, stdout=subprocess.PIPE, text=True).stdout


FIGURES = (Files, Downloads)
