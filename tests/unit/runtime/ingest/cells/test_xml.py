"""XML: elements are rows; attributes and elements in them are columns; entities stand for nothing."""

from __future__ import annotations

import gzip

import pytest

POSTS = '<?xml version="1.0" encoding="utf-8"?>\n<posts>\n  <row Id="1" Code="007" Score="3"/>\n  <row Id="2" Code="8" Title="a &lt; b"/>\n</posts>\n'
ORDERS = "<x:shop xmlns:x='urn:x'><x:orders><order><id>1</id><price currency='EUR'>1.5</price><to><city>Kiel</city></to></order><order><id>2</id></order></x:orders></x:shop>"


class Ask:
    def __init__(self, repository):
        self.repository = repository

    def params(self, content, name="data/posts.xml", **read):
        self.repository.write(name, content)
        options = {"delimiter": ",", "nullValues": [""], "encoding": "utf-8", "header": True, **read}
        return {"format": "xml", "read": options, "text": [], "types": {}, "file": {"path": f"../../../{name}"}}

    def __call__(self, content, **read):
        self.repository.run("ingest", self.params(content, **read))
        return self.repository.parquet("raw.parquet")

    def fails(self, content, **read):
        (found,) = self.repository.fails("ingest", self.params(content, **read))
        return f"{found.code} {found.message} ({found.help})"


@pytest.fixture
def ask(repository):
    return Ask(repository)


def test_attributes_are_columns_with_types_as_text_has(ask):
    rows = ask(POSTS)
    assert list(rows) == ["Id", "Code", "Score", "Title"]
    assert (rows.Id.tolist(), rows.Code.tolist(), rows.Title.tolist()[1]) == ([1, 2], ["007", "8"], "a < b")
    assert rows.Score.isna().tolist() == [False, True]
    assert ask(POSTS, rows="posts/row").equals(rows)


def test_elements_are_columns_by_their_path(ask):
    rows = ask(ORDERS, rows="shop/orders/order")
    assert list(rows) == ["id", "price.currency", "price", "to.city"]
    assert rows.iloc[0].tolist() == [1, "EUR", 1.5, "Kiel"]
    assert rows["to.city"].isna().tolist() == [False, True]


def test_an_element_of_text_is_a_column_of_its_name(ask):
    assert ask("<a><n>1</n><n>2</n></a>").to_dict("list") == {"n": [1, 2]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_encoding_is_the_files_own(ask, encoding):
    assert ask(f'<?xml version="1.0" encoding="{encoding}"?><a><r n="Köln"/></a>'.encode(encoding)).n.tolist() == ["Köln"]


def test_a_document_type_adds_no_attribute(ask):
    assert ask('<!DOCTYPE a [<!ATTLIST r x CDATA "1">]><a><r n="2"/></a>').to_dict("list") == {"n": [2]}


def test_a_page_may_be_a_value(ask):
    assert ask("<?xml version='1.0'?><a><r><![CDATA[<html>hi</html>]]></r></a>").r.tolist() == ["<html>hi</html>"]


def test_a_packed_file_is_unpacked(ask):
    params = ask.params(gzip.compress(POSTS.encode()), "data/posts.xml.gz")
    ask.repository.run("ingest", params)
    assert ask.repository.parquet("raw.parquet").Id.tolist() == [1, 2]


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><a><r n="&c;"/></a>'
FILE = '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a><r>&f;</r></a>'
OUTSIDE = '<!DOCTYPE a SYSTEM "a.dtd"><a><r>&f;</r></a>'


@pytest.mark.parametrize(
    ("content", "read", "said"),
    [
        (BOMB, {}, "MLS0685 `posts.xml, line 1`: it declares the entity `b`"),
        (FILE, {}, "MLS0685 `posts.xml, line 1`: it declares the entity `f`"),
        (OUTSIDE, {}, "MLS0685"),
        ("<a><r><n>1</n><n>2</n></r></a>", {}, "`n` comes twice in one row"),
        ('<a><r n="1"><n>2</n></r></a>', {}, "`n` comes twice in one row"),
        ("<a><r>one<n>1</n></r></a>", {}, "text stands beside elements in `r`"),
        ("<a><r/><s/></a>", {}, "`s` stands beside `r` (say which are rows: `read: {rows: a/r}`)"),
        ("<a>1</a>", {}, "MLS0685 `posts.xml`: it has no rows"),
        (POSTS, {"rows": "posts/rows"}, "MLS0611 `posts.xml` has no elements `posts/rows` (did you mean `posts/row`?)"),
        ('<a><r n="1" N="2"/></a>', {}, "MLS0615"),
        (POSTS[:-30], {}, "it is no XML, or cut off"),
        (POSTS.replace("utf-8", "klingon"), {}, "MLS0685"),
        ("id,x\n1,2\n", {}, "it is no XML, or cut off"),
        ("<!doctype html><html></html>", {}, "it is a web page"),
    ],
)
def test_what_can_be_no_rows_is_told_with_its_line(ask, content, read, said):
    assert said in ask.fails(content, **read)


def test_several_files_are_one_source(ask):
    for name, text in {"a": '<a><r id="1"/></a>', "b": '<a><r id="2" x="y"/></a>'}.items():
        ask.repository.write(f"data/xml/{name}.xml", text)
    params = ask.params(POSTS)
    params["file"] = {"path": "../../../data/xml/*.xml"}
    ask.repository.run("ingest", params)
    assert ask.repository.parquet("raw.parquet").id.tolist() == [1, 2]
