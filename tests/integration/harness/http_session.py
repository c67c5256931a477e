"""A browser's login over HTTP: `/session`, its cookie, and nothing else."""

import http.client
import json


class HttpSession:
    """Asks `/session` as a page of the server itself does; `cookie` is what the browser would send.

    source: the address to connect from. headers: in place of the page's own Origin.
    """

    def __init__(self, server, source="127.0.0.1", headers=None):
        self.server = server
        self.source = source
        self.cookie = None
        self.set_cookie = None
        self.headers = {"Origin": origin_of(server)} if headers is None else headers

    def login(self, username, password, **fields):
        """(status, message)"""
        return self.ask("POST", {"username": username, "password": password, **fields})

    def who(self):
        return self.ask("GET")

    def logout(self):
        return self.ask("DELETE")

    def ask(self, method, message=None, body=None, headers=None):
        """Sends one request; (status, message), the message None where the body is empty."""
        response, data = self.request(method, message, body, headers)
        return response.status, json.loads(data) if data else None

    def request(self, method, message=None, body=None, headers=None):
        fields = dict(self.headers)
        if self.cookie:
            fields["Cookie"] = self.cookie
        if message is not None:
            body = json.dumps(message)
            fields["Content-Type"] = "application/json"
        fields.update(headers or {})
        connection = self._connect()
        try:
            connection.request(method, "/session", body, fields)
            response = connection.getresponse()
            data = response.read()
        finally:
            connection.close()
        self.set_cookie = response.getheader("Set-Cookie")
        if self.set_cookie:
            pair = self.set_cookie.split(";")[0]
            self.cookie = pair if pair.split("=")[1] else None
        return response, data

    @property
    def token(self):
        return self.cookie.split("=")[1]

    def _connect(self):
        options = {"timeout": 20, "source_address": (self.source, 0)}
        if not self.server.certificate:
            return http.client.HTTPConnection("127.0.0.1", self.server.port, **options)
        return http.client.HTTPSConnection(
            "127.0.0.1", self.server.port, context=self.server.tls(), **options)


def origin_of(server):
    """What a browser calls a page that this server gave it."""
    return f"{'https' if server.certificate else 'http'}://127.0.0.1:{server.port}"
