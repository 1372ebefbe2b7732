"""The endpoints of the Model page, as a browser asks them. What they do is tested in tests/authoring."""

import pytest

from kubus.playground.routes import ROUTES
from tests.playground.conftest import MODEL

ORDERS = "orders.yml"


async def base_of(opened) -> str:
    files = (await opened.client.get("/playground/files")).json()["files"]
    return next(one["base"] for one in files if one["fileName"] == ORDERS)


async def test_model_graph_and_files_are_read(playground):
    async with playground() as opened:
        model = (await opened.client.get("/playground/model")).json()
        (orders,) = model["cubes"]
        assert model["version"] == (await opened.client.get("/playground/context")).json()["modelVersion"]
        assert (orders["name"], orders["fileName"], orders["line"], orders["policies"]) == ("orders", ORDERS, 3, 2)
        # What no client sees is there for who works at it.
        assert "orders.note" in {one["name"] for one in orders["dimensions"]}
        graph = (await opened.client.get("/playground/graph")).json()
        assert [(one["name"], one["hasKey"]) for one in graph["cubes"]] == [("orders", True)]
        files = (await opened.client.get("/playground/files")).json()
        (file,) = files["files"]
        assert (file["fileName"], file["content"], file["kind"], file["whyNot"]) == (ORDERS, MODEL, "yaml", None)
        assert file["absPath"] == str((opened.folder / "model" / ORDERS).resolve())


async def test_a_file_is_written_and_queries_are_answered_by_it(playground):
    async with playground() as opened:
        text = MODEL.replace("name: total", "name: revenue")
        written = await opened.post("/playground/files", fileName=ORDERS, content=text, base=await base_of(opened))
        assert (written.status_code, written.json()["compiles"]) == (200, True)
        meta = (await opened.client.get("/playground/model")).json()
        assert "orders.revenue" in {one["name"] for one in meta["cubes"][0]["measures"]}
        answer = await opened.client.get("/cubejs-api/v1/sql", params={"query": '{"measures": ["orders.revenue"]}'})
        assert "Can't" not in answer.text
        assert "revenue" in answer.text


async def test_what_somebody_else_wrote_is_not_overwritten(playground):
    async with playground() as opened:
        base = await base_of(opened)
        theirs = MODEL + "# of somebody else\n"
        (opened.folder / "model" / ORDERS).write_text(theirs)
        for path, body in (
            ("/playground/files", {"fileName": ORDERS, "content": MODEL, "base": base}),
            ("/playground/files", {"fileName": ORDERS, "content": MODEL}),
            ("/playground/accept", {"files": [{"fileName": ORDERS, "content": MODEL, "base": base}]}),
        ):
            refused = await opened.post(path, **body)
            assert (refused.status_code, "changed meanwhile" in refused.json()["error"]) == (409, True)
            assert "once more" in refused.json()["hint"]
        assert (opened.folder / "model" / ORDERS).read_text() == theirs


async def test_a_file_is_renamed_deleted_and_had_back(playground):
    async with playground() as opened:
        model = opened.folder / "model"
        moved = await opened.post(
            "/playground/rename", fileName=ORDERS, to="cubes/sales.yml", base=await base_of(opened)
        )
        assert (moved.status_code, moved.json()["compiles"]) == (200, True)
        assert [one.relative_to(model).as_posix() for one in model.rglob("*.yml")] == ["cubes/sales.yml"]
        base = moved.json()["files"][0]["base"]
        told = await opened.post("/playground/check", without=["cubes/sales.yml"])
        assert told.status_code == 200
        stale = await opened.post("/playground/delete", fileName="cubes/sales.yml", base="another")
        assert (stale.status_code, (model / "cubes" / "sales.yml").is_file()) == (409, True)
        gone = await opened.post("/playground/delete", fileName="cubes/sales.yml", base=base)
        assert (gone.status_code, gone.json()["files"]) == (200, [])
        kept = (await opened.client.get("/playground/backups")).json()["backups"]
        assert [one["fileName"] for one in kept] == ["cubes/sales.yml", ORDERS]
        text = await opened.post("/playground/backups", fileName=kept[0]["fileName"], name=kept[0]["name"])
        assert text.json()["content"] == MODEL
        elsewhere = await opened.post("/playground/backups", fileName="../../.env", name=kept[0]["name"])
        assert elsewhere.status_code == 400


async def test_a_text_is_laid_out(playground):
    async with playground() as opened:
        done = await opened.post("/playground/format", fileName="a.yml", content="cubes:\n- name:   a\n")
        assert done.json() == {"content": "cubes:\n  - name: a\n"}
        refused = await opened.post("/playground/format", fileName="a.yml", content="cubes: [")
        assert (refused.status_code, "no YAML" in refused.json()["error"]) == (400, True)


@pytest.mark.parametrize(
    "path", ["../kubus.py", "/etc/passwd.yml", "cubes/../../x.yml", ".env", "notes.txt", "a\\b.yml"]
)
async def test_nothing_is_written_outside_of_the_model(playground, path):
    async with playground() as opened:
        before = sorted(str(one) for one in opened.folder.rglob("*"))
        for endpoint, body in (
            ("/playground/files", {"fileName": path, "content": "x"}),
            (
                "/playground/accept",
                {"files": [{"fileName": "a.yml", "content": "x"}, {"fileName": path, "content": "x"}]},
            ),
        ):
            assert (await opened.post(endpoint, **body)).status_code == 400
        moved = await opened.post("/playground/rename", fileName=ORDERS, to=path, base=await base_of(opened))
        gone = await opened.post("/playground/delete", fileName=path, base="x")
        assert (moved.status_code, gone.status_code) == (400, 400)
        assert sorted(str(one) for one in opened.folder.rglob("*")) == before


async def test_texts_are_checked_and_completed(playground):
    async with playground() as opened:
        found = (await opened.post("/playground/check")).json()
        assert (found["findings"], found["compiles"]) == ([], True)
        wrong = MODEL.replace("type: sum", "type: sun")
        found = (await opened.post("/playground/check", fileName=ORDERS, content=wrong)).json()
        assert found["compiles"] is False
        assert [(one["fileName"], one["line"]) for one in found["findings"]] == [(ORDERS, 14)]
        text = MODEL.replace("sql: amount", "sql: '{CUBE}.'")
        line = next(n for n, row in enumerate(text.splitlines(), 1) if "{CUBE}.'" in row)
        column = text.splitlines()[line - 1].index("{CUBE}.") + len("{CUBE}.") + 1
        place = {"fileName": ORDERS, "content": text, "line": line, "column": column}
        offered = (await opened.post("/playground/complete", **place)).json()["completions"]
        assert {"status", "city"} <= {one["text"] for one in offered}
        line = next(n for n, row in enumerate(MODEL.splitlines(), 1) if "name: count" in row)
        place = {
            "fileName": ORDERS,
            "content": MODEL,
            "line": line,
            "column": MODEL.splitlines()[line - 1].index("count") + 2,
        }
        told = (await opened.post("/playground/complete", **place, want="hover")).json()
        assert "measure, count" in told["hover"]


async def test_a_model_is_made_of_the_tables_of_the_running_source(playground, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "sales.csv").write_text("id,city,amount\n1,Oslo,10.5\n2,Rome,3\n")
    async with playground(CUBEJS_DB_TYPE="duckdb", KUBUS_DUCKDB_FOLDER=str(data)) as opened:
        assert not (await opened.client.get("/playground/context")).json()["shouldStartConnectionWizardFlow"]
        (opened.folder / "model" / ORDERS).unlink()
        assert (await opened.client.get("/playground/context")).json()["shouldStartConnectionWizardFlow"]
        tables = (await opened.client.get("/playground/db-schema")).json()
        assert [one["name"] for one in tables["tablesSchema"][tables["schema"]]["sales"]] == ["id", "city", "amount"]
        assert (await opened.client.get("/playground/db-schema?dataSource=other")).status_code == 400
        wanted = {"tables": [[tables["schema"], "sales"]], "isOpen": True}
        found = (await opened.post("/playground/generate", **wanted)).json()
        (file,) = found["files"]
        accepted = await opened.post(
            "/playground/accept",
            files=[{"fileName": file["fileName"], "content": file["after"], "base": file["base"]}],
        )
        assert accepted.status_code == 200, accepted.text
        first = accepted.json()["firstQuery"]
        assert first["chart"] == "bar"
        answer = await opened.client.post("/cubejs-api/v1/load", json={"query": first["query"]})
        assert [row["sales.count"] for row in answer.json()["data"]] == ["1", "1"], answer.text


async def test_cubes_own_endpoints_do_not_overwrite(playground, tmp_path):
    (tmp_path / "orders.csv").write_text("id,city\n1,Oslo\n")
    (tmp_path / "sales.csv").write_text("id,city\n1,Oslo\n")
    async with playground(CUBEJS_DB_TYPE="duckdb", KUBUS_DUCKDB_FOLDER=str(tmp_path)) as opened:
        # As Cube's own page asks.
        body = {"tables": [["main", "sales"]], "tablesSchema": {"main": {}}, "format": "yaml", "dataSource": "default"}
        made = await opened.post("/playground/generate-schema", **body)
        assert [one["fileName"] for one in made.json()["files"]] == ["cubes/sales.yml"], made.text
        before = {str(one): one.read_text() for one in (opened.folder / "model").rglob("*.yml")}
        assert len(before) == 2
        again = await opened.post("/playground/generate-schema", **body)
        assert again.json() == {"files": []}
        assert {str(one): one.read_text() for one in (opened.folder / "model").rglob("*.yml")} == before
        refused = await opened.post("/playground/generate-schema", tables=["sales"], format="js")
        assert (refused.status_code, "JavaScript" in refused.json()["error"]) == (400, True)
        tried = await opened.post("/playground/test-connection", dataSource="default", variables={})
        assert (tried.status_code, tried.json()) == (200, "ok")
        nowhere = {"CUBEJS_DB_TYPE": "duckdb", "CUBEJS_DB_DUCKDB_DATABASE_PATH": "/nowhere.duckdb"}
        refused = await opened.post("/playground/test-connection", variables=nowhere)
        assert (refused.status_code, "nowhere" in refused.json()["error"]) == (400, True)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/playground/files", {"fileName": "a.yml"}),
        ("/playground/files", {"fileName": "a.yml", "content": "x", "force": True}),
        ("/playground/accept", {}),
        ("/playground/complete", {"fileName": "a.yml", "content": "x", "line": "1", "column": 1}),
        ("/playground/generate", {"tables": [["main"]]}),
        ("/playground/check", {"content": "x"}),
        ("/playground/delete", {"fileName": "a.yml"}),
        ("/playground/rename", {"fileName": "a.yml", "base": "x"}),
        ("/playground/backups", {"fileName": "a.yml"}),
        ("/playground/format", {"content": "x"}),
    ],
)
async def test_bodies_of_another_shape_are_refused(playground, path, body):
    async with playground() as opened:
        assert (await opened.post(path, **body)).status_code == 400


async def test_without_the_word_of_this_start_nothing_is_written(playground):
    async with playground() as opened:
        base = await base_of(opened)
        del opened.client.headers["x-kubus-nonce"]
        posted = [path for method, path in ROUTES if method == "POST"]
        assert {"/playground/files", "/playground/delete", "/playground/rename"} <= set(posted)
        for path in posted:
            refused = await opened.post(path, fileName=ORDERS, content="", base=base)
            assert refused.status_code == 403, path
        assert (opened.folder / "model" / ORDERS).read_text() == MODEL
