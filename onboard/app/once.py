"""A part built when it is first asked for, and kept.

Labs must not wait for each other: functools.cached_property of Python 3.11 holds one lock for all objects of a class while it
computes, so one lab's silent database would stop them all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class Once(Generic[T]):
    """functools.cached_property without its lock, as Python 3.12 has it: the value lies in the object's `__dict__` under the
    property's name. Two threads that ask one object at once may both compute; both are given what was kept first."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute, self.__doc__ = compute, compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object | None, owner: type) -> Self | T:
        if instance is None:
            return self
        # no __set__: once the value is kept, Python finds it without coming here
        kept: T = instance.__dict__.setdefault(self._name, self._compute(instance))
        return kept
