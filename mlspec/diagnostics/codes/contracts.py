"""Codes of data contracts. MLS0460 to MLS0469."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES = {
    "MLS0460": Code(
        "the contract can't be read",
        "`contract` names a file of the Open Data Contract Standard (ODCS 3.0 to 3.2) in the repository, and the object of its `schema` that is "
        "meant, where it has several. Older and newer versions are refused: what they ask might be read wrongly.",
    ),
    "MLS0461": Code(
        "the contract is not as the standard has it",
        "Contracts are compared with the JSON Schema that is published for their version. mlspec brings the schemas along; the library that "
        "compares is of the extra `contract`.",
    ),
    "MLS0462": Code(
        "the contract holds what no contract may",
        "A contract is written by others, and is data. Refused are secrets and what asks for one, keys that something would fetch, links of "
        "odd schemes, paths that leave the repository, invisible characters, numbers beyond all counting, and names that a database takes for "
        "one. Its SQL is judged as any rule's: one SELECT on the rows.",
    ),
    "MLS0463": Code(
        "contract and spec say different things",
        "What both say must be the same: otherwise nobody knows which counts. Leave it out in the spec, where the contract is right; a spec may "
        "say more than its contract.",
    ),
    "MLS0464": Code(
        "a column of the contract has no type that a source has",
        "Columns are text, whole numbers, numbers, booleans, dates and timestamps. The standard's time, object, array, map and vector are none, "
        "and a property may have no `logicalType`: the source says how it is read.",
    ),
    "MLS0465": Code(
        "a contract asks what no rule checks",
        "Texts for people, checks of other tools, and metrics without what they need stay in the contract, and nobody checks them here. What must "
        "hold is written as a rule of ValidationRules.",
    ),
    "MLS0466": Code(
        "nobody checks what the contract asks of the rows",
        "A DataSource takes columns and key of its contract. Its quality checks, options and relationships are rules, and need ValidationRules "
        "that name the contract.",
    ),
    "MLS0467": Code(
        "the contract can't be written",
        "What the source, its rules or its contract say has no place in the version of the standard that was asked for. Nothing is left out "
        "without a word: name another version.",
    ),
}
