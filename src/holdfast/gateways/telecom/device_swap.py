"""CAMARA Device Swap 1.x (github.com/camaraproject/DeviceSwap, r3.2)."""

from holdfast.gateways.telecom.swap import SwapCheck, SwapDate


class DeviceSwapCheck(SwapCheck):
    """Whether a number went to another device in the last hours."""

    base = "device-swap"
    scope = "device-swap:check"


class DeviceSwapDate(SwapDate):
    """When a number last went to another device."""

    base = "device-swap"
    scope = "device-swap:retrieve-date"
    named = "latestDeviceChange"
