"""Codes of sources in databases, buckets and archives. MLS0670 to MLS0685."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

_SQL = {
    "MLS0670": Code(
        "the database's address is not given",
        "`sql.connection` names an environment variable that holds a SQLAlchemy URL. It is not set here, or holds something else. Its value is "
        "a secret: it is never shown, and stands in no file.",
    ),
    "MLS0671": Code(
        "the database can't be read",
        "The connection could not be made, or broke off while rows came. What the driver says is shown without the address. The rows of the "
        "last reading stay as they are.",
    ),
    "MLS0672": Code(
        "the database did not answer in time",
        "`sql.timeout` is how long the database may keep us waiting: for the connection, and for each batch of rows. The rows of the last "
        "reading stay as they are.",
    ),
    "MLS0673": Code(
        "the query is refused",
        "A source's query is one SELECT (`WITH … SELECT` is one): no statement that changes anything, no `INTO`, no `FOR UPDATE`, and no "
        "function that does more than read rows. It is parsed before a database is asked; the session is read-only, too.",
    ),
    "MLS0674": Code(
        "the database refuses the query",
        "The database's own words, and the place in the query where it gives one: a table or column that is not there, or not for this "
        "account, or a value that can't be computed or read.",
    ),
    "MLS0675": Code(
        "a column of the query can't be rows",
        "Columns are text, whole numbers, numbers, booleans, dates and timestamps; uuid and json become text. Bytes, arrays and records don't, "
        "nor does text among numbers: cast the column in the query.",
    ),
    "MLS0676": Code(
        "a column of the source changed",
        "A column that is declared, or that the same query gave before, is gone, or is of another kind. The rows of the last reading stay. If "
        "the change is meant, mend the query or the declaration, or delete `source.json` beside the rows: the next reading begins anew.",
    ),
    "MLS0677": Code(
        "the cursor can't be used",
        "`sql.cursor.column` is a column of the query with timestamps, dates or whole numbers, and `key` names a row: unique, and never missing. "
        "Only so can the rows that changed be told, and found again among those that were read before.",
    ),
    "MLS0678": Code(
        "rows that the cursor missed",
        "A reading of all rows (`sql.cursor.fullReadEvery`) found rows that changed without moving the cursor, or that were committed later "
        "than `overlap` allows for; or rows that were deleted. They are in order now. Where it warns, raise `overlap`.",
    ),
}

_OBJECTS = {
    "MLS0680": Code(
        "the bucket can't be read",
        "The bucket of `object.url` could not be listed, or an object not be read. Endpoint, region, account and credentials come from the "
        "environment, as each cloud's own tools have them, or from the identity of the machine or the job. The rows of the last reading stay.",
    ),
    "MLS0681": Code(
        "an object changed while it was read",
        "Objects are listed first, and each is read only as the one that was listed, by its ETag. One was replaced or removed meanwhile, and "
        "again when all was listed anew. Rows of two states are never mixed; those of the last reading stay.",
    ),
    "MLS0682": Code(
        "files of one source have other columns",
        "A column that some files lack is missing in their rows, which is told. A column that is text in one file and a number in another is "
        "refused: write the files with one type.",
    ),
    "MLS0683": Code(
        "an archive can't be read as rows",
        "Of a ZIP or tar archive the members are read that `member` names; without it, the only file. Refused are archives that are cut off, hold "
        "another kind of entry under that name (a link, an encrypted file), hold a name twice or one that leads out, or of which far more comes "
        "out than went in.",
    ),
    "MLS0684": Code(
        "a workbook can't be read as rows",
        "A sheet is read as its cells stand: a value for each, computed when it was saved. Refused are merged cells (all but the first would be empty), "
        "formulas whose value was never computed, errors such as `#N/A` unless `nullValues` has them, several sheets of which none is named, passwords, "
        "and files that are cut off.",
    ),
    "MLS0685": Code(
        "an XML file can't be read as rows",
        "A row is an element; its columns are its attributes and the elements in it, each of which comes once. Refused are entities that the file "
        "declares, text beside elements, lists in a row, and files that are cut off.",
    ),
}

CODES: dict[str, Code] = {**_SQL, **_OBJECTS}
