"""The program and a lakehouse over TLS: grpcio's own, which is not OpenSSL."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import Lakehouse, Program

EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1")


def certificate(folder: Path, name: str, *more: str) -> None:
    files = ("-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem")
    command = ["openssl", "req", "-x509", *EC, "-subj", f"/CN={name}", *files, *more]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    certificate(folder, "ca")
    signed = ("-CA", str(folder / "ca.pem"), "-CAkey", str(folder / "ca.key"), "-addext", "basicConstraints=CA:FALSE")
    certificate(folder, "server", *signed, "-addext", "subjectAltName=DNS:lake.test")
    certificate(folder, "client", *signed)
    (folder / "clients.pem").write_bytes((folder / "ca.pem").read_bytes())
    return folder


@pytest.fixture(scope="module")
def lake(certificates: Path) -> Iterator[Lakehouse]:
    running = Lakehouse("--scenario", "morning-after", "--tls", str(certificates))
    yield running
    running.stop()


def settings(program: Program, certificates: Path, **changed: str) -> str:
    """All keys of `lake.tls`, the files beside the policy file."""
    for name in ("ca.pem", "client.pem", "client.key"):
        (program.folder / name).write_bytes((certificates / name).read_bytes())
    keys = {
        "ca_file": "ca.pem",
        "client_certificate": "client.pem",
        "client_key": "client.key",
        "server_name": "lake.test",
    } | changed
    return "\n  tls: { " + ", ".join(f"{key}: {value}" for key, value in keys.items() if value) + " }"


def secure(lake: Lakehouse, scheme: str = "grpc+tls") -> str:
    return lake.uri.replace("grpc", scheme, 1)


def unwrapped(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("scheme", ["grpc+tls", "https"])
def test_a_plan_is_made_over_tls_with_a_client_certificate(
    lake: Lakehouse, program: Program, certificates: Path, scheme: str
):
    program.configure(secure(lake, scheme) + settings(program, certificates))
    ran = program.apply("--dry-run", "--detailed-exitcode", "--format", "json")
    assert ran.code == 2, ran.err
    assert ran.json["lake"]["partitions"] > 0


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"ca_file": ""}, ("“CN=ca”, is unknown", "name its certificate as the CA file", "intermediate certificate")),
        ({"server_name": ""}, ("is not for 127.0.0.1 but for DNS:lake.test", "set it as the server name")),
        ({"server_name": "other.test"}, ("is not for other.test but for DNS:lake.test",)),
        ({"client_certificate": "", "client_key": ""}, ("asks for a client certificate",)),
    ],
)
def test_what_is_not_to_be_trusted_is_told_with_its_cure(
    lake: Lakehouse, program: Program, certificates: Path, changed: dict[str, str], words: tuple[str, ...]
):
    program.configure(secure(lake) + settings(program, certificates, **changed))
    ran = program.apply("--yes")
    assert ran.code == 1
    said = unwrapped(ran.err)
    for word in ("there is no secure connection to the lake", "lake.tls in the policy file", *words):
        assert word in said


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR", None])
def test_the_systems_authorities_are_trusted_where_no_file_is_named(
    lake: Lakehouse, program: Program, certificates: Path, variable: str | None
):
    """OpenSSL lets its own variables name what the system trusts: with the test's authority there, it is enough."""
    program.configure(secure(lake) + settings(program, certificates, ca_file=""))
    trusted = program.folder / "trusted"
    trusted.mkdir()
    (trusted / "ca.pem").write_bytes((certificates / "ca.pem").read_bytes())
    subprocess.run(["openssl", "rehash", trusted], check=True, capture_output=True)
    system = {"SSL_CERT_FILE": str(trusted / "ca.pem"), "SSL_CERT_DIR": str(trusted)}
    env = {variable: system[variable]} if variable else {}
    ran = program.run("query", "SELECT 1 AS one", "--config", program.config, env=env)
    if variable:
        assert (ran.code, ran.err) == (0, "")
    else:
        assert ran.code == 1
        assert "there is no secure connection to the lake" in unwrapped(ran.err)
        assert "the issuer of the server's certificate, “CN=ca”, is unknown" in unwrapped(ran.err)


@pytest.fixture
def no_openssl(program: Program) -> dict[str, str]:
    """An environment in which the loader finds OpenSSL's libraries first where they are no libraries."""
    folder = program.folder / "broken"
    folder.mkdir()
    for name in ("libssl.so.3", "libcrypto.so.3"):
        (folder / name).write_text("no library")
    return {"LD_LIBRARY_PATH": str(folder)}


def test_openssl_is_not_loaded_where_nothing_asks_for_it(
    lakehouse: Lakehouse, program: Program, no_openssl: dict[str, str]
):
    ran = program.run("query", "SELECT 1 AS one", "--lake", lakehouse.uri, "--format", "csv", env=no_openssl)
    assert (ran.code, ran.out, ran.err) == (0, "one\n1\n", "")


def test_openssl_that_cannot_be_loaded_is_told_with_its_cure(
    lake: Lakehouse, lakehouse: Lakehouse, program: Program, no_openssl: dict[str, str]
):
    ran = program.run("query", "SELECT 1 AS one", "--lake", secure(lake), env=no_openssl)
    assert ran.code == 1
    for words in (
        "there is no secure connection to the lake",
        "OpenSSL, which TLS needs, cannot be loaded; install it (Debian's package libssl3)",
        "libssl.so.3: file too short",
    ):
        assert words in unwrapped(ran.err)
    # The audit log's hashes are OpenSSL's, too.
    program.configure(lakehouse.uri)
    for ran in (
        program.apply("--yes", env=no_openssl),
        program.run("audit", "verify", "--audit", program.audit, env=no_openssl),
    ):
        assert ran.code == 1
        for words in (
            "the audit log cannot be read",
            "OpenSSL, which computes its SHA-256, cannot be loaded; install it (Debian's package libssl3)",
            "libssl.so.3: file too short",
            "cure install it, then run this again",
        ):
            assert words in unwrapped(ran.err)
    assert lakehouse.mutators() == []


def test_a_lake_that_expects_tls_is_suspected_by_its_silence(lake: Lakehouse, program: Program):
    ran = program.run("query", "SELECT 1", "--lake", lake.uri)
    assert ran.code == 1
    assert "if it expects TLS, connect over TLS (grpc+tls://)" in unwrapped(ran.err)


def test_a_lake_without_tls_is_named(lakehouse: Lakehouse, program: Program):
    ran = program.run("query", "SELECT 1", "--lake", secure(lakehouse))
    assert ran.code == 1
    for words in ("there is no secure connection to the lake", "does not speak TLS; connect without (grpc://)"):
        assert words in unwrapped(ran.err)


def test_a_missing_file_is_told_as_a_setting(lake: Lakehouse, program: Program, certificates: Path):
    program.configure(secure(lake) + settings(program, certificates, ca_file="none.pem"))
    ran = program.apply("--yes")
    assert ran.code == 1
    assert f"the file of trusted authorities {program.folder}/none.pem cannot be read" in unwrapped(ran.err)
    assert "correct lake in the policy file" in unwrapped(ran.err)
