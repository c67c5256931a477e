"""What the table shows: a row for each number worth comparing, with the target where there is one."""

from dataclasses import dataclass


@dataclass
class Row:
    figure: str
    case: str
    value: str
    label: str
    p99: str = None  # shown beside the value
    least: float = None
    most: float = None
    least_of_uws: float = None  # times what uWebSockets does in the same run

    def bounds(self, uws):
        """(least, most), None where there is no bound; `uws`: the value of uWebSockets, or None."""
        if self.least_of_uws is not None and uws is not None:
            return self.least_of_uws * uws, None
        return self.least, self.most

    def target(self, uws):
        least, most = self.bounds(uws)
        if least is not None:
            return f"≥ {short(least)}"
        return f"≤ {short(most)}" if most is not None else ""

    def met(self, value, uws):
        least, most = self.bounds(uws)
        if least is not None:
            return value >= least
        return value <= most if most is not None else None


def short(value):
    if value >= 1e6:
        return f"{value / 1e6:.2f} M"
    if value >= 100_000:
        return f"{value / 1e3:.0f} k"
    if value >= 10_000:
        return f"{value / 1e3:.1f} k"
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _connect(case):
    words = {"plain": "plain", "tls": "TLS, full", "resumed": "TLS, resumed"}
    return Row("connect", case, "per_cpu", f"connections upgraded per CPU-s, {words[case]}", "p99_ms",
               least_of_uws=0.9)


def _deliver(case):
    wire, rate = case.split()
    return Row("deliver", case, "per_cpu",
               f"deliveries per CPU-s, {wire.replace('tls', 'TLS')}, {rate} offered", "p99_ms",
               least_of_uws=1)


def _p99(case):
    return Row("deliver", case, "p99_ms", f"delivery p99, ms, {case.replace('tls', 'TLS')}", most=10)


def _downloads(case):
    wire = case.replace("tls", "TLS")
    yield Row("downloads", case, "mb_per_cpu", f"download, MB per CPU-s, {wire}")
    yield Row("downloads", case, "nginx_mb_per_cpu", f"the same file from nginx, MB per CPU-s, {wire}")


ROWS = [
    *[_connect(case) for case in ("plain", "tls", "resumed")],
    Row("idle", "plain", "bytes", "bytes of an idle connection, plain", most=2500),
    Row("idle", "tls", "bytes", "bytes of an idle connection, TLS", most=16_000),
    *[_deliver(case) for case in ("plain 50k/s", "tls 50k/s", "plain 500k/s", "tls 500k/s")],
    _p99("plain 50k/s"),
    _p99("tls 50k/s"),
    Row("deliver", "plain 50k/s", "redis_share", "Redis' share of that CPU time, 50k/s"),
    Row("deliver", "plain 500k/s", "redis_share", "Redis' share of that CPU time, 500k/s"),
    Row("deliver", "plain 500k/s", "per_second", "deliveries per second reached, plain, 500k/s"),
    Row("deliver", "tls 500k/s", "per_second", "deliveries per second reached, TLS, 500k/s"),
    Row("private", "plain", "per_second", "private messages/s acknowledged as stored, 2 workers",
        "p99_ms"),
    Row("private", "plain", "redis_alone", "the same script by Redis alone, a second"),
    Row("private", "plain", "share", "share of it that chatd reaches", least=0.4),
    Row("hop", "same worker", "p50_ms", "delay of a private message, ms, same worker", "p99_ms"),
    Row("hop", "other worker", "p50_ms", "delay of a private message, ms, other worker", "p99_ms"),
    Row("storm", "plain", "per_second", "logins/s by password in a storm", "p99_ms"),
    Row("storm", "plain", "share", "share of what the hash alone allows", least=0.8),
    Row("storm", "plain", "calm_p99_ms", "lobby p99, ms, before the storm"),
    Row("storm", "plain", "p99_ratio", "lobby p99 in the storm, times that", most=2),
    Row("upload", "plain", "mb_per_cpu", "upload, MB per CPU-s, plain"),
    Row("upload", "tls", "mb_per_cpu", "upload, MB per CPU-s, TLS"),
    Row("files", "tls", "mb_per_cpu", "resumable upload, MB per CPU-s, TLS"),
    Row("files", "tls", "nginx_mb_per_cpu", "PUT of the same file to nginx, MB per CPU-s, TLS"),
    Row("files", "tls", "share", "share of it that chatd reaches", least=0.4),
    Row("files", "tls", "grown_mb", "memory that an upload of 2 GB takes at most, MB", most=8),
    Row("files", "tls", "calm_p99_ms", "lobby p99, ms, TLS, before ten uploads of 4 MB/s each"),
    Row("files", "tls", "p99_ratio", "lobby p99 during them, times that", most=2),
    *[row for case in ("plain", "tls") for row in _downloads(case)],
    Row("growth", "plain", "memory_exponent", "growth of memory with users, exponent", most=1.05),
    Row("growth", "plain", "idle_exponent", "growth of everybody's idling CPU, exponent", most=1.05),
    Row("growth", "plain", "message_exponent", "growth of a lobby message's CPU, exponent", most=1.05),
    Row("growth", "plain", "login_exponent", "growth of one login's CPU, exponent", most=0.15),
    Row("workers", "one", "per_cpu_of_busiest", "deliveries per CPU-s of the busiest process, 1 worker",
        "p99_ms"),
    Row("workers", "two", "per_cpu_of_busiest", "the same, 2 workers", "p99_ms"),
    Row("workers", "two", "ratio", "two workers against one", least=1.8),
]
