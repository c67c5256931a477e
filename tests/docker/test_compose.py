"""The container files hold together: what compose asks for, .env.example names; nothing is fetched
from elsewhere than Debian; nobody is root."""

import ipaddress
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

DOCKER = Path(__file__).resolve().parents[2] / "docker"
COMPOSE = DOCKER / "docker-compose.yml"
DOCKERFILE = (DOCKER / "Dockerfile").read_text()
SECRETS = {"REDIS_PASSWORD", "TURN_SECRET"}


def example():
    rows = re.findall(r"^(\w+)=(.*)$", (DOCKER / ".env.example").read_text(), re.MULTILINE)
    return {name: value for name, value in rows if name != "COMPOSE_PROJECT_NAME"}


def stages():
    """The Dockerfile's instructions by stage, in order."""
    by_stage = {}
    for line in DOCKERFILE.replace("\\\n", " ").splitlines():
        start = re.match(r"FROM (\S+) AS (\w+)", line)
        if start:
            lines = by_stage.setdefault(start[2], [])
        if line and not line.startswith("#"):
            lines.append(line)
    return by_stage


def test_every_variable_has_an_example_and_every_example_is_used():
    used = set(re.findall(r"\$\{(\w+)", COMPOSE.read_text()))
    assert used == set(example())


def test_secrets_have_no_default():
    values = example()
    for secret in SECRETS:
        assert values[secret] == ""
        assert f"${{{secret}:?" in COMPOSE.read_text()


def test_defaults_are_those_of_the_example():
    defaults = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", COMPOSE.read_text()))
    assert defaults == {name: value for name, value in example().items() if name not in SECRETS}


def test_every_service_is_built_here_and_confined():
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    assert set(services) == {"chatd", "redis", "turn"}
    for name, service in services.items():
        assert service["build"]["target"] in stages(), name
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
    assert "ports" not in services["redis"]


def test_redis_keeps_an_append_only_file_on_a_volume():
    compose = yaml.safe_load(COMPOSE.read_text())
    assert compose["services"]["redis"]["volumes"] == ["redis:/data"]
    assert "redis" in compose["volumes"]
    assert any("--appendonly yes" in line and "--dir /data" in line for line in stages()["redis"])


@pytest.mark.parametrize("stage", ["chatd", "redis", "turn"])
def test_images_run_as_an_ordinary_user(stage):
    users = [line.split()[1] for line in stages()[stage] if line.startswith("USER ")]
    assert users and users[-1] not in ("root", "0")


def test_everything_comes_from_debian():
    bases = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))
    assert bases == {"debian:12-slim"}
    assert not re.search(r"^RUN .*\b(curl|wget|git clone|pip)\b.*$", DOCKERFILE, re.MULTILINE)


def test_the_server_has_a_health_check():
    assert any(line.startswith("HEALTHCHECK") for line in stages()["chatd"])


@pytest.mark.parametrize("setting", ["use-auth-secret", "no-cli", "no-multicast-peers", "user-quota=",
                                     "total-quota=", "max-bps="])
def test_the_relay_is_hardened(setting):
    assert f"\n{setting}" in (DOCKER / "turnserver.conf").read_text()


@pytest.mark.parametrize("address", [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.31.255.255", "192.168.1.1",
    "224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "fd00::1", "fe80::1"])
def test_the_relay_reaches_no_such_address(address):
    ranges = re.findall(r"^denied-peer-ip=([^-\s]+)(?:-(\S+))?$", (DOCKER / "turnserver.conf").read_text(), re.M)
    wanted = ipaddress.ip_address(address)
    assert any(type(low) is type(wanted) and low <= wanted <= high for low, high in [
        (ipaddress.ip_address(first), ipaddress.ip_address(last or first)) for first, last in ranges])


def test_the_server_gets_the_relays_secret_as_a_file():
    entrypoint = (DOCKER / "entrypoint").read_text()
    assert "umask 077" in entrypoint and "CHATD_TURN_SECRET_FILE" in entrypoint
    assert "unset TURN_SECRET" in entrypoint


def compose_client():
    for client in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(client[0]) and not subprocess.run([*client, "version"], capture_output=True).returncode:
            return client
    return None


@pytest.mark.skipif(compose_client() is None, reason="no compose client on this machine")
def test_compose_accepts_the_file(tmp_path):
    settings = tmp_path / ".env"
    settings.write_text("".join(f"{name}={value or 'x'}\n" for name, value in example().items()))
    command = [*compose_client(), "--env-file", str(settings), "-f", str(COMPOSE), "config"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
