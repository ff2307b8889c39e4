"""Tables that cannot be opened say which file, which column and what to do; everything else opens."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb
import pytest

from journeyman.domain import DataSources
from journeyman.errors import DataError
from journeyman.features import open_tables

CUSTOMERS = "customer_id,email\n007,a@example.com\n8,b@example.com\n"


def sources(**paths: str) -> DataSources:
    return DataSources(**{name: {"path": path} for name, path in paths.items()})


def told(folder: Path, what: DataSources) -> str:
    with pytest.raises(DataError) as caught:
        open_tables(what, folder)
    assert caught.value.remedy
    return str(caught.value)


def test_a_missing_file_is_named_with_the_one_probably_meant(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text(CUSTOMERS)
    text = told(tmp_path, sources(customers="custmers.csv"))
    assert "customers: there is no file" in text and "Did you mean customers.csv?" in text and "data.customers.path" in text


def test_an_unknown_kind_of_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "customers.xlsx").write_bytes(b"PK")
    assert "neither CSV nor Parquet" in told(tmp_path, sources(customers="customers.xlsx"))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("c.csv", b"", "is empty"),
        ("c.parquet", b"", "is empty"),
        ("c.csv", b"\n\n", "starts with no header"),
        ("c.csv", b"customer_id,email\n", "has no rows"),
        ("c.csv", bytes(range(256)) * 20, "c.csv"),
        ("c.csv", "customer_id,name\n1,Zoë\n".encode("utf-16"), "UTF-8"),
        ("c.csv", b"customer_id,email,Email\n1,a,b\n", "has the column Email twice"),
        ("c.csv", b"customer_id,email\n1\n2\n", "all unreadable, the first is line 2"),
        ("c.parquet", b"PAR1 is not enough", "not readable Parquet"),
        ("c.csv.gz", b"no gzip", "not readable text"),
    ],
)
def test_an_unreadable_file_is_an_error_that_names_it(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    text = told(tmp_path, sources(customers=name))
    assert words in text and name in text and "Traceback" not in text


def test_a_wrong_column_is_named_with_the_one_probably_meant(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("client_id,email\n1,a\n")
    mapped = DataSources(customers={"path": "c.csv", "columns": {"customer_id": "cleint_id"}})
    text = told(tmp_path, mapped)
    assert "c.csv has no column cleint_id (for customer_id)" in text and "Did you mean client_id?" in text
    assert "data.customers.columns.customer_id" in told(tmp_path, sources(customers="c.csv"))


def test_a_mapping_to_a_name_that_is_not_ours_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(CUSTOMERS)
    (tmp_path / "o.csv").write_text("customer_id,timestamp,total\n8,2026-01-01,5\n")
    what = DataSources(customers={"path": "c.csv"}, orders={"path": "o.csv", "columns": {"amuont": "total"}})
    assert "amuont is not one of our columns. Did you mean amount?" in told(tmp_path, what)


def test_a_source_zone_must_exist(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(CUSTOMERS)
    assert "no time zone Mars/Olympus" in told(tmp_path, DataSources(customers={"path": "c.csv", "timezone": "Mars/Olympus"}))


def test_csv_keeps_text_as_it_is_whatever_the_delimiter(tmp_path: Path) -> None:
    for n, delimiter in enumerate(",;\t|"):
        (tmp_path / f"{n}.csv").write_text("\ufeff" + CUSTOMERS.replace(",", delimiter).replace("\n", "\r\n"))
        assert [c.id for c in open_tables(sources(customers=f"{n}.csv"), tmp_path).customers()] == ["007", "8"]


def test_gzip_is_read(tmp_path: Path) -> None:
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(CUSTOMERS.encode()))
    assert open_tables(sources(customers="c.csv.gz"), tmp_path).rows_read == 2


def test_a_duckdb_table_is_read_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as shop:
        shop.execute("create table people as select 1 as customer_id, 'a@example.com' as email")
    (person,) = open_tables(sources(customers="duckdb:shop.duckdb#people"), tmp_path).customers()
    assert (person.id, person.email) == ("1", "a@example.com")
    assert "has no table peple. Did you mean people?" in told(tmp_path, sources(customers="duckdb:shop.duckdb#peple"))
    assert "names no table" in told(tmp_path, sources(customers="duckdb:shop.duckdb"))
    (tmp_path / "text.duckdb").write_text("not a database, only text that is long enough to look at " * 20)
    assert "not a DuckDB database" in told(tmp_path, sources(customers="duckdb:text.duckdb#people"))
