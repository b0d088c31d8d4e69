"""Composes DATABASE_URL from what the task is given, then becomes the command of the image.

The user and the password come from Secrets Manager into the environment of the task alone; they are taken out of it
here, so that the back end sees the address and nothing else of them.
"""

import os
import sys
from urllib.parse import quote

given = os.environ
user = quote(given.pop("DATABASE_USER"), safe="")
password = quote(given.pop("DATABASE_PASSWORD"), safe="")
place = f"{given['DATABASE_HOST']}:{given['DATABASE_PORT']}/{given['DATABASE_NAME']}"
given["DATABASE_URL"] = (
    f"{given['DATABASE_SCHEME']}://{user}:{password}@{place}?{given['DATABASE_OPTIONS']}"
)
os.execvp(sys.argv[1], sys.argv[1:])
