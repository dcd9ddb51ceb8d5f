"""The study as a web application: the page, its questions, the clips and the answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from voxface.study.document import Study, media_file
from voxface.study.questions import PAIR, RATING, Question
from voxface.study.store import RefusedError, Store
from voxface.study.trials import trials_of

PAGE = Path(__file__).parent / "page"
POLICY = (
    "default-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
LARGEST = 20_000
"""Bytes of a request's body."""
_SECONDS_TO_ANSWER = 9.0
"""What a participant takes for a trial beside watching; only to tell them how long it will be."""

Name = Annotated[str, StringConstraints(max_length=64)]


class Consent(BaseModel):
    """What begins a participation."""

    model_config = ConfigDict(extra="forbid")
    agreed: StrictBool


class Answers(BaseModel):
    """The answers to one trial."""

    model_config = ConfigDict(extra="forbid")
    token: Name
    answers: dict[Name, Name] = Field(max_length=50)


def code_of(participant: Annotated[str, Header(max_length=64)] = "") -> str:
    """Return the code that a request carries in its header ``participant``."""
    return participant


def application(study: Study, folder: Path, store: Store) -> FastAPI:
    """Return the web application of a study.

    Parameters
    ----------
    study : Study
    folder : Path
        Where its media are.
    store : Store

    Notes
    -----
    Nothing of a request but its answers is kept: no address, no user agent, no cookie.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    code = Depends(code_of)
    about = _about(study)

    @app.get("/api/study")
    def get_study() -> dict[str, Any]:
        return about

    @app.post("/api/participants", status_code=201)
    def enrol(consent: Consent) -> dict[str, str]:
        if not consent.agreed:
            raise RefusedError(403, "Without consent nothing is stored and nothing is shown.")
        return {"code": store.enrol()}

    @app.get("/api/step")
    def step(code: str = code) -> dict[str, Any]:
        here = store.step(code)
        trial = {"token": here.token, "part": here.part, "clip": f"media/{here.token}"}
        return {"done": here.done, "total": here.total, "trial": trial if here.token else None}

    @app.post("/api/answers", status_code=204)
    def answer(given: Answers, code: str = code) -> None:
        store.answer(code, given.token, given.answers)

    @app.post("/api/withdraw", status_code=204)
    def withdraw(code: str = code) -> None:
        store.withdraw(code)

    @app.get("/media/{token}")
    def media(token: str) -> FileResponse:
        file = media_file(folder, study.film(store.clips(token)))
        # Only the participant's own token is told: not a name, nor how old the file is.
        return _Blind(file, media_type="video/mp4")

    @app.exception_handler(RefusedError)
    def refuse(_: Request, error: RefusedError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, error.status)

    @app.exception_handler(RequestValidationError)
    def junk(_: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"detail": "This request makes no sense to the study."}, 422)

    @app.middleware("http")
    async def guard(request: Request, call_next: Any) -> Response:
        length = request.headers.get("content-length", "0")
        chunked = "transfer-encoding" in request.headers
        if chunked or not length.isdigit() or int(length) > LARGEST:
            return JSONResponse({"detail": "This request is too large."}, 413)
        answer: Response = await call_next(request)
        answer.headers["content-security-policy"] = POLICY
        answer.headers["referrer-policy"] = "no-referrer"
        answer.headers["x-content-type-options"] = "nosniff"
        answer.headers.setdefault("cache-control", "no-store")
        return answer

    app.mount("/", StaticFiles(directory=PAGE, html=True))
    return app


class _Blind(FileResponse):
    """A clip without the headers that would tell clips apart or when they were made."""

    def set_stat_headers(self, stat_result: Any) -> None:
        super().set_stat_headers(stat_result)
        for name in ("last-modified", "etag"):
            if name in self.headers:
                del self.headers[name]
        self.headers["cache-control"] = "private, max-age=3600"


def _about(study: Study) -> dict[str, Any]:
    """Return what every visitor may know: nothing of methods, sounds or checks."""
    shown = trials_of(study, 0)
    seconds = sum(study.clips[trial.clips[0]].seconds + _SECONDS_TO_ANSWER for trial in shown)
    return {
        "title": study.title,
        "introduction": study.introduction,
        "consent": study.consent,
        "confirmation": study.confirmation,
        "contact": study.contact,
        "trials": len(shown),
        "minutes": max(1, round(seconds / 60)),
        "questions": {
            part: [_question(each) for each in study.questions(part)]
            for part in (RATING, PAIR)
            if part in study.parts
        },
    }


def _question(question: Question) -> dict[str, Any]:
    return {"name": question.name, "text": question.text, "labels": question.labels}
