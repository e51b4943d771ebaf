"""Numbers as programs write them."""


def whole_number(value: object) -> int | None:
    """Returns a whole number in any notation of JSON (`5000`, `5000.0`, `5e3`) as an int; None for any other value.

    JSON has one kind of number, and templates and languages with one write 5000.0. `True` is no number.
    """
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
