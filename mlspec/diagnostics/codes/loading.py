"""Codes of reading files and YAML."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0130": Code("file too large", "A spec file has at most 4 MB. Split it: one document a file is the habit."),
    "MLS0131": Code(
        "not UTF-8",
        "Spec files are UTF-8, with or without a byte order mark. Windows programs may save UTF-16 or Latin-1: choose UTF-8 when saving.",
    ),
    "MLS0132": Code(
        "merge conflict left",
        "Git's conflict markers are still in the file. Keep one side and remove the markers; for generated files, `mlspec apply` writes them anew.",
    ),
    "MLS0133": Code("control character", "YAML allows no control characters but tab and line ends. Write it escaped in double quotes."),
    "MLS0134": Code("tab as indentation", "YAML indents with spaces only, since tabs have no agreed width."),
    "MLS0135": Code(
        "not YAML", "The file does not parse. The place is where the parser stopped; the mistake is there or on the line before."
    ),
    "MLS0136": Code("key given twice", "A mapping has the same key twice; most readers silently keep the last. Both places are shown."),
    "MLS0137": Code("key is not text", "Keys are text. YAML reads `1:` or `null:` as something else: quote it."),
    "MLS0138": Code("tag", "Tags such as `!!python/object` let a file construct objects. A spec is plain data, and no tag is read."),
    "MLS0139": Code("merge key", "`<<: *x` is an extension that YAML 1.2 dropped, and readers differ on it. Write the keys out."),
    "MLS0140": Code(
        "nested too deep", "Specs are shallow. A file nested deeper than 64 levels is a mistake or an attack, and is not read further."
    ),
    "MLS0141": Code("alias inside its own anchor", "`a: &x [*x]` never ends. Remove the alias."),
    "MLS0142": Code(
        "aliases expand too far", "A few lines of aliases to aliases can stand for billions of values. At most 200,000 are read."
    ),
    "MLS0143": Code(
        "number not usable",
        "`.inf`, `.nan`, numbers beyond a double and numbers of over 400 characters have no meaning in a spec. Quote the value if text is meant.",
    ),
    "MLS0144": Code(
        "link among the specs",
        "A symbolic link among the specs (a file, or the folder itself) leads out of the repository. What is reviewed must be what is read: copy the file in. "
        "For promotions, specs, records and claims are read from Git's objects, where a link or a module is no more than a name: there, none is taken at all.",
    ),
    "MLS0145": Code(
        "file not readable",
        "Something among the specs can't be read: a file without permission, a link to nothing, or a pipe or device, which is never opened.",
    ),
    "MLS0150": Code(
        "can't be formatted",
        "`mlspec fmt` reads what it wrote again before it keeps it. Here the values or the comments would not have been the same, so the file was left alone. This is a bug.",
    ),
    "MLS0151": Code("file not writable", "A spec can't be rewritten, since its folder does not let a file be made in it."),
}
