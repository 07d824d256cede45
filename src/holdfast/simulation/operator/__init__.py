"""An invented mobile operator that speaks the published APIs of CAMARA over HTTP, for tests and demonstrations.

It is strict where the real ones are: scopes, two- and three-legged tokens, a number that is sent where it must not be.
Its manners can be changed while it runs.
"""

from holdfast.simulation.operator.manners import Manners
from holdfast.simulation.operator.site import Operator
from holdfast.simulation.operator.subscriber import Subscriber

__all__ = ["Manners", "Operator", "Subscriber"]
