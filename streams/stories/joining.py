"""Core: two stories made one. The older keeps its id, the younger stays behind as a signpost with its alerts."""

from streams.stories.record import MENTIONS_MAX, StoryRecord, place_of


def join(older: StoryRecord, younger: StoryRecord) -> None:
    """Move all that the younger story holds into the older; whatever either has alerted on counts as alerted."""
    have = {(t["article"], t["event"]) for t in older["tellings"]}
    more = [t for t in younger["tellings"] if (t["article"], t["event"]) not in have]
    older["tellings"] = sorted([*older["tellings"], *more], key=place_of)
    older["mentions"] = [*older["mentions"], *younger["mentions"]][-MENTIONS_MAX:]
    older["told_count"] += younger["told_count"]
    older["heard"] = sorted({*older["heard"], *younger["heard"]})
    older["retracted"] = older["retracted"] and younger["retracted"]
    for rule, fired in younger["fired"].items():
        mine = older["fired"].get(rule)
        if mine is None or (mine["held"] and not fired["held"]):
            older["fired"][rule] = fired
    younger["tellings"] = []
    younger["mentions"] = []
    younger["heard"] = []
    younger["merged_into"] = older["id"]
