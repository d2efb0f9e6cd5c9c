"""Hooks of schemathesis: the credential that an operation asks for, its environment, and an address for every call."""

import json
import os
import secrets
import threading
import urllib.request
import uuid

import schemathesis

PLATFORM_URL = os.environ["FUZZ_PLATFORM_URL"]
KEYS = {"server": os.environ["FUZZ_SERVER_KEY"], "operator": os.environ["FUZZ_OPERATOR_KEY"]}

# The credential that every operation gets, whatever it asks for; empty for the one that it asks for.
FORCED_KIND = os.environ.get("FUZZ_CREDENTIAL", "")

# What operators change (ways in, bans, policies) must not keep the players of the same run out.
PLAYERS_ENVIRONMENT = "demo/dev"
OPERATORS_ENVIRONMENT = os.environ["FUZZ_OPERATORS_ENVIRONMENT"]

# A player in the environment of the operators.
PLAYER_ID = os.environ["FUZZ_PLAYER_ID"]

# Calls that one player makes: enough to use what it was given, few enough to stay within a player's limits.
CALLS_OF_A_PLAYER = 12

state = threading.local()


def address():
    """A private address, which has no country. The platform believes the header in this test alone."""
    return f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"


def new_player():
    """Signs in a guest that was not there before."""
    request = urllib.request.Request(
        PLATFORM_URL + "/v1/auth/guest",
        data=json.dumps({"deviceId": secrets.token_hex(16)}).encode(),
        headers={"Content-Type": "application/json", "X-Forwarded-For": address()},
    )
    with urllib.request.urlopen(request) as response:
        return json.load(response)["accessToken"]


def player_token():
    """The access token of this thread's player; a new one after some calls, or when it was refused."""
    left = getattr(state, "calls_left", 0)
    if left == 0:
        state.token = new_player()
        left = CALLS_OF_A_PLAYER
    state.calls_left = left - 1
    return state.token


def kind_of(operation):
    """The kind of credential that the OpenAPI document asks for; None where it asks for none."""
    for scheme in operation.definition.raw.get("security", []):
        for name in scheme:
            return name
    return None


@schemathesis.auth(refresh_interval=None)
class Credential:
    """The right credential, or the one that this run gives to every operation."""

    def get(self, case, context):
        kind = FORCED_KIND or kind_of(context.operation)
        if kind is None:
            return None
        return player_token() if kind == "player" else KEYS[kind]

    def set(self, case, data, context):
        if data is not None:
            case.headers = case.headers or {}
            case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Every second good id of a player is one that exists, so that operators do something to somebody."""
    try:
        number = uuid.UUID(path_parameters["playerId"]).int
    except (KeyError, TypeError, ValueError, AttributeError):
        return path_parameters
    return path_parameters if number % 2 == 0 else {**path_parameters, "playerId": PLAYER_ID}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Limits by address would otherwise refuse most of what is to be tried."""
    case.headers = case.headers or {}
    case.headers["X-Forwarded-For"] = address()
    kind = FORCED_KIND or kind_of(case.operation)
    case.headers["X-Environment"] = OPERATORS_ENVIRONMENT if kind == "operator" else PLAYERS_ENVIRONMENT


@schemathesis.hook
def after_call(context, case, response):
    """A player who signed out or was deleted is of no more use."""
    if response.status_code == 401:
        state.calls_left = 0
