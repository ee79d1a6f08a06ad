"""Who calls, and what else goes with a call: tokens and headers from files and the environment, and addresses."""

from __future__ import annotations

import pytest

from conftest import RETENTION, Lakehouse, Program
from test_tls import unwrapped

pytestmark = pytest.mark.lake("--scenario", "misaligned")
ONE = ("query", "SELECT 1 AS one", "--format", "json")


def test_a_token_comes_from_the_environment(lakehouse: Lakehouse, program: Program) -> None:
    lakehouse.control("POST", "/identities", {"env-5d1c": {"admin": True, "sees": "all"}})
    program.configure(lakehouse.uri + "\n  credentials: { token_env: LAKE_TOKEN }", RETENTION)
    ran = program.run(*ONE, "--config", program.config, env={"LAKE_TOKEN": "env-5d1c"})
    assert (ran.code, ran.err, ran.out) == (0, "", '{"one":1}\n')
    ran = program.run(*ONE, "--config", program.config)
    assert ran.code == 1
    assert "the environment variable LAKE_TOKEN of the token is not set" in unwrapped(ran.err)
    ran = program.run(*ONE, "--config", program.config, env={"LAKE_TOKEN": "wrong-77a0"})
    assert ran.code == 1 and "wrong-77a0" not in ran.err
    assert "renew the token in LAKE_TOKEN" in unwrapped(ran.err)


def test_headers_arrive_and_their_secrets_are_seen_nowhere(lakehouse: Lakehouse, program: Program) -> None:
    lakehouse.control("POST", "/identities", {})
    key = program.folder / "api-key"
    key.write_text("file 8c21\n")
    key.chmod(0o600)
    headers = "{ x-api-key: { file: api-key }, X-Gate: { env: GATE }, x-tenant-id: { value: acme } }"
    program.configure(lakehouse.uri + f"\n  headers: {headers}", RETENTION)
    env = {"GATE": "env-6f3a"}
    for ran in (
        program.run(*ONE, "--config", program.config, env=env),
        program.apply("--dry-run", env=env),
        program.apply("--yes", "--format", "json", env=env),
    ):
        assert ran.code == 0, ran.out + ran.err
        assert "8c21" not in ran.out + ran.err and "env-6f3a" not in ran.out + ran.err
    for call in lakehouse.calls():
        sent = dict(map(tuple, call["metadata"]))
        if call["peer"] and "x-tenant-id" in sent:
            assert (sent["x-api-key"], sent["x-gate"], sent["x-tenant-id"]) == ("file 8c21", "env-6f3a", "acme")
    ours = [call for call in lakehouse.calls() if ["x-client-type", "swift"] in call["metadata"]]
    assert ours and all(["x-api-key", "file 8c21"] in call["metadata"] for call in ours)
    # A server that repeats them.
    lakehouse.fault("call", code="INTERNAL", text="no: file 8c21 env-6f3a acme\nfile 8c21", times=-1)
    for ran in (program.run(*ONE, "--config", program.config, env=env), program.apply("--yes", env=env)):
        assert ran.code == 1
        assert "no: … … acme" in unwrapped(ran.err)
    left = "".join(file.read_text() for file in program.audit.iterdir())
    assert left and "8c21" not in left and "env-6f3a" not in left


def test_a_secret_that_others_can_read_is_worth_a_warning(lakehouse: Lakehouse, program: Program) -> None:
    lakehouse.control("POST", "/identities", {"open-2b9d": {"admin": True, "sees": "all"}})
    token = program.folder / "token"
    token.write_text("open-2b9d")
    token.chmod(0o644)
    program.configure(lakehouse.uri, RETENTION, token_file="token")
    ran = program.run(*ONE, "--config", program.config)
    assert (ran.code, ran.out) == (0, '{"one":1}\n')
    assert (
        ran.err == f"warning: the file “{token}” of the token can be read by others than its owner: chmod 600 {token}\n"
    )
    assert "chmod 600" in program.apply("--dry-run").err


def test_a_password_in_the_address_of_a_lake_is_not_repeated(program: Program) -> None:
    program.configure("grpc://127.0.0.1:1")
    for uri in ("grpc://me:hunter2@127.0.0.1:1", "me:hunter2@127.0.0.1:1"):
        for command in (ONE, ("partitions",), ("apply",)):
            ran = program.run(*command, "--config", program.config, "--lake", uri)
            assert ran.code == 64 and "error: --lake h" in ran.err and "hunter2" not in ran.out + ran.err, ran.err
