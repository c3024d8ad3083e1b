"""Codes of runs on a cluster (`engine`)."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

_LOCAL = "`mlspec run --local` runs everything on this machine meanwhile: results are the same."

CODES: dict[str, Code] = {
    "MLS0530": Code(
        "the cluster's address is not there",
        "`engine: {dask: DASK_ADDRESS}` names an environment variable, which holds the address: `tcp://scheduler:8786` or `tls://…` for Dask, "
        "`head:6379` or `ray://head:10001` for Ray, `sc://spark:15002` for the rules that Spark measures. The variable is not set, or holds something else. What it holds is never shown.\n\n"
        f"Export it where `mlspec run` runs. {_LOCAL}",
    ),
    "MLS0531": Code(
        "the cluster can't be reached",
        "The address has an address's form, and nothing answered there in time as a scheduler of that kind, or it refused. mlspec starts no cluster: it uses "
        f"one that is there.\n\nStart it, or correct the variable; of Ray, this machine must have the same version as the cluster. {_LOCAL}",
    ),
    "MLS0532": Code(
        "a worker is not fit for the task",
        "A task computes the same on every machine only with the same Python, libraries and mlspec. Before anything ran the worker compared what it "
        "has with the requirements lock, and where the lock says nothing with what stands here; the message names what differs.\n\n"
        f"Install the lock and mlspec on the workers, and start them again. {_LOCAL}",
    ),
    "MLS0533": Code(
        "the workers of a task were lost",
        "A worker that dies takes its task along; the task is given to another one, which is told, at most three times. This task outlived none of them. "
        "Most often it takes more memory than a worker has; other tasks were not harmed.\n\n"
        f"Look at the cluster's log; give workers more memory, or the model less to hold. {_LOCAL}",
    ),
    "MLS0534": Code(
        "what a worker returned can't be used",
        "Of a task come back its dvc.lock and the small text files that Git keeps. They are written only where they are exactly the files of that object, "
        "where the lock records what was sent (command, parameters, every input by its md5), and where every output that it names is in the "
        "DVC remote. One of it does not hold; nothing was written.\n\nMost often the worker pushes to another remote (a folder that is not shared), or code "
        f"wrote into its own inputs. {_LOCAL}",
    ),
    "MLS0535": Code(
        "no remote for what a cluster makes",
        "Data and models go to workers and come back through the DVC remote, by content; without a default remote there is no way for them. A folder as remote "
        f"does where all workers have it at the same path.\n\nName one: `storage: {{url: s3://…}}` in mlspec.yaml, then `mlspec apply`. {_LOCAL}",
    ),
    "MLS0536": Code(
        "a file can't travel to a cluster",
        "The files of the repository that a stage reads travel with its task, 64 MB of them at most. What DVC tracks travels through the remote, by content, "
        "and may have any size.\n\nTrack the large file: `dvc add FILE`, and commit the `.dvc` file. The digest of the data stays what it is, so nothing runs again for it.",
    ),
    "MLS0537": Code(
        "the cluster could not run a task",
        "The cluster took the task and failed at it in a way of its own: mlspec is not installed on a worker (or on Dask's scheduler, which reads tasks), its scheduler went "
        f"away, or mlspec broke there. The message says what it is.\n\nInstall the same mlspec there; see the cluster's log. {_LOCAL}",
    ),
    "MLS0538": Code(
        "Spark broke off",
        "ValidationRules with `engine: {spark: …}` are measured by a Spark Connect server. It took the rows and then did not answer any more, ended the session, needed longer "
        "than `timeout`, or failed at a query that DuckDB answers; the message says which. Nothing was written.\n\n"
        "Look at the server's log, and run again: often its driver or its executors have too little memory. Without `engine` the rules are measured here, with the same result.",
    ),
    "MLS0539": Code(
        "a rule that Spark may answer otherwise",
        "Rules say the same on every engine. DuckDB's words for this rule are put into Spark's only where both are known to mean the same, also for missing values, NaN, texts of any "
        "script, large numbers and times; for this one they are not: text turned to upper or lower case, numbers turned into text, a sum of fractions, a regular expression with "
        "flags. Nothing was sent.\n\n"
        "Write the rule otherwise, or put it into ValidationRules of the same source without `engine`: it is measured here then, beside those that Spark measures.",
    ),
}
