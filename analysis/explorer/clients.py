"""Who asks: a browser that has the cookie of this server's page, else whoever is at its address.

The cookie is a number that the server has signed, so nothing about a client is remembered, and
nobody can take another's place. Whoever asks without a cookie may get a new number at each visit of
the page, and with it a client's budget anew: what holds them is the budget of their address, which
all clients there share (analysis.explorer.budget).
"""

import hashlib
import hmac
import secrets
from http.cookies import CookieError, SimpleCookie


class Clients:
    """Cookies of one server: who a client is, and that it has shown the token."""

    def __init__(self, port: int, token: str | None) -> None:
        self._secret = secrets.token_bytes(32)
        self.token = token
        # cookies know nothing of ports: another leeway on this machine has its own
        self.client_cookie = f"leeway-client-{port}"
        self.token_cookie = f"leeway-token-{port}"

    def new(self) -> str:
        """The value of a new client's cookie."""
        number = secrets.token_hex(16)
        return f"{number}.{self._signed('client', number)}"

    def client(self, cookies: dict[str, str]) -> str | None:
        """The number of the client; None where there is no cookie of this server's."""
        number, _, signature = cookies.get(self.client_cookie, "").partition(".")
        good = hmac.compare_digest(signature.encode(), self._signed("client", number).encode())
        return number if good else None

    def asking(self, cookies: dict[str, str], address: str) -> str:
        """Who asks: the number of the client, else the address."""
        client = self.client(cookies)
        return address if client is None else client

    @property
    def pass_value(self) -> str:
        """What the cookie of somebody who has shown the token holds."""
        return self._signed("token", self.token or "")

    def knows_token(self, given: str) -> bool:
        """Whether this is the token, however long it takes to say no."""
        return self.token is not None and hmac.compare_digest(given.encode(), self.token.encode())

    def may_enter(self, cookies: dict[str, str]) -> bool:
        """Whether no token is needed, or it has been shown."""
        if self.token is None:
            return True
        given = cookies.get(self.token_cookie, "")
        return hmac.compare_digest(given.encode(), self.pass_value.encode())

    def _signed(self, what: str, text: str) -> str:
        return hmac.new(self._secret, f"{what} {text}".encode(), hashlib.sha256).hexdigest()


def read_cookies(headers: list[str]) -> dict[str, str]:
    """Name: value of Cookie headers; a header that can't be read counts as none."""
    found: dict[str, str] = {}
    for header in headers:
        try:
            jar = SimpleCookie(header)
        except CookieError:
            continue
        found.update({name: morsel.value for name, morsel in jar.items()})
    return found


def set_cookie(name: str, value: str) -> str:
    """A Set-Cookie header: no script reads it, no other site's page sends it."""
    return f"{name}={value}; Path=/; HttpOnly; SameSite=Strict"
