"""Tables whose cells are looked at one by one: sheets of workbooks, elements of XML.

`table`: cells as text, with what each column is made of; `read_cells`: rows of them, as of CSV text; `xlsx`, `xml`: the files.
"""
