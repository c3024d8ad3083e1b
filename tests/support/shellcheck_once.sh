#!/bin/bash
# Asks shellcheck of each script once: workflows that are nearly equal hold the same ones, and it takes three times as long as this.
# SHELLCHECK: the program. KEPT: a folder of what it said. The words of the command and the script decide, compared as a whole.
IFS= read -r -d '' script
asked="$*"$'\n'"$script"
for known in "$KEPT/${#asked}"-*.asked; do
  [[ -e $known ]] || break
  IFS= read -r -d '' other < "$known"
  if [[ $other == "$asked" ]]; then
    IFS= read -r -d '' said < "${known%asked}said"
    printf %s "${said#*$'\n'}"
    exit "${said%%$'\n'*}"
  fi
done
said=$(printf %s "$script" | "$SHELLCHECK" "$@")
code=$?
printf '%s\n%s' "$code" "$said" > "$KEPT/${#asked}-$$.said" # first: who finds the other file reads this one
printf %s "$asked" > "$KEPT/${#asked}-$$.asked"
printf %s "$said"
exit "$code"
