"""Who calls: tokens of an OIDC issuer.

Every run is searched for every secret: in what it prints, in the policy file's audit folder, in its JSON.
"""

from __future__ import annotations

import json
import signal
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callers import ONE, Caller
from conftest import EVOLUTION, PATIENCE, PROGRAM, Lakehouse, Program, Ran
from issuer import DESCRIPTION, TOKEN, Answer, Issuer
from namespaces import inside, leave_out
from runs import at_work, wait_for
from test_tls import EC, certificate, unwrapped

AUTHORITY = """\
[ca]
default_ca = it
[it]
new_certs_dir = {folder}
database = {folder}/index
rand_serial = yes
default_md = sha256
policy = names
[names]
commonName = supplied
"""
LAX = """\
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = lax
[lax]
MinProtocol = TLSv1
CipherString = ALL:@SECLEVEL=0
"""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("issuer")
    for name in ("ca", "other"):
        certificate(folder, name)
    signed = ("-CA", str(folder / "ca.pem"), "-CAkey", str(folder / "ca.key"), "-addext", "basicConstraints=CA:FALSE")
    certificate(folder, "server", *signed, "-addext", "subjectAltName=IP:127.0.0.1")
    return folder


def dated(certificates: Path, folder: Path, began: int, ends: int) -> None:
    """Makes `server.pem` and `server.key`, good between two days from now."""
    request, extensions = folder / "server.csr", folder / "extensions"
    made = ["openssl", "req", *EC[:-2], "-subj", "/CN=server", "-keyout", folder / "server.key", "-out", request]
    subprocess.run(made, check=True, capture_output=True)
    extensions.write_text("subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
    (folder / "index").touch()
    (folder / "ca.cnf").write_text(AUTHORITY.format(folder=folder))
    now = datetime.now(UTC)
    days = [f"{now + timedelta(days=days):%Y%m%d%H%M%SZ}" for days in (began, ends)]
    authority = ("-cert", certificates / "ca.pem", "-keyfile", certificates / "ca.key", "-extfile", extensions)
    signed = ["openssl", "ca", "-batch", "-config", folder / "ca.cnf", *authority, "-in", request]
    signed += ["-startdate", days[0], "-enddate", days[1], "-out", folder / "server.pem"]
    subprocess.run(signed, check=True, capture_output=True)


@pytest.fixture(scope="module")
def shared() -> Iterator[Lakehouse]:
    running = Lakehouse("--scenario", "misaligned")
    yield running
    running.stop()


@pytest.fixture
def lake(shared: Lakehouse) -> Iterator[Lakehouse]:
    shared.control("POST", "/identities", {"nobody-has-this": {"admin": True, "sees": "all"}})
    shared.control("DELETE", "/calls")
    yield shared
    shared.control("DELETE", "/faults")
    shared.control("POST", "/identities", {})


@pytest.fixture
def issuer(certificates: Path, lake: Lakehouse) -> Iterator[Issuer]:
    """An issuer whose last two tokens the lake accepts."""
    running = Issuer(certificates)
    admit(running, lake)
    yield running
    running.stop()


def admit(issuer: Issuer, lake: Lakehouse) -> None:
    def accept(_: str) -> None:
        lake.control("POST", "/identities", {token: {"admin": True, "sees": "all"} for token in issuer.issued[-2:]})

    issuer.on_issue = accept


@pytest.fixture
def caller(program: Program, issuer: Issuer, certificates: Path) -> Caller:
    return Caller(program, issuer, certificates)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
@pytest.mark.parametrize("place", ["file", "env"])
def test_a_lake_that_wants_a_token_is_read_with_one_of_the_issuer(
    lake: Lakehouse, caller: Caller, method: str, place: str
) -> None:
    caller.issuer.methods = [method, "private_key_jwt"]
    env = None
    if place == "env":
        env = {"LAKE_SECRET": caller.issuer.secret}
        caller.configure(lake, client_secret_file="", client_secret_env="LAKE_SECRET", audience="lake", scope="a b")
    else:
        caller.configure(lake)
    ran = caller.run(*ONE, env=env)
    assert (ran.code, ran.err, ran.out) == (0, "", '{"one":1}\n')
    assert len(caller.issuer.asked) == 1
    form = caller.issuer.asked[0].form
    assert (form.get("audience"), form.get("scope")) == (("lake", "a b") if env else (None, None))
    # Another lake that is named beside the file is asked with the file's credentials, as it is over the file's TLS.
    listed = caller.run("partitions", "blocks", "--format", "json", "--lake", lake.proxy_uri, env=env)
    assert (listed.code, listed.err) == (0, "")
    assert len(listed.out.splitlines()) == len(
        lake.partitions("view_set_name = 'blocks'", token=caller.issuer.issued[-1])
    )
    # Without the file there is no token.
    assert caller.program.run(*ONE, "--lake", lake.uri).code == 1


def test_a_run_and_its_fresh_connections_share_one_token(lake: Lakehouse, caller: Caller) -> None:
    caller.configure(lake)
    for arguments in (("--dry-run",), ("--yes", "--format", "json")):
        before = len(caller.issuer.asked)
        ran = caller.program.apply(*arguments)
        assert ran.code == 0, ran.out + ran.err
        caller.search(ran)
        assert len({call["peer"] for call in lake.calls()}) > 2
        assert len(caller.issuer.asked) == before + 1


@pytest.mark.lake("--scenario", "morning-after")
def test_tokens_that_expire_are_renewed_while_a_run_goes_on(
    lakehouse: Lakehouse, program: Program, issuer: Issuer, certificates: Path
) -> None:
    caller = Caller(program, issuer, certificates)
    issuer.expires_in = 1
    admit(issuer, lakehouse)
    caller.configure(lakehouse, EVOLUTION)
    ran = caller.program.apply("--yes")
    assert ran.code == 0, ran.out + ran.err
    caller.search(ran)
    assert "UNAUTHENTICATED" not in {call["code"] for call in lakehouse.calls()}
    # Many calls, few requests: no more than one in four fifths of a second.
    assert 1 < len(issuer.asked) < len(lakehouse.calls())


def test_a_token_that_the_lake_refuses_is_sent_once(lake: Lakehouse, caller: Caller) -> None:
    caller.issuer.on_issue = lambda token: None
    caller.configure(lake)
    ran = caller.run(*ONE)
    assert ran.code == 1
    said = unwrapped(ran.err)
    assert "the server does not accept the caller" in said and "invalid token" in said
    assert f"as {caller.issuer.client_id} with a token from {caller.issuer.name}" in said
    assert "see that the lake trusts the issuer in lake.credentials.oidc" in said
    assert (len(caller.issuer.asked), len(lake.calls())) == (1, 1)


def test_an_opaque_token_is_used_with_a_warning(lake: Lakehouse, caller: Caller) -> None:
    caller.issuer.opaque = True
    caller.configure(lake)
    ran = caller.run(*ONE)
    assert (ran.code, ran.out) == (0, '{"one":1}\n')
    assert ran.err.startswith("warning: the access token of https://127.0.0.1:") and "is opaque" in ran.err


def test_a_wrong_secret_is_told_in_the_issuers_words_without_it(lake: Lakehouse, caller: Caller) -> None:
    caller.keep("secret", "hunter3-wrong")
    # The issuer repeats what it was sent.
    caller.refused(lake, "check client id and secret", "invalid_client: no such client", asks=1)
    ran = caller.run(*ONE)
    assert "hunter3" not in ran.err and "…" in ran.err


def test_a_secret_that_is_not_there_is_told_by_its_place(lake: Lakehouse, caller: Caller) -> None:
    caller.refused(lake, "of the client secret cannot be opened", "none.txt", asks=0, client_secret_file="none.txt")
    unset = {"client_secret_file": "", "client_secret_env": "LAKE_NO_SUCH"}
    caller.refused(lake, "the environment variable LAKE_NO_SUCH of the client secret is not set", asks=0, **unset)
    assert caller.issuer.paths == []


def test_a_token_without_an_email_claim_is_told_with_the_cure(lake: Lakehouse, caller: Caller) -> None:
    caller.issuer.claims = {"sub": "service-account-warden"}
    caller.refused(lake, "carries no claim “email”", "have the issuer put the claim email", asks=1)


def test_an_issuer_that_is_another_gets_no_secret(lake: Lakehouse, caller: Caller) -> None:
    told = caller.issuer.description | {"issuer": "https://login.example.com"}
    caller.issuer.wrong[DESCRIPTION] = Answer(body=json.dumps(told).encode())
    caller.refused(lake, "calls itself https://login.example.com", asks=0)
    caller.issuer.wrong[DESCRIPTION] = Answer(
        body=json.dumps(caller.issuer.description | {"issuer": caller.issuer.name + "/"}).encode()
    )
    caller.refused(lake, f"calls itself {caller.issuer.name}/; write it exactly so", asks=0)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"ca_file": ""}, ("did not prove", "as the issuer's CA file", "unable to get local issuer certificate")),
        ({"ca_file": "other.pem"}, ("did not prove",)),
        ({"ca_file": "none.pem"}, ("the issuer's CA file", "none.pem", "cannot be used")),
        ({"issuer": "https://localhost:{port}/realms/lake"}, ("did not prove at localhost",)),
    ],
)
def test_an_issuer_that_does_not_prove_who_it_is_gets_no_secret(
    lake: Lakehouse, caller: Caller, changed: dict[str, str], words: tuple[str, ...]
) -> None:
    changed = {key: value.format(port=caller.issuer.port) for key, value in changed.items()}
    caller.refused(lake, *words, asks=0, **changed)
    assert caller.issuer.paths == []


@pytest.mark.parametrize(
    ("ca_file", "has_bundle", "words"),
    [
        ("other.pem", True, "did not prove"),
        ("", True, None),
        ("", False, "the system's authorities cannot be used; install them"),
    ],
)
def test_beside_a_file_of_authorities_the_systems_are_not_trusted(
    lake: Lakehouse,
    caller: Caller,
    certificates: Path,
    tmp_path: Path,
    ca_file: str,
    has_bundle: bool,
    words: str | None,
) -> None:
    """The issuer's authority is one of the system's: that is enough only where the policy file names none."""
    system = tmp_path / "system"
    system.mkdir()
    (system / "ca.pem").write_bytes((certificates / "ca.pem").read_bytes())
    subprocess.run(["openssl", "rehash", system], check=True, capture_output=True)
    # The system's bundle is another one: only its folder knows the authority.
    if has_bundle:
        (system / "ca-certificates.crt").write_bytes((certificates / "other.pem").read_bytes())
    caller.configure(lake, ca_file=ca_file)
    command = (str(PROGRAM), *ONE, "--config", str(caller.program.config))
    if inside(system, "true", over="/etc/ssl/certs").code:
        leave_out("this machine lets nobody have a folder of authorities of their own")
    ran = inside(system, *command, over="/etc/ssl/certs")
    assert ran.code == (1 if words else 0), ran.err
    assert (words or "") in unwrapped(ran.err)
    assert len(caller.issuer.paths) == (0 if words else 2)


@pytest.mark.parametrize("path", [DESCRIPTION, TOKEN])
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(body=b"<html>s3cr&t hunter2</html>"), ("it is no JSON",)),
        (Answer(body=b"[" * 100_000), ("it is no JSON",)),
        (Answer(body=b" " * (2 << 20)), ("answers more", "more than 1048576 bytes")),
        (Answer(body=b" " * (2 << 20), has_length=False), ("answers more", "more than 1048576 bytes")),
        (Answer(headers={f"X-{n}": "x" * 60_000 for n in range(20)}), ("Too large response headers",)),
        (Answer(status=302, headers={"Location": "/elsewhere"}), ("points to another place", "HTTP status 302")),
        (Answer(status=500, body=b"s3cr&t hunter2"), ("HTTP status 500",)),
        (Answer(headers={"X-Long": "x" * 90_000, "X-Longer": "y" * 90_000}), ()),
    ],
)
def test_an_answer_that_is_none_is_refused(
    lake: Lakehouse, caller: Caller, path: str, answer: Answer, words: tuple[str, ...]
) -> None:
    caller.issuer.wrong[path] = answer
    caller.refused(lake, *words, asks=0)
    assert "/elsewhere" not in caller.issuer.paths


def test_an_issuer_that_is_slow_is_given_up(lake: Lakehouse, caller: Caller) -> None:
    caller.issuer.wrong[DESCRIPTION] = Answer(delay=30)
    caller.refused(lake, "did not answer in time", asks=0)


@pytest.mark.parametrize("argument", ["--dry-run", "--yes"])
def test_a_signal_ends_a_run_that_waits_for_its_first_token(lake: Lakehouse, caller: Caller, argument: str) -> None:
    caller.issuer.wrong[DESCRIPTION] = Answer(delay=30)
    caller.configure(lake)
    with at_work(caller.program, argument) as run:
        wait_for(lambda: caller.issuer.paths != [])
        run.send_signal(signal.SIGTERM)
        code, ran = run.wait(PATIENCE), Ran(1, *run.communicate())
    caller.search(ran)
    assert code == 1
    assert "the run was interrupted" in ran.err and "state  nothing was changed" in ran.err
    assert lake.calls() == []
    records = caller.program.records() if argument == "--yes" else []
    assert [record["kind"] for record in records] == (["run_started", "run_finished"] if records else [])


@pytest.mark.parametrize(
    ("began", "ends", "words"),
    [
        (-2, -1, ("its certificate has expired; have whoever runs it renew it", "certificate has expired")),
        (1, 2, ("its certificate is not valid yet; compare this machine's clock with the issuer's",)),
    ],
)
def test_an_issuer_whose_certificate_is_of_another_time_gets_no_secret(
    lake: Lakehouse, program: Program, certificates: Path, tmp_path: Path, began: int, ends: int, words: tuple[str, ...]
) -> None:
    dated(certificates, tmp_path, began, ends)
    issuer = Issuer(tmp_path)
    Caller(program, issuer, certificates).refused(lake, *words, asks=0)
    issuer.stop()
    assert issuer.paths == []


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_an_issuer_without_tls_1_2_gets_no_secret(
    lake: Lakehouse, program: Program, certificates: Path, tmp_path: Path
) -> None:
    issuer = Issuer(certificates, ssl.TLSVersion.TLSv1_1)
    # A machine whose OpenSSL would take it.
    lax = tmp_path / "openssl.cnf"
    lax.write_text(LAX)
    caller = Caller(program, issuer, certificates)
    caller.refused(lake, "speaks no TLS that is good enough", asks=0, env={"OPENSSL_CONF": str(lax)})
    issuer.stop()
    assert issuer.paths == []


def test_an_issuer_that_is_gone_is_told_with_its_address(lake: Lakehouse, caller: Caller) -> None:
    caller.issuer.stop()
    caller.refused(lake, f"cannot be reached at 127.0.0.1:{caller.issuer.port}", asks=0)


def test_an_issuer_over_http_is_refused_where_it_is_written(lake: Lakehouse, caller: Caller) -> None:
    caller.configure(lake, issuer="http://127.0.0.1:1/realms/lake")
    ran = caller.run(*ONE)
    assert ran.code == 1
    assert f"{caller.program.config}:4:" in ran.err and "lake.credentials.oidc.issuer is http" in ran.err


@pytest.mark.parametrize("command", ["query", "partitions", "apply"])
def test_what_a_file_keeps_for_tls_is_not_sent_in_the_clear(lake: Lakehouse, caller: Caller, command: str) -> None:
    caller.configure(lake)
    config = caller.program.config
    config.write_text(config.read_text().replace("uri: grpc://", "uri: grpc+tls://"))
    words = ("SELECT 1",) if command == "query" else ()
    ran = caller.program.run(command, *words, "--config", config, "--lake", lake.uri)
    assert ran.code == 64
    assert "--lake is plaintext where the policy file asks for TLS" in unwrapped(ran.err)
    assert (lake.calls(), caller.issuer.paths) == ([], [])
