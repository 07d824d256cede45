"""CAMARA SIM Swap 2.x (github.com/camaraproject/SimSwap, r4.3)."""

from holdfast.gateways.telecom.swap import SwapCheck, SwapDate


class SimSwapCheck(SwapCheck):
    """Whether the SIM card behind a number was changed in the last hours."""

    base = "sim-swap"
    scope = "sim-swap:check"


class SimSwapDate(SwapDate):
    """When the SIM card behind a number was last changed."""

    base = "sim-swap"
    scope = "sim-swap:retrieve-date"
    named = "latestSimChange"
