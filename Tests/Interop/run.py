"""gRPC's interop cases: our client against a test service on grpcio, in plaintext and over TLS.

    python Tests/Interop/run.py CLIENT

CLIENT is the built `interop-client`. It prints `14 passed` for each of the two, and ends with 0 only then.
"""

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
from service import handlers

_SECONDS = 60
_NAME = "interop.test"


def _certificates(folder: Path) -> None:
    """An authority, and a server's certificate by it for a name that no resolver knows."""

    def make(name: str, *more: str) -> None:
        ec = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1")
        files = ("-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem")
        command = ["openssl", "req", "-x509", *ec, "-subj", f"/CN={name}", *files, *more]
        subprocess.run(command, check=True, capture_output=True)

    make("ca")
    signed = ("-CA", str(folder / "ca.pem"), "-CAkey", str(folder / "ca.key"), "-addext", "basicConstraints=CA:FALSE")
    make("server", *signed, "-addext", f"subjectAltName=DNS:{_NAME}")


def _passes(client: str, *arguments: str) -> bool:
    try:
        return subprocess.run([client, *arguments], timeout=_SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        print(f"error: {client} did not end in {_SECONDS} seconds", file=sys.stderr)
        return False


def main() -> int:
    client = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        _certificates(Path(folder))
        key, certificate = (Path(folder, f"server.{kind}").read_bytes() for kind in ("key", "pem"))
        server = grpc.server(ThreadPoolExecutor(8), handlers(), options=[("grpc.so_reuseport", 0)])
        plain = server.add_insecure_port("127.0.0.1:0")
        tls = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(key, certificate)]))
        server.start()
        try:
            results = [_passes(client, str(plain)), _passes(client, str(tls), f"{folder}/ca.pem", _NAME)]
        finally:
            server.stop(None).wait()
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
