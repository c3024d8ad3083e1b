"""Codes MLS077x: signatures under models and their evidence."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0770": Code(
        "signing is not installed",
        "Signatures are made and checked by OpenSSF model-signing, which comes with the extra `signing`:\n\n"
        "    pip install 'mlspec-gitops[signing]'\n\n"
        "Put it into the project's requirements lock as well, so that CI and the serving machine have it.",
    ),
    "MLS0771": Code(
        "trusted signatures are not set up",
        "`spec.signing.trusted` of `mlspec.yaml` says whose signatures count: files of public keys (PEM, elliptic curve P-256, P-384 or P-521), or "
        "identities of keyless signatures. A key file must be in Git. A Policy with `signed: true` needs at least one of them: without, `mlspec validate` warns and a promotion there is refused. "
        "The guide on signing shows how to make a key with `openssl`.",
    ),
    "MLS0772": Code(
        "no key to sign with",
        "The environment variable that `spec.signing.key` names holds the path of a private key, or the key itself (PEM, elliptic curve, no "
        "passphrase). In a job of GitHub Actions with `id-token: write` no key is needed: the job's identity signs.",
    ),
    "MLS0773": Code(
        "not signed",
        "A Policy with `signed: true` holds in this environment, and a signature is missing: `registry/<model>/<version>.sigstore.json` signs the "
        "model's files, the `.sigstore.json` beside a claim signs claim and record. `mlspec promote` and `mlspec rollback` write both where they have a key.",
    ),
    "MLS0774": Code(
        "a broken signature",
        "The file is no sigstore bundle of a model signature, or the signature in it does not belong to what it says it signs: one of the two was "
        "altered. Nothing was loaded. Restore the file from Git.",
    ),
    "MLS0775": Code(
        "signed by somebody who is not trusted",
        "The signature is by a key or identity that `spec.signing.trusted` does not name. A change is judged by the keys of the base branch, and a "
        "deployment by those of the commit that is checked out, so a key that a change brings along does not count yet, and one that was removed "
        "counts no more. `mlspec promote` again signs with a key that is trusted now.",
    ),
    "MLS0776": Code(
        "signed was something else",
        "The signature is sound, and it is not about this: another version or claim, other bytes, a file more or less. The message names what moved. "
        "Nothing was loaded.",
    ),
    "MLS0777": Code(
        "keyless signing can't reach its services",
        "A keyless signature is made and checked with the public services of sigstore (Fulcio, Rekor, and the root of trust), over the network. "
        "Try again, let the machine reach `*.sigstore.dev`, or sign with a key of your own: that needs no network.",
    ),
    "MLS0779": Code(
        "a private key in the repository",
        "Whoever can read the repository could sign in your name. Keep the private key outside (a password store, a secret of the CI), take it out of "
        "Git's history, and make a new pair: this one must be taken for known. Only the public half belongs into Git.",
    ),
}
