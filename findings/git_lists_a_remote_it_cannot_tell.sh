#!/usr/bin/env bash
# Good guess: what `git remote` lists, `git remote get-url NAME` can tell.
# Seen:       a remote that stands in a person's own ~/.gitconfig only is listed by `git remote` and its URL is told by `git ls-remote --get-url`,
#             and `git remote get-url` of it ends in "No such remote". A tool that asks for the URL of each listed remote fails on that machine alone.
# Versions:   git 2.39.5 (Debian 12).
# Source:     git-config(1) lets `remote.<name>.url` stand in any configuration; of this difference nothing was found; tried.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export HOME="$work" GIT_CONFIG_NOSYSTEM=1 LC_ALL=C
git config --global remote.mirror.url https://example.org/mirror.git
git init -q -b main near
listed=$(git -C near remote)
url=$(git -C near ls-remote --get-url mirror)
told=$(git -C near remote get-url mirror 2>&1) && code=0 || code=$?
echo "listed: $listed; ls-remote --get-url: $url; get-url: $told (exit $code)"
[ "$listed $url $code" = "mirror https://example.org/mirror.git 2" ] && [[ "$told" == *"No such remote 'mirror'"* ]]
