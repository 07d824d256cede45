"""Check a model as a whole: its trees, its features on every event type, its library, and that it gives a score."""

from holdfast.operations.law import Law
from holdfast.vocabulary.errors import ModelError
from holdfast.vocabulary.models import Model
from holdfast.vocabulary.schema import EventSchema


def check_model(law: Law, schema: EventSchema) -> None:
    """Refuse the model of a law that cannot go live, and load it; raises ModelError saying what is wrong where."""
    if law.engine is None:
        return
    check_features(law.engine.model, law, schema)
    raw = law.engine.warm()
    if raw is None or not 0.0 <= raw <= 1.0:
        raise ModelError("the model gives no probability", hint="train with `objective=binary`")


def check_features(model: Model, law: Law, schema: EventSchema) -> None:
    """Compile every feature on every event type of a model; raises ModelError naming the first that cannot be."""
    for place, event_type in enumerate(model.on):
        if event_type not in schema.fields:
            raise ModelError(
                f"there is no event type `{event_type}`",
                pointer=f"/on/{place}",
                hint=f"one of {', '.join(schema.event_types())}",
            )
        law.scorer(event_type)
