"""Variables of the environment that make careless programs fail."""

from __future__ import annotations

HOSTILE = {
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "ALL_PROXY": "socks5://someone:secret@127.0.0.1:9",
    "SSL_CERT_FILE": "/nowhere/certificates.pem",
    "REQUESTS_CA_BUNDLE": "/nowhere/certificates.pem",
}
