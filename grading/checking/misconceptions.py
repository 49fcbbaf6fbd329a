"""Names of what students commonly get wrong, by code."""

MISCONCEPTIONS: dict[str, str] = {}
