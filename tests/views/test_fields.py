from reprodiff.model import Location
from reprodiff.views.fields import NOTHING, FieldTable, where
from reprodiff.views.pieces import Mark, plain_text


def test_what_differs_between_two_values_is_marked() -> None:
    row = FieldTable([Location("demo.py", "mode", "0644", "0755")]).row(0)
    assert (row.path, row.inside) == ("demo.py", "mode")
    assert [piece.text for piece in row.b if piece.mark is Mark.CHANGED] == ["0755"]


def test_a_side_without_a_value_says_so() -> None:
    row = FieldTable([Location("demo.py", "member", "", "41 bytes")]).row(0)
    assert row.a == NOTHING
    assert plain_text(row.b) == "41 bytes"


def test_a_table_follows_the_places_that_are_added() -> None:
    places = [Location("a", "", "1", "2")]
    table = FieldTable(places)
    places.append(Location("b", "", "3", "4"))
    assert len(table) == 2
    assert table.row(1).path == "b"


def test_the_container_itself_has_a_name() -> None:
    assert where(Location("", "comment", "", "x")) == "(the artifact itself) \u203a comment"
    assert where(Location("demo.py", "", "", "x")) == "demo.py"
