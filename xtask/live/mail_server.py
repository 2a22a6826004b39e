"""A mail server that keeps what it accepts in a Maildir, and dies when it is told to.

    python mail_server.py certify FOLDER            makes ca.pem, another-ca.pem, server.pem in FOLDER
    python mail_server.py serve SETTINGS.json       serves on loopback, with STARTTLS before anything else
    python mail_server.py list MAILDIR              prints every mail as a line of JSON

SETTINGS.json has `port`, `maildir`, `certificate`, and may have `refuse` (an address that gets 550),
`dies_before` (it dies instead of taking the recipient of the mail after so many) and `dies_after` (it dies with so
many mails kept, before it tells the sender so about the last).
"""

import asyncio
import datetime
import email
import email.policy
import json
import mailbox
import os
import pathlib
import signal
import socket
import ssl
import sys

HOST = "localhost"


class Keeper:
    """Decides on recipients and keeps mails."""

    def __init__(self, settings: dict) -> None:
        self.settings = settings
        self.maildir = mailbox.Maildir(settings["maildir"])
        self.kept = 0

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802
        if address == self.settings.get("refuse"):
            return "550 5.1.1 nobody of that name is here"
        if self.kept == self.settings.get("dies_before"):
            os._exit(9)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 recipient taken"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        for address in envelope.rcpt_tos:
            self.maildir.add(b"X-Envelope-To: " + address.encode() + b"\r\n" + envelope.original_content)
        self.kept += 1
        if self.kept == self.settings.get("dies_after"):
            os._exit(9)
        return "250 2.0.0 kept"


async def serve(settings: dict) -> None:
    from aiosmtpd.smtp import SMTP

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(settings["certificate"])
    keeper = Keeper(settings)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(keeper, hostname=HOST, tls_context=context, require_starttls=True, loop=loop),
        "127.0.0.1",
        settings["port"],
    )
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
        notices.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
    await stop.wait()
    server.close()


def certify(folder: pathlib.Path) -> None:
    authority, authority_key = make_authority("Example Authority")
    another, _ = make_authority("Another Authority")
    certificate, key = make_certificate(authority, authority_key)
    (folder / "ca.pem").write_bytes(pem(authority))
    (folder / "another-ca.pem").write_bytes(pem(another))
    (folder / "server.pem").write_bytes(private_pem(key) + pem(certificate))


def make_authority(name: str):
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = named(name)
    builder = begin(subject, subject, key.public_key())
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return sign(builder, key), key


def make_certificate(authority, authority_key):
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    builder = begin(named(HOST), authority.subject, key.public_key())
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    return sign(builder, authority_key), key


def named(name: str):
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def begin(subject, issuer, public_key):
    from cryptography import x509

    now = datetime.datetime.now(datetime.timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
    )


def sign(builder, key):
    from cryptography.hazmat.primitives import hashes

    return builder.sign(key, hashes.SHA256())


def pem(certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


def private_pem(key) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def list_mails(maildir: str) -> None:
    for path in sorted(pathlib.Path(maildir, "new").iterdir()):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = mail.get_body(("plain",))
        line = {
            "recipient": mail["X-Envelope-To"],
            "to": mail["To"],
            "from": mail["From"],
            "message_id": mail["Message-ID"],
            "subject": mail["Subject"],
            "body": body.get_content() if body else "",
        }
        print(json.dumps({key: str(value) for key, value in line.items()}))


def main() -> None:
    verb, place = sys.argv[1:]
    if verb == "certify":
        certify(pathlib.Path(place))
    elif verb == "serve":
        asyncio.run(serve(json.loads(pathlib.Path(place).read_text(encoding="utf-8"))))
    elif verb == "list":
        list_mails(place)
    else:
        sys.exit(f"no such verb: {verb}")


if __name__ == "__main__":
    main()
