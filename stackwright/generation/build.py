"""What is asked of a build: generate a project, publish it and perhaps prove it."""

import re
from typing import Annotated

from pydantic import Field

from stackwright.generation.config import Config
from stackwright.generation.request import GenerateRequest
from stackwright.value import Value

_NAME = "[A-Za-z0-9][A-Za-z0-9-]{0,63}"
RUN_ID = re.compile(_NAME)
RunId = Annotated[
    str,
    Field(
        pattern=f"^{_NAME}$",
        description="The id of the run; its workspace is called by it.",
    ),
]
Place = Annotated[
    str,
    Field(
        pattern=f"^{_NAME}(/{_NAME}){{0,7}}$",
        description="Where its output is published in the store of artifacts.",
    ),
]
BasePlace = Annotated[
    str,
    Field(
        pattern=f"^({_NAME}(/{_NAME}){{0,7}})?$",
        description="Where the output lies that the build goes on from; empty: it begins anew.",
    ),
]


class BuildRequest(Value):
    """One build: which model, with which choices, to which place."""

    run: RunId
    place: Place
    model: str = Field(description="The text of the model.")
    config: Config = Config()
    file: str = Field("model", description="The name that findings call the model by.")
    base: BasePlace = ""
    verify: bool = Field(default=False, description="Run the tools of the generated project on it.")

    def generation(self, out: str, known_as: str) -> GenerateRequest:
        """The generation in it, into this folder, which knows the project by this name."""
        model = self.model if "\n" in self.model else f"{self.model}\n"  # never a path
        return GenerateRequest(
            model=model, out=out, config=self.config, file=self.file, renamed_from=known_as
        )
