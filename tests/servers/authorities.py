"""Authorities as people make them at home, and servers' certificates that they issue, as PEM files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_CERTIFICATES_ONLY = x509.KeyUsage(
    key_cert_sign=True,
    crl_sign=True,
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """A certificate with its key; issues others, whether or not it is an authority."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def key_pem(self, password: bytes | None = None) -> bytes:
        how = NoEncryption() if password is None else BestAvailableEncryption(password)
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)


def authority(
    name: str,
    *,
    by: Issuer | None = None,
    key_usage: bool = True,
    critical: bool = True,
    key_identifiers: bool = True,
    days: tuple[int, int] = (-30, 3650),
) -> Issuer:
    """An authority, self-signed unless issued `by` another, with or without what RFC 5280 asks for."""
    extensions: list[tuple[x509.ExtensionType, bool]] = [(x509.BasicConstraints(ca=True, path_length=None), critical)]
    if key_usage:
        extensions.append((_CERTIFICATES_ONLY, True))
    return _issued(name, by=by, extensions=extensions, key_identifiers=key_identifiers, days=days)


def server(
    name: str, *, by: Issuer | None = None, key_identifiers: bool = True, days: tuple[int, int] = (-1, 365)
) -> Issuer:
    """A certificate for the host `name`, self-signed unless issued `by` another."""
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (x509.SubjectAlternativeName([x509.DNSName(name)]), False),
    ]
    return _issued(name, by=by, extensions=extensions, key_identifiers=key_identifiers, days=days)


def _issued(
    name: str,
    *,
    by: Issuer | None,
    extensions: list[tuple[x509.ExtensionType, bool]],
    key_identifiers: bool,
    days: tuple[int, int],
) -> Issuer:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer_key = key if by is None else by.key
    now = datetime.now(UTC)
    if key_identifiers:
        extensions = [
            *extensions,
            (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False),
        ]
    builder = x509.CertificateBuilder(
        issuer_name=subject if by is None else by.certificate.subject,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now + timedelta(days=days[0]),
        not_valid_after=now + timedelta(days=days[1]),
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return Issuer(certificate=builder.sign(issuer_key, hashes.SHA256()), key=key)


class CertificateFiles:
    """`authority` is the file that a client trusts; `certificate`, with its chain, and `key` are the server's."""

    def __init__(self, folder: Path, *, trusted: Issuer, served: Issuer, chain: tuple[Issuer, ...] = ()) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.authority = folder / "trusted.pem"
        self.certificate, self.key = self.server = folder / "server.pem", folder / "server.key"
        self.authority.write_bytes(trusted.pem())
        self.certificate.write_bytes(b"".join(one.pem() for one in (served, *chain)))
        self.key.write_bytes(served.key_pem())
        self.key.chmod(0o600)
