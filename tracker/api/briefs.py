"""Short shapes that several resources show or take."""

from typing import Any

from rest_framework import serializers


class PersonBrief(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.EmailField()


class NamedBrief(serializers.Serializer[Any]):
    """A team, an area: known by its key, called by its name."""

    key = serializers.CharField()
    name = serializers.CharField()


class ReasonIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class NothingIn(serializers.Serializer[Any]):
    """A verb that needs no more words."""
