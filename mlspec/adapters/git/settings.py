"""What of a user's Git may change what we read: every setting and variable that does is overridden here, for every call.

Left to the user is how Git reaches others and who commits: proxies, SSH, credentials, `url.*.insteadOf`, names, signing keys, hooks of a
push. Line ends and filters of a checkout are left too: they make the working tree what it is; what is compared is read from Git's objects.
"""

from __future__ import annotations

import os

_NEVER_COLOURED = (
    *("ui", "advice", "branch", "decorate", "diff", "grep", "interactive", "push", "remote"),
    *("showBranch", "status", "transport"),
)
_FIXED = {
    **{f"color.{part}": "false" for part in _NEVER_COLOURED},
    "column.ui": "never",
    "core.quotePath": "false",
    "core.abbrev": "auto",
    "core.fsmonitor": "false",  # a program that says what changed, or one that says nothing did
    "core.untrackedCache": "keep",
    "core.commentChar": "#",
    "advice.detachedHead": "false",
    "i18n.logOutputEncoding": "UTF-8",
    "i18n.commitEncoding": "UTF-8",
    "log.showSignature": "false",  # lines of the signature's check among ours
    "log.diffMerges": "separate",  # what -m means
    "log.follow": "false",
    "log.mailmap": "true",
    "log.showRoot": "true",
    "log.decorate": "false",
    "log.abbrevCommit": "false",
    "log.date": "default",
    "format.pretty": "medium",
    "diff.renames": "false",
    "diff.noPrefix": "false",
    "diff.mnemonicPrefix": "false",
    "diff.relative": "false",
    "diff.orderFile": os.devnull,
    "diff.submodule": "short",
    "diff.ignoreSubmodules": "none",
    "diff.colorMoved": "no",
    "diff.suppressBlankEmpty": "false",
    "status.branch": "false",
    "status.short": "false",
    "status.showStash": "false",
    "status.relativePaths": "true",
    "status.renames": "false",
    "status.submoduleSummary": "false",
    "status.showUntrackedFiles": "all",
    "grep.lineNumber": "false",
    "grep.column": "false",
    "grep.fullName": "false",
    "grep.patternType": "default",
    "grep.extendedRegexp": "false",
    "merge.renames": "true",
    "merge.directoryRenames": "conflict",
    "merge.renormalize": "false",
    "merge.ff": "true",
    "merge.autoStash": "false",
    "merge.verifySignatures": "false",
    "pull.rebase": "false",
    "pull.ff": "only",
    "rebase.autoStash": "false",
    "fetch.prune": "false",
    "fetch.pruneTags": "false",
    "fetch.recurseSubmodules": "false",
    "submodule.recurse": "false",
    "push.followTags": "false",
    "push.recurseSubmodules": "no",
}
SETTINGS = tuple(word for key, value in _FIXED.items() for word in ("-c", f"{key}={value}"))
"""`git -c KEY=VALUE …`: stronger than the system's, the user's and the repository's settings, and those of the environment."""

_KEPT = (
    *("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_", "GIT_SSH", "GIT_ASKPASS", "GIT_SSL_", "GIT_PROXY_", "GIT_HTTP_", "GIT_CURL_"),
    *("GIT_ALLOW_PROTOCOL", "GIT_PROTOCOL", "GIT_EXEC_PATH", "GIT_TEMPLATE_DIR", "GIT_TRACE", "GIT_CEILING_DIRECTORIES"),
    *("GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_NO_LAZY_FETCH", "GIT_ATTR_NOSYSTEM"),
)
_SET = {
    "LC_ALL": "C",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_EDITOR": "true",
    "GIT_LITERAL_PATHSPECS": "1",  # a path is no pattern
    "GIT_NO_REPLACE_OBJECTS": "1",  # a commit is what its id says
    "GIT_GRAFT_FILE": os.devnull,  # and so are its parents
}


def git_environment() -> dict[str, str]:
    """The environment of a `git` that we start: of Git's own variables only those that say how to reach others, and who commits.

    Inside a hook Git sets variables that would redirect ours; others turn every path into a pattern, or put a program in a diff's place.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k.startswith(_KEPT)}
    return kept | _SET
