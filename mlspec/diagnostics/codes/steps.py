"""Codes of Steps: what can go wrong when a program runs. MLS0606 to MLS0609, MLS0634 to MLS0636."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0606": Code(
        "the program of a step can't be started",
        "It is not on the PATH, is no file of the repository, lacks the right to be run, or its first line names an interpreter that is not "
        "there. A program is run by its words, without a shell: `argv: [sh, scripts/report.sh]` runs a script that may not be run itself.",
    ),
    "MLS0607": Code(
        "the program of a step failed",
        "It ended with another code than 0, or was killed. The message has the end of what it printed, with secrets masked. What the last "
        "good run wrote is where it was.",
    ),
    "MLS0608": Code(
        "a step took too long",
        "The program and all that it started were ended when its time was over: an hour, or `resources.timeout`.",
    ),
    "MLS0609": Code(
        "a step wrote what it does not declare",
        "All that a step writes stands under `outputs` (or is the file of a metric): what nobody declares would be neither kept nor made "
        "again. Temporary files belong in the folder that TMPDIR names. Nothing of this run was kept.",
    ),
    "MLS0634": Code(
        "an output of a step is not there, or can't be kept",
        "The program ended well, and an output that the step declares was not written, is a link, or holds one, or something else that is "
        "neither file nor folder. Nothing of this run was kept.",
    ),
    "MLS0635": Code(
        "a metric of a step can't be read",
        "`metrics` names a JSON file that the step writes, and by `route` the keys that lead to a number in it. The number must be finite.",
    ),
    "MLS0636": Code(
        "a secret of a step is not set",
        "`secrets` names environment variables that are handed on to the program. Set them where the step runs; in GitHub Actions, they are "
        "secrets of the repository.",
    ),
}
