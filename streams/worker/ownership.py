"""Shell: whether a record that was fetched may still be worked on."""

import faust


def is_ours(event: faust.EventT[bytes]) -> bool:
    """Whether the event's partition is held as when the event was fetched; else it comes again, perhaps elsewhere."""
    app = event.app
    return bool(app.flow_control.is_active() and event.message.generation_id == app.consumer_generation_id)
