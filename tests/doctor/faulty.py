"""Sites with something wrong, played by real servers on loopback; each fault says what the doctor must find."""

from __future__ import annotations

import gzip
import socket
import ssl
import warnings
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import IPv4Network, IPv6Network
from itertools import repeat
from pathlib import Path
from threading import Event, Thread

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from hub.doctor.findings import Verdict
from tests.outgoing.servers import Server, Speak, answer, says, serving

NOW = datetime.now(UTC).replace(microsecond=0)  # the doctor's clock stands still here; OpenSSL asks the machine's
DATE = format_datetime(NOW, usegmt=True)
PAGE = (
    b'<html><head><meta name="keywords" content="moodle, A site" /><script>M.cfg = {"wwwroot":"%s"}</script></head>'
    b'<body><a href="/login/index.php">Log in</a></body></html>'
)
OLD_PAGE = (
    b'<html><head><meta name="keywords" content="moodle, A site" /></head><body>'
    b'<a href="http://docs.moodle.org/33/en/login/index">Moodle Docs</a></body></html>'
)
NAME = "moodle.test"


class Ticker:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class World:
    """What the doctor meets: where names lead, which authority he trusts, and how his seconds pass."""

    authority: trustme.CA
    folder: Path
    names: dict[str, tuple[str, ...]] = field(default_factory=lambda: {NAME: ("127.0.0.1",)})
    ticker: Ticker = field(default_factory=Ticker)
    patience: dict[str, float] = field(default_factory=dict)
    servers: list[Server] = field(default_factory=list)
    stack: ExitStack = field(default_factory=ExitStack)
    allowed: tuple[IPv4Network | IPv6Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))

    def resolve(self, host: str, _port: int) -> tuple[str, ...]:
        """What the DNS of this world answers."""
        if host == "hanging.test":
            Event().wait(1)
        return self.names.get(host, ())

    def serve(self, speak: Speak, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> str:
        """Let a server speak like this; its URL, under the usual name."""
        server = self.stack.enter_context(serving(speak, tls=tls, host=host))
        self.servers.append(server)
        return f"{server.scheme}://{NAME}:{server.port}"

    def moodle(self, *, page: bytes = PAGE, date: str = DATE) -> Speak:
        """A healthy Moodle: front page, sign-in page, and a registration page that asks for a sign-in."""

        def speak(connection: socket.socket, request: bytes) -> None:
            method, path, _ = request.split(b" ", 2)
            place = f"http://{request.partition(b'Host: ')[2].split()[0].decode()}"
            if path.startswith(b"/admin/"):
                connection.sendall(answer(303, location=f"{place}/login/index.php", date=date))
                return
            body = page.replace(b"%s", place.replace("/", "\\/").encode())
            whole = answer(200, body, date=date, set_cookie="MoodleSession=x; path=/", server="Apache")
            connection.sendall(whole[: -len(body)] if method == b"HEAD" else whole)

        return speak

    @property
    def received(self) -> int:
        """How many requests arrived at all servers."""
        return sum(len(server.requests) for server in self.servers)


@dataclass(frozen=True)
class Fault:
    """Something wrong: how it is played, and what the doctor has to say first."""

    name: str
    play: Callable[[World], str]  # the URL to examine
    cause: str
    verdict: Verdict = Verdict.BAD
    why: str = ""


FAULTS: list[Fault] = []


def fault(cause: str, verdict: Verdict = Verdict.BAD, why: str = "") -> Callable[[Callable[[World], str]], None]:
    """Declare that the function plays a fault of this cause."""

    def note(play: Callable[[World], str]) -> None:
        FAULTS.append(Fault(play.__name__.replace("_", "-"), play, cause, verdict, why))

    return note


def presenting(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def secure(world: World, **options: object) -> ssl.SSLContext:
    """A server's context with a certificate of the authority that the doctor trusts."""
    return presenting(world.authority.issue_cert(NAME, **options))  # type: ignore[arg-type]  # passed on


def own_certificate(folder: Path, issuer: tuple[x509.Name, ec.EllipticCurvePrivateKey] | None = None) -> Path:
    """A certificate that vouches for itself; or one issued by somebody, who tells where his own can be had."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    signer, signing_key = issuer or (subject, key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2050, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
    )
    if issuer:
        place = x509.UniformResourceIdentifier("http://authority.test/issuer.der")
        told = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, place)
        builder = builder.add_extension(x509.AuthorityInformationAccess([told]), critical=False)
    certificate = builder.sign(signing_key, hashes.SHA256())
    return _written(folder / f"{certificate.serial_number}.pem", key, certificate)


def _written(path: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> Path:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def hang(connection: socket.socket, _request: bytes = b"") -> None:
    """Say nothing until the other side hangs up."""
    connection.settimeout(20)
    connection.recv(1)


def blurt(listener: socket.socket) -> None:
    """Answer in plain text whatever comes, without hearing it out."""
    with suppress(OSError):  # the test is over
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def endless(start: bytes, piece: bytes) -> Speak:
    def speak(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(start)
        for each in repeat(piece):
            connection.sendall(each)

    return speak


def only_get(speak: Speak, head: Speak | None = None) -> Speak:
    """HEAD is answered like a healthy site, or as told; GET by ``speak``."""
    healthy = head or says(answer(200, date=DATE))
    return lambda connection, request: (healthy if request.startswith(b"HEAD") else speak)(connection, request)


# The name and the address


@fault("url-localhost")
def localhost(world: World) -> str:
    world.names["localhost"] = ("10.0.0.1",)
    return "http://localhost/moodle"


@fault("url-localname")
def a_name_of_the_own_network(world: World) -> str:
    return "http://intranet.local/"


@fault("name-unknown")
def unknown_name(world: World) -> str:
    return "https://nobody.test/"


@fault("address-refused")
def private_address(world: World) -> str:
    world.names["inside.test"] = ("10.0.0.1",)
    return "https://inside.test/"


@fault("name-slow")
def dns_that_hangs(world: World) -> str:
    world.patience["whole"] = 0.2
    return "https://hanging.test/"


# Connections


@fault("portclosed")
def refused(world: World) -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://{NAME}:{listener.getsockname()[1]}/"


@fault("firewalled")
def packets_thrown_away(world: World) -> str:
    world.patience["connect"] = 0.2
    full = world.stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
    for _ in range(3):
        waiting = world.stack.enter_context(socket.socket())
        waiting.setblocking(False)
        waiting.connect_ex(full.getsockname())
    return f"http://{NAME}:{full.getsockname()[1]}/"


@fault("ipv6-dead", Verdict.WARNING, "portclosed")
def dead_ipv6(world: World) -> str:
    world.names[NAME] = ("::1", "127.0.0.1")
    return world.serve(world.moodle())


@fault("ipv4-dead", Verdict.WARNING, "portclosed")
def dead_ipv4(world: World) -> str:
    world.names[NAME] = ("127.0.0.1", "::1")
    return world.serve(world.moodle(), host="::1")


# TLS


@fault("tls-expired")
def expired(world: World) -> str:
    return world.serve(says(answer()), tls=secure(world, not_after=datetime(2020, 1, 1, tzinfo=UTC)))


@fault("tls-notyet")
def not_yet_valid(world: World) -> str:
    return world.serve(says(answer()), tls=secure(world, not_before=datetime(2090, 1, 1, tzinfo=UTC)))


@fault("tls-ending", Verdict.WARNING)
def nearly_expired(world: World) -> str:
    return world.serve(world.moodle(), tls=secure(world, not_after=NOW + timedelta(days=5)))


@fault("tls-wrongname")
def wrong_name(world: World) -> str:
    return world.serve(says(answer()), tls=presenting(world.authority.issue_cert("other.test")))


@fault("tls-selfsigned")
def self_signed(world: World) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own_certificate(world.folder))
    return world.serve(says(answer()), tls=context)


@fault("tls-unknownca")
def unknown_authority(world: World) -> str:
    return world.serve(says(answer()), tls=presenting(trustme.CA().issue_cert(NAME)))


@fault("tls-incomplete")
def incomplete_chain(world: World) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    intermediate = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A well-known intermediate")])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own_certificate(world.folder, (intermediate, key)))
    return world.serve(says(answer()), tls=context)


@fault("tls-old")
def tls_too_old(world: World) -> str:
    context = secure(world)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return world.serve(says(answer()), tls=context)


@fault("tls-none")
def plain_http_where_tls_is_meant(world: World) -> str:
    listener = world.stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    Thread(target=blurt, args=(listener,), daemon=True).start()
    return f"https://{NAME}:{listener.getsockname()[1]}/"


@fault("tls-silent")
def silent_handshake(world: World) -> str:
    world.patience["connect"] = 0.2
    listener = world.stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    return f"https://{NAME}:{listener.getsockname()[1]}/"


# Redirects


@fault("loop")
def redirect_loop(world: World) -> str:
    return world.serve(says(answer(302, location="/")))


@fault("chain", Verdict.WARNING)
def too_many_redirects(world: World) -> str:
    steps = iter(range(100))

    def speak(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(answer(302, location=f"/{next(steps)}"))

    return world.serve(speak)


@fault("astray", why="address-refused")
def redirect_into_a_private_network(world: World) -> str:
    return world.serve(says(answer(302, location="http://10.0.0.1/")))


@fault("astray", why="tls-wrongname")
def redirect_to_a_bad_certificate(world: World) -> str:
    elsewhere = world.serve(says(answer()), tls=presenting(world.authority.issue_cert("other.test")))
    return world.serve(says(answer(301, location=elsewhere)))


@fault("to-www", Verdict.WARNING)
def redirect_to_www(world: World) -> str:
    world.names["www." + NAME] = ("127.0.0.1",)
    real = world.serve(world.moodle()).replace(NAME, "www." + NAME)
    return world.serve(says(answer(301, location=real)))


# Answers


@fault("silent")
def silent(world: World) -> str:
    world.patience |= {"head": 0.1, "get": 0.2}
    return world.serve(hang)


@fault("drip")
def slow_drip(world: World) -> str:
    world.patience |= {"get": 0.3}

    def drip(connection: socket.socket, _request: bytes) -> None:
        for each in repeat(b"x"):
            connection.sendall(each)
            Event().wait(0.02)

    return world.serve(only_get(drip))


@fault("slow", Verdict.WARNING)
def slow(world: World) -> str:
    healthy = world.moodle()

    def speak(connection: socket.socket, request: bytes) -> None:
        world.ticker.now += 6
        healthy(connection, request)

    return world.serve(speak)


@fault("hungup")
def hangs_up(world: World) -> str:
    return world.serve(says(b""))


@fault("nothttp")
def not_http(world: World) -> str:
    return world.serve(says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"))


@fault("cutoff")
def cut_off_in_the_middle(world: World) -> str:
    return world.serve(only_get(says(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<html>")))


@fault("endless-head")
def endless_headers(world: World) -> str:
    return world.serve(only_get(endless(b"HTTP/1.1 200 OK\r\n", b"X: " + b"x" * 1000 + b"\r\n")))


@fault("huge", Verdict.WARNING)
def huge_page(world: World) -> str:
    return world.serve(only_get(endless(b"HTTP/1.1 200 OK\r\nDate: " + DATE.encode() + b"\r\n\r\n", b"x" * 1000)))


@fault("huge", Verdict.WARNING)
def bomb(world: World) -> str:
    packed = gzip.compress(bytes(50_000_000))
    return world.serve(only_get(says(answer(200, packed, content_encoding="gzip", date=DATE))))


@fault("servererror")
def error_page(world: World) -> str:
    return world.serve(says(answer(500, b"<h1>Internal Server Error</h1>", date=DATE)))


@fault("unavailable")
def maintenance(world: World) -> str:
    return world.serve(says(answer(503, b"<p>This site is undergoing maintenance</p>", date=DATE)))


@fault("notfound")
def not_found(world: World) -> str:
    return world.serve(says(answer(404, date=DATE)))


@fault("toomanyrequests")
def too_many_requests(world: World) -> str:
    return world.serve(says(answer(429, date=DATE)))


@fault("agent-refused", Verdict.WARNING)
def forbidden_to_unknown_agents(world: World) -> str:
    healthy = world.moodle()

    def speak(connection: socket.socket, request: bytes) -> None:
        known = b"User-Agent: Mozilla/5.0" in request
        (healthy if known else says(answer(403, date=DATE)))(connection, request)

    return world.serve(speak)


@fault("forbidden", Verdict.WARNING)
def forbidden_to_everybody(world: World) -> str:
    return world.serve(says(answer(403, date=DATE)))


@fault("signin", Verdict.WARNING)
def password_before_the_site(world: World) -> str:
    return world.serve(says(answer(401, date=DATE)))


@fault("head-hangs", Verdict.WARNING)
def head_that_hangs(world: World) -> str:
    world.patience["head"] = 0.2
    return world.serve(only_get(world.moodle(), hang))


# Is it a Moodle, and is it right?


@fault("errorpage")
def html_error_with_status_200(world: World) -> str:
    page = b"<html><h1>Error</h1><p>Database connection failed</p></html>"
    return world.serve(only_get(says(answer(200, page, date=DATE))))


@fault("placeholder")
def welcome_page_of_the_web_server(world: World) -> str:
    page = b"<html><title>Apache2 Debian Default Page: It works</title></html>"
    return world.serve(only_get(says(answer(200, page, date=DATE))))


@fault("notmoodle")
def not_a_moodle(world: World) -> str:
    def speak(connection: socket.socket, request: bytes) -> None:
        front = request.split(b" ")[1] == b"/"
        connection.sendall(answer(200 if front else 404, b"<html>A shop</html>" if front else b"", date=DATE))

    return world.serve(only_get(speak))


@fault("wwwroot-differs", Verdict.WARNING)
def another_wwwroot(world: World) -> str:
    return world.serve(world.moodle(page=PAGE.replace(b"%s", b"https:\\/\\/real.test\\/moodle")))


@fault("clock-ahead", Verdict.WARNING)
def clock_hours_ahead(world: World) -> str:
    return world.serve(world.moodle(date=format_datetime(NOW + timedelta(hours=5), usegmt=True)))


@fault("clock-refused")
def clock_in_another_year(world: World) -> str:
    return world.serve(world.moodle(date=format_datetime(NOW - timedelta(days=400), usegmt=True)))


__all__ = ["FAULTS", "NAME", "NOW", "Fault", "Server", "World"]
