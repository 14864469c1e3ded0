"""What smtplib, ftplib, poplib, imaplib and websockets raise."""

from __future__ import annotations

import asyncio
import base64
import ftplib
import hashlib
import imaplib
import poplib
import smtplib
import struct

import pytest
import websockets.asyncio.client
import websockets.exceptions

import provoking


def converses(greeting, answers):
    """Speak first, then answer each line as its first word asks for; unknown ones with the last answer."""

    def handle(connection):
        connection.sendall(greeting + b"\r\n")
        lines = connection.makefile("rb")
        while line := lines.readline():
            word = line.split()[-1 if b"LOGIN" in line else 0].upper() if line.strip() else b""
            found = next(
                (answer for start, answer in answers.items() if line.upper().startswith(start)), None
            )
            found = found or answers.get(word) or list(answers.values())[-1]
            connection.sendall(found.replace(b"TAG", line.split()[0]) + b"\r\n")

    return handle


# what is refused, and how: category, retryable
MAIL = {
    "450 Mailbox busy": ("server", True),
    "451 Local error": ("server", True),
    "452 Insufficient storage": ("server", True),
    "421 Service not available": ("server", True),
    "550 No such user": ("not_found", False),
    "552 Mailbox full": ("quota", False),
    "554 Transaction failed": ("invalid_request", False),
    "530 Authentication required": ("auth", False),
    "503 Bad sequence of commands": ("invalid_request", False),
}


@pytest.mark.parametrize("reply", MAIL)
def test_mail_that_is_refused(serve, means, reply):
    category, retryable = MAIL[reply]
    port = serve(converses(b"220 x", {b"EHLO": b"250 x", b"RSET": b"250 x", b"MAIL": reply.encode()}))
    with means(category, retryable=retryable), smtplib.SMTP("127.0.0.1", port, timeout=5) as mail:
        mail.sendmail("a@x.invalid", ["b@x.invalid"], "x")


@pytest.mark.parametrize("reply", ["550 No such user", "451 Greylisted"])
def test_recipients_that_are_refused(serve, means, reply):
    category, retryable = ("not_found", False) if reply.startswith("5") else ("server", True)
    answers = {b"EHLO": b"250 x", b"RSET": b"250 x", b"MAIL": b"250 x", b"RCPT": reply.encode()}
    with means(category, retryable=retryable):
        with smtplib.SMTP("127.0.0.1", serve(converses(b"220 x", answers)), timeout=5) as mail:
            mail.sendmail("a@x.invalid", ["b@x.invalid"], "x")


def test_mail_with_a_wrong_password(serve, means):
    answers = {b"EHLO": b"250 AUTH PLAIN", b"AUTH": b"535 Username and password not accepted"}
    with means("auth", retryable=False):
        with smtplib.SMTP("127.0.0.1", serve(converses(b"220 x", answers)), timeout=5) as mail:
            mail.login("x", "x")


@pytest.mark.parametrize("greeting", ["421 Too many connections", "554 No service here"])
def test_mail_whose_server_does_not_greet(serve, means, greeting):
    category, retryable = ("server", True) if greeting.startswith("4") else ("invalid_request", False)
    with means(category, retryable=retryable):
        smtplib.SMTP("127.0.0.1", serve(converses(greeting.encode(), {b"": b"250 x"})), timeout=5)


def test_mail_whose_server_hangs_up(serve, means):
    def leaves(connection):
        connection.sendall(b"220 x\r\n")
        connection.recv(1)

    with means("connection", retryable=True):
        smtplib.SMTP("127.0.0.1", serve(leaves), timeout=5).ehlo()


def test_mail_to_nobody(refused, means):
    with means("connection", retryable=True):
        smtplib.SMTP("127.0.0.1", refused, timeout=5)


def test_mail_over_tls_that_is_not_spoken(serve, means):
    with means("invalid_request", retryable=False):
        smtplib.SMTP("127.0.0.1", serve(converses(b"220 x", {b"EHLO": b"250 x"})), timeout=5).starttls()


FILES = {
    "425 Can't open data connection": ("connection", True),
    "426 Transfer aborted": ("connection", True),
    "450 File busy": ("server", True),
    "421 Too many users": ("server", True),
    "530 Not logged in": ("auth", False),
    "550 File not found": ("not_found", False),
    "552 Exceeded storage allocation": ("quota", False),
    "500 Unknown command": ("invalid_request", False),
}


@pytest.mark.parametrize("reply", FILES)
def test_a_file_that_is_refused(serve, means, reply):
    category, retryable = FILES[reply]
    answers = {b"USER": b"230 x", b"TYPE": b"200 x", b"QUIT": b"221 x", b"DELE": reply.encode()}
    with ftplib.FTP(timeout=5) as files, means(category, retryable=retryable):
        files.connect("127.0.0.1", serve(converses(b"220 x", answers)))
        files.login()
        files.delete("x")


def test_files_with_a_wrong_password(serve, means):
    answers = {b"USER": b"331 x", b"QUIT": b"221 x", b"PASS": b"530 Login incorrect"}
    with ftplib.FTP(timeout=5) as files, means("auth", retryable=False):
        files.connect("127.0.0.1", serve(converses(b"220 x", answers)))
        files.login("x", "x")


def test_files_whose_server_hangs_up(serve, means):
    with means("connection", retryable=True):
        ftplib.FTP(timeout=5).connect("127.0.0.1", serve(lambda _connection: None))


def test_post_with_a_wrong_password(serve, means):
    answers = {b"USER": b"+OK", b"PASS": b"-ERR [AUTH] Authentication failed"}
    post = poplib.POP3("127.0.0.1", serve(converses(b"+OK x", answers)), timeout=5)
    with means("auth", retryable=False):
        post.user("x")
        post.pass_("x")
    post.close()


def test_letters_with_a_wrong_password(serve, means):
    answers = {
        b"LOGIN": b"TAG NO [AUTHENTICATIONFAILED] Authentication failed",
        b"": b"* CAPABILITY IMAP4rev1\r\nTAG OK x",
    }

    def handle(connection):
        connection.sendall(b"* OK x\r\n")
        lines = connection.makefile("rb")
        while line := lines.readline():
            key = b"LOGIN" if b"LOGIN" in line else b""
            connection.sendall(answers[key].replace(b"TAG", line.split()[0]) + b"\r\n")

    letters = imaplib.IMAP4("127.0.0.1", serve(handle), timeout=5)
    with means("auth", retryable=False):
        letters.login("x", "x")
    letters.shutdown()


def test_letters_whose_server_hangs_up(serve, means):
    with means("connection", retryable=True):
        imaplib.IMAP4("127.0.0.1", serve(lambda _connection: None), timeout=5)


def closes_with(code):
    """A WebSocket that closes with this code; without one it just ends."""

    def handle(connection):
        head = provoking.request(connection)
        key = head.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
        magic = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        lines = [b"HTTP/1.1 101 x", b"Upgrade: websocket", b"Connection: Upgrade"]
        lines += [b"Sec-WebSocket-Accept: " + base64.b64encode(magic), b"", b""]
        connection.sendall(b"\r\n".join(lines))
        if code:
            connection.sendall(b"\x88\x02" + struct.pack("!H", code))
            connection.recv(100)

    return handle


def listen(port):
    async def first():
        async with websockets.asyncio.client.connect(f"ws://127.0.0.1:{port}/", open_timeout=5) as socket:
            return await socket.recv()

    return asyncio.run(first())


CLOSES = {
    0: ("connection", True),
    1000: ("connection", True),
    1001: ("connection", True),
    1002: ("invalid_request", False),
    1008: ("auth", False),
    1009: ("invalid_request", False),
    1011: ("server", True),
    1012: ("server", True),
    1013: ("server", True),
    4429: ("rate_limit", True),
    4401: ("auth", False),
}


@pytest.mark.parametrize("code", CLOSES)
def test_a_websocket_that_closes(serve, means, code):
    category, retryable = CLOSES[code]
    with means(category, retryable=retryable):
        listen(serve(closes_with(code)))


@pytest.mark.parametrize(
    ("status", "category", "retryable"), [(401, "auth", False), (429, "rate_limit", True)]
)
def test_a_websocket_that_is_refused(serve, means, status, category, retryable):
    answer = b"HTTP/1.1 %d x\r\nContent-Length: 0\r\n\r\n" % status
    with means(category, retryable=retryable):
        listen(serve(provoking.says(answer)))


def test_a_websocket_to_nobody(refused, means):
    with means("connection", retryable=True):
        listen(refused)


def test_a_websocket_whose_address_is_none(means):
    with means("invalid_request", retryable=False):
        asyncio.run(websockets.asyncio.client.connect("nowhere").__aenter__())
