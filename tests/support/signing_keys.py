"""Key pairs made for a test, and a project that trusts one of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from support.promotion_world import World, commit, git, replace, run

VARIABLE = "MLSPEC_SIGNING_KEY"
PUBLIC = "keys/release.pub"
RECORD_SIGNATURE, CLAIM_SIGNATURE = "registry/demand/v1.1.0.sigstore.json", "promotions/staging/demand/v1.1.0.sigstore.json"
SIGNING = f"  signing: {{key: {VARIABLE}, trusted: {{keys: [{PUBLIC}]}}}}\n"
POLICY = (
    "apiVersion: mlspec/v1\nkind: Policy\nmetadata: {name: signed}\nspec: {environments: [staging, production], require: {signed: true}}\n"
)


@dataclass(frozen=True)
class Pair:
    """A private key's PEM and its public half's."""

    private: bytes
    public: bytes

    def env(self) -> dict[str, str]:
        """The key itself in the variable."""
        return {VARIABLE: self.private.decode()}

    def file(self, folder: Path) -> dict[str, str]:
        """The path of a file outside the project in the variable."""
        path = folder / "release.pem"
        path.write_bytes(self.private)
        return {VARIABLE: str(path)}

    def secret(self) -> str:
        """A line of the private key that must stand nowhere."""
        return self.private.decode().splitlines()[1]


def pair(curve: ec.EllipticCurve | None = None) -> Pair:
    key = ec.generate_private_key(curve or ec.SECP256R1())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Pair(private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def trust(world: World, key: Pair, *, policy: bool = True) -> None:
    """Merge that the project trusts the key, and (`policy`) that signatures are asked for."""
    (world.root / "keys").mkdir(exist_ok=True)
    (world.root / PUBLIC).write_bytes(key.public)
    replace(world.root, "mlspec.yaml", "  seed: 7\n", f"  seed: 7\n{SIGNING}")
    if policy:
        (world.root / "specs/signed.yaml").write_text(POLICY)
    run(world.root, "apply", check=0)
    push(world, "Trust a key")


def push(world: World, message: str) -> None:
    commit(world.root, message)
    git(world.root, "push", "--quiet", "origin", "HEAD:main")
