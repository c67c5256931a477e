"""Self-signed certificates for the tests."""

import functools
import os
import ssl
import subprocess


class Certificate:
    """A certificate for localhost; `name` is its subject, to tell one from another."""

    def __init__(self, directory, name="chatd test"):
        self.name = name
        self.cert = os.path.join(directory, f"{name.replace(' ', '-')}.crt")
        self.key = os.path.join(directory, f"{name.replace(' ', '-')}.key")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", self.key, "-out",
             self.cert, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1"],
            check=True, capture_output=True)

    @functools.cached_property
    def context(self):
        """A client's SSL context that trusts this certificate alone."""
        return ssl.create_default_context(cafile=self.cert)
