"""JSON built in the database: a page of fifty rows costs one statement and no objects."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F, Func, OuterRef, QuerySet, Subquery, TextField
from django.db.models.expressions import Combinable
from django.db.models.sql.compiler import SQLCompiler

Fields = Mapping[str, "str | Combinable"]


class JsonText(Func):
    """{"name": expression, …} as the text of one JSON object, in the order given; a str is a field path."""

    output_field = TextField()

    def __init__(self, fields: Fields) -> None:
        self.names = list(fields)
        super().__init__(*(F(source) if isinstance(source, str) else source for source in fields.values()))

    def as_sql(self, compiler: SQLCompiler, connection: Any, *args: Any, **more: Any) -> tuple[str, tuple[Any, ...]]:
        parts: list[str] = []
        params: list[Any] = []
        for name, expression in zip(self.names, self.source_expressions, strict=True):
            sql, values = compiler.compile(expression)
            parts.append(f"'{name}', {sql}")
            params.extend(values)
        return f"json_build_object({', '.join(parts)})::text", tuple(params)


class JsonPart(JsonText):
    """The same, to be nested in another shape."""

    def as_sql(self, compiler: SQLCompiler, connection: Any, *args: Any, **more: Any) -> tuple[str, tuple[Any, ...]]:
        sql, params = super().as_sql(compiler, connection, *args, **more)
        return sql.removesuffix("::text"), params


class JsonList(Subquery):
    """The rows of a related queryset as a JSON array; filter it with OuterRef before."""

    template = "(SELECT coalesce(json_agg(nested.part), '[]'::json) FROM (%(subquery)s) nested)"
    output_field = TextField()

    def __init__(self, queryset: QuerySet[Any], fields: Fields) -> None:
        super().__init__(queryset.annotate(part=JsonPart(fields)).values("part"))


def person(path: str) -> Combinable:
    """{id, name, email} of the person at this path, or null."""
    return NullablePart(path, {"id": f"{path}__id", "name": f"{path}__name", "email": f"{path}__email"})


class NullablePart(JsonPart):
    """A nested object that is null where the row at `path` is missing."""

    def __init__(self, path: str, fields: Fields) -> None:
        super().__init__({"": f"{path}__id", **fields})

    def as_sql(self, compiler: SQLCompiler, connection: Any, *args: Any, **more: Any) -> tuple[str, tuple[Any, ...]]:
        sql, params = super().as_sql(compiler, connection, *args, **more)
        test, _none = compiler.compile(self.source_expressions[0])
        inner = sql.removeprefix(f"json_build_object('', {test}, ")
        return f"CASE WHEN {test} IS NULL THEN NULL ELSE json_build_object({inner} END", params


__all__ = ["JsonList", "JsonPart", "JsonText", "NullablePart", "OuterRef", "person"]
