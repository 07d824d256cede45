"""The description of the routes of listings, for the whole of the API."""

from typing import Final

from holdfast.api.describing import JSON, Node, asked, media, named, one_of, operation, parameter
from holdfast.wire.listings import AddressesBody, AgreeBody, NoticeAppealBody, NoticeResultBody

LISTING_BODIES: Final = (AddressesBody, AgreeBody, NoticeAppealBody, NoticeResultBody)
_ID: Final = parameter("id")
_REQUEST: Final = parameter("request")
_LIMIT: Final = asked("limit", {"type": "integer", "minimum": 1, "maximum": 500, "default": 100})


def listing_paths() -> Node:
    """Describe the notice on a listing, objections to it, and the addresses that an authority asks for."""
    states = asked("state", one_of("open", "upheld", "rejected"))
    agree: Node = {"requestBody": {"required": False, "content": _body("AgreeBody")}}
    return {
        "/v1/listings/appeals": {
            "get": operation("notice_appeals", "List objections to notices, newest first", "objections")
            | {"parameters": [states, _LIMIT]},
        },
        "/v1/listings/{id}/notice": {
            "parameters": [_ID],
            "get": operation("listing_notice", "Read the notice on a listing", "the notice, its texts and its history"),
        },
        "/v1/listings/{id}/object": {
            "parameters": [_ID],
            "get": operation(
                "listing_object", "Read where else the same car or flat is offered", "every listing of the object"
            ),
        },
        "/v1/listings/{id}/notice/appeal": {
            "parameters": [_ID],
            "post": operation(
                "appeal_notice",
                "Object to the notice for the seller",
                "the notice with the objection",
                takes=_body("NoticeAppealBody"),
                statuses=(200, 201),
            ),
        },
        "/v1/listings/{id}/notice/appeals/{appeal}/settle": {
            "parameters": [_ID, parameter("appeal")],
            "post": operation(
                "settle_notice", "Say how an objection ended", "the notice", takes=_body("NoticeResultBody")
            ),
        },
        "/v1/listings/{id}/addresses": {
            "parameters": [_ID],
            "post": operation(
                "ask_addresses",
                "Ask for a listing's addresses on an authority's paper",
                "the request, which waits for a second person",
                takes=_body("AddressesBody"),
                statuses=(202,),
            ),
        },
        "/v1/listings/{id}/addresses/{request}": {
            "parameters": [_ID, _REQUEST],
            "get": operation("addresses_request", "Read a request for addresses", "the request, without addresses"),
        },
        "/v1/listings/{id}/addresses/{request}/approve": {
            "parameters": [_ID, _REQUEST],
            "post": operation("approve_addresses", "Agree as a second person", "the request") | agree,
        },
        "/v1/listings/{id}/addresses/{request}/take": {
            "parameters": [_ID, _REQUEST],
            "post": operation("take_addresses", "Take the addresses, as one of the two", "them") | agree,
        },
    }


def _body(name: str) -> Node:
    return media(JSON, schema=named(name))
