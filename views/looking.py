"""What is known of a file that was given, on the page 数据接入: at once, or read beside the page when it is large."""

from views.background import show_job, start
from views.draft import PartDraft
from views.intake import Look, Part, is_heavy, look_at, read_part, stamp


def look_or_wait(name: str, draft: PartDraft, part: Part) -> Look | None:
    """What ``part`` would give; None, and on the page how far its reading is, as long as that is not known."""
    of = (name, part, stamp(part.path))
    if draft.look_of == of:
        return draft.look
    if draft.reading_of != of:
        stop_reading(draft)
        if not is_heavy(part):
            draft.look, draft.look_of = look_at(name, part), of
            return draft.look
        draft.reading, draft.reading_of = start(read_part, name, part), of
    answer = draft.reading.answer()
    if answer is None:
        show_job(draft.reading, key=f"import_reading_{name}")
        return None
    draft.reading = draft.reading_of = None
    draft.look_of = of
    draft.look = answer.result or Look(faults=answer.faults, stopped=answer.stopped)
    return draft.look


def read_again(draft: PartDraft) -> None:
    """Forget what is known."""
    draft.look = draft.look_of = None


def stop_reading(draft: PartDraft) -> None:
    """End a reading that nobody needs any more."""
    if draft.reading is not None:
        draft.reading.stop()
        draft.reading.answer()
    draft.reading = draft.reading_of = None
