"""Codes of labels that people gave. MLS0690 to MLS0699."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES = {
    "MLS0690": Code(
        "annotations can't be read",
        "The file is not there, is not what its name says, lacks a column, or holds no label. Label Studio's JSON, JSON_MIN and CSV exports are read, "
        "and CSV files with one annotation a row.",
    ),
    "MLS0691": Code(
        "an annotation can't be used",
        "Its key is missing, its label is not of the declared `type`, or it is of a kind that no model of this version learns from: spans of text, "
        "regions, several choices (but with `several: combine`). The place is the line of the task or row.",
    ),
    "MLS0692": Code(
        "labelled keys that the source lacks",
        "The rows were put aside by a rule, or deleted, or the key is written otherwise (`007` and `7` are two texts). Such labels are left out, and "
        "counted in labels.json. Where no key is a row, it is an error.",
    ),
    "MLS0693": Code(
        "the key does not name one row",
        "A label is of one row: `key` is a column of the source, of text, whole numbers or dates, and each labelled value stands in one row. The label's "
        "own name must be free.",
    ),
    "MLS0694": Code(
        "labels that contradict each other",
        "One annotator gave two labels to a key and no time says which is later, or gold or adjudicated labels differ. Order in a file settles "
        "nothing: correct one of them.",
    ),
    "MLS0695": Code(
        "annotators differ, and nothing settles it",
        "A tie of `majority`, two labels of the same `latest` moment, classes that are as likely as each other by `dawid_skene`, or any difference with "
        "`refuse` (an error there). conflicts.csv lists the keys; a line in the file that `adjudicated` names settles each, by pull request.",
    ),
    "MLS0696": Code(
        "annotators agree too little",
        "`minAgreement` is judged as KPIs are: the lower end of the interval of Krippendorff's alpha must reach it. Inconclusive means that too few keys "
        "have two annotations; the message says how many would settle it. The last labels stay as they are.",
    ),
    "MLS0697": Code(
        "the model of Dawid and Skene can't be fitted",
        "It weighs annotators, so that each annotation must name one, and it settles classes, not numbers. A warning where it did not converge.",
    ),
    "MLS0698": Code(
        "a model can't be asked about labels",
        "`mlspec labels next` and `labels suspects` go by the probabilities that a classifier gives to each class.",
    ),
}
