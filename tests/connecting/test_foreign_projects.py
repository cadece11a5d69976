"""Other labs' projects hold the sample lab too: they are read into the same tables as the shipped ones, or say why not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from onboard.config.loading import load_config
from onboard.errors import ReadInDoubt
from onboard.pipeline.judging import judge
from onboard.sandbox.rights import FormExport, Rights
from onboard.shipped import shipped
from onboard.tables import COLUMNS, Tables, read_tables
from tests.connecting.conftest import ZONE, Served, mapping_of
from tests.connecting.retell import FOREIGN, Projects, arms, shipped_projects
from tests.connecting.retell_classic import classic
from tests.connecting.retell_visits import longitudinal

SHIPPED = shipped("config") / "redcap.toml"
MONDAY = date(2026, 11, 23)


def read(served: Served, name: str) -> Tables:
    mapping = mapping_of(FOREIGN / name / "redcap.toml" if name else SHIPPED)
    tables, _ = read_tables(served.source(mapping).fetch({}), mapping, ZONE)
    return tables


def rows(tables: Tables, table: str) -> list[tuple[str, ...]]:
    """What a table says, whatever forms and rows it came from: evidence ids name the forms, so they are left out."""
    columns = [name for name in COLUMNS[table] if name != "evidence"]
    frame = getattr(tables, table)
    return sorted(tuple(map(repr, row)) for row in frame[columns].itertuples(index=False, name=None))


@pytest.fixture(scope="module")
def plain() -> Tables:
    """The shipped projects, read."""
    from onboard.sandbox.server import SandboxServer

    projects = shipped_projects()
    tokens = {name: project.add_token(rights=Rights()) for name, project in projects.items()}
    with SandboxServer(list(projects.values())) as server:
        return read(Served(server, projects, tokens), "")


@pytest.mark.parametrize(
    ("name", "projects"),
    [("classic", classic), ("longitudinal", longitudinal), ("arms", arms)],
    ids=["classic, a column per course", "longitudinal, repeating events", "two arms in one project"],
)
def test_a_foreign_project_is_read_into_the_same_tables(
    serve: Callable[..., Served], plain: Tables, name: str, projects: Callable[[], Projects]
) -> None:
    found = read(serve(projects()), name)
    assert {table: rows(found, table) for table in COLUMNS} == {table: rows(plain, table) for table in COLUMNS}


@pytest.mark.parametrize("name", ["", "longitudinal", "arms"], ids=["shipped", "repeating events", "two arms"])
def test_a_server_that_sends_every_row_makes_no_difference(serve: Callable[..., Served], plain: Tables, name: str) -> None:
    make = {"": shipped_projects, "longitudinal": longitudinal, "arms": arms}[name]
    found = read(serve(make(id_brings_every_row=True)), name)
    assert {table: rows(found, table) for table in COLUMNS} == {table: rows(plain, table) for table in COLUMNS}


def test_the_sample_lab_is_all_there(plain: Tables) -> None:
    sizes = {table: len(getattr(plain, table)) for table in COLUMNS}
    assert (
        sizes["people"] == 16 and sizes["protocols"] == 6 and all(number for table, number in sizes.items() if table != "reviews")
    )


@pytest.mark.parametrize(
    ("name", "projects"),
    [("classic", classic), ("longitudinal", longitudinal), ("arms", arms)],
    ids=["classic", "longitudinal", "two arms"],
)
def test_the_same_people_are_cleared_for_the_same_work(
    serve: Callable[..., Served], name: str, projects: Callable[[], Projects], rules: object
) -> None:
    def verdicts(served: Served, where: str) -> dict[tuple[str, str, object], object]:
        mapping = mapping_of(FOREIGN / where / "redcap.toml" if where else SHIPPED)
        export = served.source(mapping).fetch({})
        tables, problems = read_tables(export, mapping, ZONE)
        judged = judge(tables, problems, rules, export.read_at, MONDAY)  # type: ignore[arg-type]
        return {(row.person, row.protocol, row.task): row.cleared for row in judged.readiness}

    assert verdicts(serve(projects()), name) == verdicts(serve(shipped_projects()), "")


def test_a_deidentified_token_says_exactly_which_right_is_missing(serve: Callable[..., Served]) -> None:
    served = serve(shipped_projects())
    served.new_token("people", Rights(forms=dict.fromkeys(("person", "onboarding"), FormExport.DEIDENTIFIED)))
    with pytest.raises(ReadInDoubt) as caught:
        read(served, "")
    assert str(caught.value) == (
        "REDCap left out greet_name, full_name, other_names, university_email, other_email, personal_email, personal_until, "
        "citi_id of form 'person' in project 'people'. They are identifiers, free text or dates: the token's user has "
        "De-Identified. Under User Rights, set Data Export Rights of this form to Full Data Set."
    )


@pytest.mark.parametrize(
    ("right", "said"),
    [
        (FormExport.NONE, "the token's user has No Access to this form's exports. Under User Rights"),
        (FormExport.NO_IDENTIFIERS, "tagged as identifiers: the token's user has Remove All Identifier Fields"),
    ],
    ids=["no access", "identifiers removed"],
)
def test_other_rights_that_shrink_the_data_are_told_apart(serve: Callable[..., Served], right: FormExport, said: str) -> None:
    served = serve(shipped_projects())
    served.new_token("people", Rights(forms={"person": right}))
    with pytest.raises(ReadInDoubt, match=f"(?i){said}"):
        read(served, "")


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> object:
    return load_config(tmp_path_factory.mktemp("home")).rules
