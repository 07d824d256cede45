"""Every published question by the name that a file of providers gives it."""

from collections.abc import Callable, Mapping
from typing import Final

from holdfast.gateways.telecom.call import Call
from holdfast.gateways.telecom.call_forwarding import Forwardings, Unconditional
from holdfast.gateways.telecom.device_swap import DeviceSwapCheck, DeviceSwapDate
from holdfast.gateways.telecom.kyc_match import KycMatch
from holdfast.gateways.telecom.number_recycling import NumberRecycling
from holdfast.gateways.telecom.number_verification import NumberVerification
from holdfast.gateways.telecom.sim_swap import SimSwapCheck, SimSwapDate
from holdfast.gateways.telecom.tenure import Tenure
from holdfast.vocabulary.outside import ProviderSpec
from holdfast.vocabulary.telecom import OperatorSpec

CALLS: Final[Mapping[str, Callable[[ProviderSpec, OperatorSpec], Call]]] = {
    "sim-swap/check": SimSwapCheck,
    "sim-swap/retrieve-date": SimSwapDate,
    "device-swap/check": DeviceSwapCheck,
    "device-swap/retrieve-date": DeviceSwapDate,
    "number-verification/verify": NumberVerification,
    "call-forwarding-signal/unconditional": Unconditional,
    "call-forwarding-signal/all": Forwardings,
    "kyc-match/match": KycMatch,
    "kyc-tenure/check-tenure": Tenure,
    "number-recycling/check": NumberRecycling,
}
