"""The web application answers at once; what takes seconds to import comes later."""

import subprocess
import sys

from tests.test_architecture import ROOT


def test_the_application_is_imported_without_the_orchestrator() -> None:
    code = "import app.web_server, sys; sys.exit('prefect' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert done.returncode == 0
