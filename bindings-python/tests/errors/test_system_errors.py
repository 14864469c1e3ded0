"""What the operating system, sockets, TLS and the file system raise through Python."""

from __future__ import annotations

import errno
import os
import resource
import select
import shutil
import socket
import ssl
from contextlib import ExitStack, suppress

import pytest

import provoking

ERRNOS = {
    "timeout": (True, "ETIMEDOUT ETIME"),
    "connection": (
        True,
        "ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ENOTCONN ESHUTDOWN ENETRESET EHOSTUNREACH ENETUNREACH EHOSTDOWN "
        "ENETDOWN EADDRNOTAVAIL ENONET ECOMM EINTR",
    ),
    "auth": (False, "EACCES EPERM EROFS"),
    "not_found": (False, "ENOENT ESRCH ENODEV ENXIO"),
    "resource": (False, "ENOSPC EDQUOT ENOMEM EFBIG"),
    "resource again": (True, "EMFILE ENFILE ENOBUFS EAGAIN EBUSY ENOLCK EUSERS ETXTBSY EALREADY EINPROGRESS"),
    "conflict": (False, "EEXIST ENOTEMPTY EADDRINUSE EISCONN"),
    "conflict again": (True, "EDEADLK ESTALE"),
    "invalid_request": (
        False,
        "EINVAL EBADF EDOM ERANGE ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE EPROTONOSUPPORT EAFNOSUPPORT "
        "ENAMETOOLONG ELOOP ENOTDIR EISDIR ENOEXEC E2BIG EFAULT ENOTTY ESPIPE EXDEV EILSEQ EOVERFLOW",
    ),
    "server": (False, "ENOSYS EOPNOTSUPP ENOPROTOOPT"),
    "cancelled": (False, "ECANCELED"),
}
CASES = [(name, key.split()[0], again) for key, (again, names) in ERRNOS.items() for name in names.split()]


@pytest.mark.parametrize(("name", "category", "retryable"), CASES, ids=[case[0] for case in CASES])
def test_an_errno(means, name, category, retryable):
    with means(category, retryable=retryable):
        number = getattr(errno, name)
        raise OSError(number, os.strerror(number), "/srv/app")


def test_nobody_listens(refused, means):
    with means("connection", retryable=True):
        socket.create_connection(("127.0.0.1", refused), timeout=5)


def test_a_name_that_does_not_exist(means):
    with means("connection", retryable=True):
        socket.create_connection((provoking.NOWHERE, 80), timeout=5)


def test_an_address_that_is_none(means):
    with means("invalid_request", retryable=False):
        socket.inet_aton("nowhere")


def test_a_port_that_is_none(means):
    with means("invalid_request", retryable=False):
        socket.socket().bind(("127.0.0.1", 99999))


def test_an_address_in_use(means):
    with socket.create_server(("127.0.0.1", 0)) as first, means("conflict", retryable=False):
        socket.create_server(first.getsockname())


def test_no_answer_in_time(silent, means):
    with socket.create_connection(("127.0.0.1", silent), timeout=0.05) as connection:
        with means("timeout", retryable=True):
            connection.recv(1)


def test_nothing_to_read_yet(silent, means):
    with socket.create_connection(("127.0.0.1", silent)) as connection:
        connection.setblocking(False)
        with means("resource", retryable=True):
            connection.recv(1)


def test_a_connection_that_is_reset(serve, means):
    with socket.create_connection(("127.0.0.1", serve(provoking.resets)), timeout=5) as connection:
        connection.sendall(b"x")
        with means("connection", retryable=True):
            while connection.recv(1):
                pass


def test_a_pipe_that_is_broken(means):
    reads, writes = os.pipe()
    os.close(reads)
    with means("connection", retryable=True):
        os.write(writes, b"x")
    os.close(writes)


def test_a_socket_that_is_closed(means):
    closed = socket.socket()
    closed.close()
    with means("invalid_request", retryable=False):
        closed.send(b"x")


def test_a_socket_that_is_not_connected(means):
    with socket.socket() as lonely, means("connection", retryable=True):
        lonely.send(b"x")


def test_too_many_open_files(means):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as opened:
        opened.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
        with means("resource", retryable=True):
            try:
                while True:
                    opened.callback(os.close, os.open(os.devnull, os.O_RDONLY))
            except OSError:
                # Whoever judges it opens files, too.
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
                raise


def test_a_descriptor_that_is_none(means):
    with means("invalid_request", retryable=False):
        select.select([-1], [], [], 0)


FILES = {
    "not there": (lambda folder: (folder / "nothing").read_bytes(), "not_found"),
    "a folder": (lambda folder: folder.read_bytes(), "invalid_request"),
    "there already": (lambda folder: folder.mkdir(), "conflict"),
    "below a file": (lambda folder: (folder / "file" / "x").read_bytes(), "invalid_request"),
    "not empty": (lambda folder: folder.rmdir(), "conflict"),
    "too long a name": (lambda folder: (folder / ("x" * 300)).read_bytes(), "invalid_request"),
    "the same": (lambda folder: shutil.copyfile(folder / "file", folder / "file"), "invalid_request"),
    "no archive": (lambda folder: shutil.unpack_archive(folder / "file", folder, "zip"), "invalid_request"),
    "no words": (lambda folder: (folder / "file").read_text("ascii"), "invalid_request"),
    "closed": (lambda folder: closed(folder / "file").read(), "invalid_request"),
    "for reading": (lambda folder: (folder / "file").open("rb").write(b"x"), "invalid_request"),
}


def closed(path):
    with path.open() as opened:
        return opened


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_is(means, file, tmp_path):
    (tmp_path / "file").write_bytes(b"\xff")
    use, category = FILES[file]
    with means(category, retryable=False):
        use(tmp_path)


def test_a_process_that_is_not_there(means):
    with means("not_found", retryable=False):
        os.kill(2**22 + 1, 0)


def shake(port, context=None, name="localhost"):
    context = context or ssl.create_default_context()
    with socket.create_connection(("127.0.0.1", port), timeout=5) as bare:
        with context.wrap_socket(bare, server_hostname=name) as secured:
            return secured.recv(1)


def test_a_certificate_that_nobody_signed(serve, tls, means):
    with means("connection", retryable=False):
        shake(serve(provoking.closes, tls()))


def test_a_certificate_of_another_name(serve, tls, means):
    context = tls("other.invalid")
    trusts = ssl.create_default_context(cafile=context.folder / "other.invalid.crt")
    with means("connection", retryable=False):
        shake(serve(provoking.closes, context), trusts)


def test_a_version_that_the_server_does_not_speak(serve, tls, means):
    server = tls("old.invalid")
    server.maximum_version = ssl.TLSVersion.TLSv1_2
    client = ssl.create_default_context()
    client.minimum_version = ssl.TLSVersion.TLSv1_3
    with means("connection", retryable=False):
        shake(serve(provoking.closes, server), client)


def test_no_cipher_in_common(serve, tls, means):
    server = tls("cipher.invalid")
    server.maximum_version = ssl.TLSVersion.TLSv1_2
    server.set_ciphers("ECDHE-RSA-AES256-GCM-SHA384")
    client = ssl.create_default_context()
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    client.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
    with means("connection", retryable=False):
        shake(serve(provoking.closes, server), client)


def test_a_server_that_speaks_plainly(serve, means):
    with means("connection", retryable=False):
        shake(serve(provoking.babbles))


@pytest.mark.parametrize("behaviour", [provoking.resets, provoking.closes], ids=["reset", "hung up"])
def test_a_handshake_that_breaks_off(serve, means, behaviour):
    with means("connection", retryable=True):
        shake(serve(behaviour))


def test_a_handshake_that_takes_too_long(silent, means):
    with means("timeout", retryable=True):
        with socket.create_connection(("127.0.0.1", silent), timeout=0.1) as bare:
            ssl.create_default_context().wrap_socket(bare, server_hostname="localhost")


def test_an_end_without_a_farewell(serve, tls, means):
    def leaves(connection):
        connection.recv(1)
        with suppress(OSError):
            os.close(connection.detach())

    context = tls("localhost")
    trusts = ssl.create_default_context(cafile=context.folder / "localhost.crt")

    def talk():
        with socket.create_connection(("127.0.0.1", serve(leaves, context)), timeout=5) as bare:
            secured = trusts.wrap_socket(bare, server_hostname="localhost", suppress_ragged_eofs=False)
            with secured:
                secured.sendall(b"x")
                secured.recv(1)

    with means("connection", retryable=True):
        talk()


def test_certificates_that_are_none(means, tmp_path):
    (tmp_path / "x.pem").write_text("nonsense")
    with means("connection", retryable=False):
        ssl.create_default_context(cafile=tmp_path / "x.pem")
