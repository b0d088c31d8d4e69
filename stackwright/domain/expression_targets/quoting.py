"""String literals as the formatters of Python and TypeScript leave them."""


def quoted(text: str) -> str:
    """A literal in double quotes, unless single quotes need fewer escapes."""
    mark = "'" if text.count('"') > text.count("'") else '"'
    return f"{mark}{text.replace(chr(92), chr(92) * 2).replace(mark, chr(92) + mark)}{mark}"
