"""The program as a caller that an OIDC issuer gives tokens to."""

from __future__ import annotations

from pathlib import Path

from conftest import RETENTION, Lakehouse, Program, Ran
from issuer import Issuer
from test_tls import unwrapped

ONE = ("query", "SELECT 1 AS one", "--format", "json")


class Caller:
    """Runs the program with a policy file's credentials, and finds no secret in what it leaves behind."""

    def __init__(self, program: Program, issuer: Issuer, certificates: Path) -> None:
        self.program, self.issuer = program, issuer
        self.keep("ca.pem", (certificates / "ca.pem").read_text())
        self.keep("other.pem", (certificates / "other.pem").read_text())
        self.keep("secret", issuer.secret + "\n")

    def keep(self, name: str, text: str) -> Path:
        file = self.program.folder / name
        file.write_text(text)
        file.chmod(0o600)
        return file

    def configure(self, lake: Lakehouse, policies: str = RETENTION, **changed: str) -> None:
        keys = {
            "issuer": self.issuer.name,
            "client_id": self.issuer.client_id,
            "client_secret_file": "secret",
            "ca_file": "ca.pem",
        } | changed
        oidc = ", ".join(f"{key}: {value}" for key, value in keys.items() if value)
        self.program.configure(lake.uri + f"\n  credentials: {{ oidc: {{ {oidc} }} }}", policies)

    def run(self, *arguments: str | Path, env: dict[str, str] | None = None) -> Ran:
        ran = self.program.run(*arguments, "--config", self.program.config, env=env)
        self.search(ran)
        return ran

    def search(self, ran: Ran) -> None:
        audit = self.program.audit
        left = [f.read_text() for f in audit.iterdir()] if audit.exists() else []
        written = "".join([ran.out, ran.err, unwrapped(ran.err), *left])
        for secret in self.issuer.secrets:
            assert secret not in written

    def refused(
        self, lake: Lakehouse, *words: str, asks: int, env: dict[str, str] | None = None, **changed: str
    ) -> None:
        """A run that gets no token: it says why, and never asks the lake."""
        self.configure(lake, **changed)
        ran = self.run(*ONE, env=env)
        assert (ran.code, ran.out) == (1, ""), ran.out
        said = unwrapped(ran.err)
        place = f"tokens come from lake.credentials in the policy file ({self.program.config}:4)"
        for word in ("there is no token to ask the lake with", place, *words):
            assert word in said, said
        assert lake.calls() == []
        assert len(self.issuer.asked) == asks
