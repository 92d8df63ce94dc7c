"""A checked scenario with other values that need no checking: built without checking all anew."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

Model = TypeVar("Model", bound=BaseModel)


def rebuilt(model: Model, update: Mapping[str, Any]) -> Model:
    """A part of a scenario with other values, which are trusted.

    Not `model_copy`: that would keep what has been worked out of the old values, such as hashes.
    """
    return type(model).model_construct(**(dict(model) | dict(update)))
