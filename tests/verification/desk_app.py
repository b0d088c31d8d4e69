"""A back end that keeps the API's word, with its rows in memory; the tests copy it into a project and break it."""

import os
from itertools import count
from typing import Any
from urllib.parse import parse_qs

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

app = FastAPI(title="Desk")
ROWS: dict[str, dict[str, dict[str, Any]]] = {"topics": {}, "tickets": {}}
NUMBERS = count(1)
PAGING = {"page", "size", "sort", "q"}


@app.get("/health")
@app.get("/ready")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/api/v1/auth/token")
async def token(request: Request) -> Response:
    form = parse_qs((await request.body()).decode())
    if form["password"] != [os.environ["ADMIN_PASSWORD"]] or form["username"] == [""]:
        return JSONResponse({"title": "No"}, 401)
    return JSONResponse({"access_token": "t", "token_type": "bearer", "expires_in": 60})


@app.get("/api/v1/auth/me")
def me() -> dict[str, Any]:
    return {"id": "u1", "roles": ["admin"]}


@app.post("/api/v1/{collection}", status_code=201)
async def create(collection: str, request: Request) -> dict[str, Any]:
    body = await request.json()
    row = {"id": str(next(NUMBERS)), **body, "version": 1}
    ROWS[collection][row["id"]] = row
    return row


@app.get("/api/v1/{collection}")
def listed(collection: str, request: Request) -> dict[str, Any]:
    filters = {k: v for k, v in request.query_params.items() if k not in PAGING}
    items = [
        row
        for row in ROWS[collection].values()
        if all(str(row.get(k)) == v for k, v in filters.items())
    ]
    return {"items": items, "total": len(items), "page": 1, "size": 100}


@app.get("/api/v1/{collection}/{key}", response_model=None)
def read(collection: str, key: str) -> Response | dict[str, Any]:
    row = ROWS[collection].get(key)
    return JSONResponse({"title": "Gone"}, 404) if row is None else row


@app.patch("/api/v1/{collection}/{key}", response_model=None)
async def change(collection: str, key: str, request: Request) -> Response | dict[str, Any]:
    if "if-match" in request.headers:
        return JSONResponse({"title": "Old version"}, 412)
    ROWS[collection][key] |= await request.json()
    return ROWS[collection][key]


@app.delete("/api/v1/{collection}/{key}", status_code=204)
def delete(collection: str, key: str) -> None:
    ROWS[collection].pop(key, None)
