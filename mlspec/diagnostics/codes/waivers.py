"""Codes of waivers, and of what a promotion rests on: the test set's uses."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0445": Code(
        "a waiver of no KPI",
        "A Waiver names a KPI of its model by the text that the table of gates shows, such as `mae <= 50` or `mae vs champion, not worse by "
        "0%`. A KPI that was changed is another KPI: the waiver of the old one says nothing of it.",
    ),
    "MLS0446": Code(
        "a waiver of no subject",
        "`subject` is `overall`, a slice (`workingday=No`) or, for fairness, `between <column>`: as the table of gates has it. Leave it out to "
        "waive everything that the KPI judges.",
    ),
    "MLS0447": Code(
        "a waiver that ends too late", "A waiver is for a while. What is to stay is a change of the KPI, which its owner approves."
    ),
    "MLS0760": Code(
        "the test set has decided too often",
        "Every candidate that is judged on the same test rows is a draw: of many, one passes by luck. `testUses.max` of the KPISet says how "
        "many candidates one test set may decide about. They are counted from the registry's records and from each `dvc.lock` that the base "
        "branch ever had, so that no counter can be edited. Bring newer rows in, and test on those.",
    ),
    "MLS0448": Code(
        "a waiver that has ended",
        "It is of no effect: the gate judges again. A warning, so that time alone never breaks a project that compiles.",
    ),
}
