"""Certificates for tests: a private authority and a server's certificate signed by it, made by the installed openssl."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """Files of an authority and of one server."""

    authority: Path
    certificate: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        """What a server needs to speak TLS as this name."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def make(folder: Path, name: str = "localhost") -> Certificates:
    """A fresh authority and a certificate for `name` and 127.0.0.1."""
    authority, certificate, key = folder / "authority.pem", folder / "server.pem", folder / "server.key"
    request, extensions = folder / "server.csr", folder / "server.ext"
    extensions.write_text(f"subjectAltName=DNS:{name},IP:127.0.0.1\n" if name == "localhost" else f"subjectAltName=DNS:{name}\n")
    new = ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    _openssl(*new, "-x509", "-keyout", folder / "authority.key", "-out", authority, "-days", "2", "-subj", "/CN=Test authority")
    _openssl(*new, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
    signed = ("x509", "-req", "-in", request, "-CA", authority, "-CAkey", folder / "authority.key", "-CAcreateserial")
    _openssl(*signed, "-out", certificate, "-days", "2", "-extfile", extensions)
    return Certificates(authority=authority, certificate=certificate, key=key)


def _openssl(*words: object) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, timeout=30)
