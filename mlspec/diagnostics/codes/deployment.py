"""Codes 08xx: deployment and serving."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0801": Code(
        "a target without a runtime",
        "This version of mlspec deploys to `rest` and `batch` targets. The other targets are part of the language, but nothing runs them yet.",
    ),
    "MLS0802": Code(
        "a model's bytes are not what was approved",
        "The folder's digest differs from the digest in the deployment, in the local cache and in what the DVC remote holds. Nothing of it "
        "was loaded. Whatever served before goes on serving.\n\nPush the approved files again (`dvc push` where the model was trained), or "
        "promote a new version.",
    ),
    "MLS0803": Code(
        "the server did not start",
        "The server process ended, or was not ready in time. Its log says more. Whatever served before goes on serving.",
    ),
    "MLS0804": Code(
        "golden rows are answered differently",
        "Each model folder carries a few training rows with the model's own answers (`smoke.json`). The loaded model gave other answers here, "
        "so something around it differs: a library's version, the processor, user code. The server takes no request in that state.\n\nInstall "
        "the locked requirements, or train and promote again in this environment.",
    ),
    "MLS0805": Code("a port can't be used", "Another process listens on the port, or the host is not an address of this machine."),
    "MLS0806": Code(
        "another reconcile is at work",
        "One reconcile at a time changes an environment. The other one ends by itself; a `--watch` tries again at its next turn.",
    ),
    "MLS0807": Code(
        "a promised record can't be used",
        "A deployment names a version; its record `registry/<model>/<version>.yaml` must exist, be readable, and carry the digest that the "
        "deployment names. `mlspec promote` writes the two together.",
    ),
    "MLS0808": Code(
        "a server does not stop",
        "The process neither ended on SIGTERM nor on SIGKILL. It may wait for a disk, or belong to another user.",
    ),
    "MLS0809": Code("no such environment", "The environments are listed in `mlspec.yaml` under `spec.environments`."),
    "MLS0810": Code(
        "nothing to score",
        "A batch deployment scores `pipelines/data/<input>/valid.parquet`, which `mlspec run source/<input>` makes.",
    ),
    "MLS0811": Code(
        "rows do not fit the model",
        "The model needs columns that the rows do not have, or has them in another type. The columns are listed in the model's `signature.json`.",
    ),
    "MLS0812": Code(
        "git pull failed", "`mlspec reconcile --pull` only fast-forwards: a diverged or dirty branch is for people to sort out."
    ),
    "MLS0813": Code(
        "a folder of mlspec leaves the repository",
        "`.mlspec` or a folder in it is a symbolic link to somewhere else. mlspec writes inside the repository only.",
    ),
    "MLS0814": Code(
        "a server has no sound tokens",
        "`rest.auth.tokens` names an environment variable that holds the bearer tokens of a server: one or several, between which white space "
        "or commas stand, of 16 characters at least. The server does not start without. Whatever served before goes on serving.\n\nSet it where "
        "`mlspec reconcile` runs. To rotate, set the new token beside the old one, have clients change over, then take the old one out: each "
        "time the next `reconcile` replaces the server without a failed request.",
    ),
    "MLS0815": Code(
        "a server has no sound certificate",
        "`rest.tls` names two environment variables, each with the absolute path of a PEM file: the certificate with its chain, and its private "
        "key without a password. The key must lie outside the repository. Files that change are taken up by the next `reconcile`.",
    ),
    "MLS0816": Code(
        "two deployments of one target serve one model",
        "One server serves all Deployments of a rest target, and each model answers by its name, at `/v2/models/<model>`: two versions of one "
        "model can't. Give one of the Deployments a target of its own.",
    ),
    "MLS0817": Code(
        "no feature set is online",
        "`mlspec materialize` fills the stores of feature sets that say where: `online: {store: {sqlite: true}}`, or `{redis: VARIABLE}`.",
    ),
    "MLS0818": Code(
        "a set is not materialized while it is stale",
        "Servers answer with what is materialized, so only rows are taken that the specs, the SQL or code, and the inputs of now give, and whose "
        "bytes are those that `dvc.lock` records. The message says what differs. Nothing was written: what stood in the store before still "
        "answers.",
    ),
    "MLS0819": Code(
        "a store for serving can't be used",
        "The rows of a set could not be written to where servers read them: the Redis server is away or refuses, its environment variable is not "
        "set, or the disk is full. What stood there before still answers. The address of a server is never shown.",
    ),
    "MLS0820": Code(
        "definitions of a set are not known to be the same",
        "`online: {sameAs: […]}` says that an older definition of the set gives the same values as it does now, so that versions which were "
        "trained on that one read the rows of now. It is taken where the key, the time and the columns are as they were, and where both made the "
        "same rows of the same inputs once, by dvc.lock as it is here and in Git. Nothing was written.",
    ),
}
