"""The saved segments of a workspace: files beside its state, which lists them.

A segment is two files, its description and its ids, each named by a hash of what is
in it and never changed. The list in the workspace's own file says which count, so that
saving, renaming and deleting are each one atomic rename.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from holdfast.errors import SpecError, WorkspaceError
from holdfast.filters import AttributeIn, read_filter
from holdfast.saved_segments import (
    Origin,
    SavedSegment,
    clean_name,
    digest_of,
    free_name,
)
from holdfast.workspace.durable import remove, telling_of_disk, write_json

if TYPE_CHECKING:
    from holdfast.workspace.folder import Folder

LISTED = "segments"
"""Key of the workspace's state under which the segments are listed, oldest first."""

_GONE = "(deleted)"
_STEM = re.compile("[0-9a-f]{24}")


@dataclass(frozen=True)
class Segments:
    """The saved segments of a workspace.

    Attributes:
        home: The workspace's folder.
    """

    home: Folder

    def all(self) -> tuple[SavedSegment, ...]:
        """Return those that can be read, the oldest first."""
        found = (self._read(each) for each in listed(self.home.state()))
        return tuple(each for each in found if each is not None)

    def unreadable(self) -> int:
        """Return how many are listed and cannot be read."""
        state = self.home.state()
        return sum(self._read(each) is None for each in listed(state))

    def save(self, name: str, ids: Iterable[str], origin: Origin) -> SavedSegment:
        """Save a list of customers under a name.

        Args:
            name: Its name.
            ids: The customers' ids; the same one twice is one.
            origin: Where it came from.

        Raises:
            WorkspaceError: The name is empty or taken, nobody is in it, or something
                else is changing the workspace.
        """
        kept = sorted(set(ids))
        if not kept:
            raise WorkspaceError(
                "empty_segment",
                "Nobody would be in the segment.",
                "Choose a figure with customers behind it.",
            )
        with telling_of_disk(self.home.path), self.home.writing():
            state = self.home.state()
            now = datetime.now(UTC).isoformat(timespec="seconds")
            header: dict[str, Any] = {
                "name": self._free(name, state),
                "saved_at": now,
                "ids": len(kept),
                "digest": digest_of(kept),
                "origin": asdict(origin),
            }
            self.home.segments.mkdir(exist_ok=True)
            self._write_ids(kept)
            stem = self._write(header)
            self.home.write_state({**state, LISTED: [*listed(state), stem]})
        return _segment(header, self._ids_path(header["digest"]))

    def rename(self, name: str, wanted: str) -> SavedSegment:
        """Give a segment another name.

        Raises:
            WorkspaceError: There is none of that name, the new one is empty or taken,
                or something else is changing the workspace.
        """
        with telling_of_disk(self.home.path), self.home.writing():
            state = self.home.state()
            stem = self._stem(name, state)
            others = [each for each in listed(state) if each != stem]
            header = self._header(stem)
            header["name"] = self._free(wanted, {LISTED: others})
            self._replace(state, {stem: self._write(header)})
        return _segment(header, self._ids_path(header["digest"]))

    def delete(self, name: str) -> None:
        """Delete a segment; its customers stay.

        Raises:
            WorkspaceError: There is none of that name, or something else is changing
                the workspace.
        """
        with telling_of_disk(self.home.path), self.home.writing():
            state = self.home.state()
            self._replace(state, {self._stem(name, state): None})

    def forget_unreadable(self) -> None:
        """Take those that cannot be read off the list, for good.

        Raises:
            WorkspaceError: Something else is changing the workspace.
        """
        with telling_of_disk(self.home.path), self.home.writing():
            state = self.home.state()
            lost = [each for each in listed(state) if self._read(each) is None]
            self._replace(state, dict.fromkeys(lost))

    def without_person(
        self, state: Mapping[str, Any], ids: Sequence[str]
    ) -> dict[str, Any]:
        """Return the state with segments that a person has left without a trace.

        What is said of where a segment came from may name the person, too.

        Args:
            state: The workspace's state, whose list the files so far are of.
            ids: The person's ids and e-mail addresses; these in lower case.

        Returns:
            The state to write; it is the same where no segment knew the person.
        """
        names: list[str] = []
        stems: list[str] = []
        for stem in listed(state):
            segment = self._read(stem)
            # What cannot be read may name anybody, and goes.
            if segment is None:
                continue
            try:
                before = segment.read_ids()
            except WorkspaceError:
                continue
            left = [each for each in before if _node(each) not in ids]
            header = self._header(stem)
            header["name"] = free_name(_unnamed(segment.name, ids), names)
            header["origin"] = asdict(_unnamed_origin(segment.origin, ids))
            if len(left) != segment.ids:
                header |= {"ids": len(left), "digest": digest_of(left)}
                self._write_ids(left)
            names.append(header["name"])
            stems.append(self._write(header))
        if stems == listed(state):
            return dict(state)
        return {**state, LISTED: stems}

    def _replace(
        self, state: Mapping[str, Any], stems: Mapping[str, str | None]
    ) -> None:
        """Name other files, and remove those that nothing names any more."""
        after = [stems.get(each, each) for each in listed(state)]
        kept = {**state, LISTED: [each for each in after if each]}
        self.home.write_state(kept)
        sweep(self.home.segments, kept)

    def _free(self, name: str, state: Mapping[str, Any]) -> str:
        name = clean_name(name)
        if not name:
            raise WorkspaceError(
                "segment_without_name",
                "A segment needs a name.",
                "Write one that says who is in it.",
            )
        taken = [each.name for each in map(self._read, listed(state)) if each]
        if free_name(name, taken) != name:
            raise WorkspaceError(
                "segment_name_taken",
                f"There is a segment {name!r} already.",
                f"Choose another name, such as {free_name(name, taken)}.",
            )
        return name

    def _stem(self, name: str, state: Mapping[str, Any]) -> str:
        for stem in listed(state):
            segment = self._read(stem)
            if segment is not None and segment.name == name:
                return stem
        raise WorkspaceError(
            "unknown_segment",
            f"There is no saved segment {name!r}.",
            "Choose one that is listed on the Data page.",
        )

    def _write(self, header: Mapping[str, Any]) -> str:
        text = json.dumps(header, sort_keys=True)
        stem = hashlib.sha256(text.encode()).hexdigest()[:24]
        write_json(self.home.segments / f"{stem}.json", header)
        return stem

    def _write_ids(self, ids: Sequence[str]) -> None:
        path = self._ids_path(digest_of(ids))
        write_json(path, {"ids": ids})

    def _ids_path(self, digest: str) -> Path:
        return self.home.segments / f"{digest}.ids.json"

    def _header(self, stem: str) -> dict[str, Any]:
        text = (self.home.segments / f"{stem}.json").read_text(encoding="utf-8")
        return dict(json.loads(text))

    def _read(self, stem: str) -> SavedSegment | None:
        """Return a segment; None where it is missing or damaged."""
        try:
            header = self._header(stem)
            path = self._ids_path(str(header["digest"]))
            return _segment(header, path) if path.is_file() else None
        except (OSError, ValueError, KeyError, TypeError):
            return None


def listed(state: Mapping[str, Any]) -> list[str]:
    """Return the names of the files that a state lists, oldest first."""
    return list(state.get(LISTED, []))


def is_list(value: object) -> bool:
    """Return whether a value can be the list of segments in a state."""
    return isinstance(value, list) and all(
        isinstance(each, str) and _STEM.fullmatch(each) for each in value
    )


def sweep(folder: Path, state: Mapping[str, Any]) -> None:
    """Remove the files of segments that a state does not list; under the lock only."""
    used = set(listed(state))
    for stem in listed(state):
        try:
            text = (folder / f"{stem}.json").read_text(encoding="utf-8")
            used.add(str(json.loads(text)["digest"]))
        except (OSError, ValueError, KeyError, TypeError):
            # Its ids are not known, so any file may hold them.
            return
    for path in folder.glob("*"):
        if path.name.partition(".")[0] not in used or path.suffix == ".new":
            remove(path)


def _segment(header: Mapping[str, Any], ids: Path) -> SavedSegment:
    origin = dict(header["origin"])
    return SavedSegment(
        name=str(header["name"]),
        saved_at=datetime.fromisoformat(header["saved_at"]).isoformat(),
        ids=int(header["ids"]),
        digest=str(header["digest"]),
        origin=Origin(
            question=str(origin["question"]),
            figure=str(origin["figure"]),
            filters=tuple(str(each) for each in origin["filters"]),
            page=str(origin["page"]),
            address=tuple((str(name), str(each)) for name, each in origin["address"]),
        ),
        read_ids=partial(_ids, ids),
    )


def _ids(path: Path) -> list[str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["ids"]
        return [str(each) for each in found]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WorkspaceError(
            "segment_damaged",
            "The customers of a saved segment cannot be read.",
            "Delete the segment on the Data page, and save it again.",
        ) from error


def _node(name: str) -> str:
    return name.lower() if "@" in name else name


def _unnamed(text: str, ids: Sequence[str]) -> str:
    """Return a text without a person's ids.

    Short ids and years stand in any text by chance, and stay.
    """
    telling = [
        re.escape(each)
        for each in ids
        if len(each) > 4 or (len(each) > 2 and not each.isdecimal())
    ]
    if not telling:
        return text
    return re.sub(rf"(?i)(?<!\w)({'|'.join(telling)})(?!\w)", _GONE, text)


def _unnamed_origin(origin: Origin, ids: Sequence[str]) -> Origin:
    page, address = origin.page, origin.address
    filters = tuple(each for each in origin.filters if not _names(each, ids))
    if any(_names(each, ids) for _, each in address):
        # A view without one of its parts would be another view.
        page, address = "", ()
    return replace(
        origin,
        figure=_unnamed(origin.figure, ids),
        filters=filters,
        page=page,
        address=address,
    )


def _names(notation: str, ids: Sequence[str]) -> bool:
    """Return whether a filter or another part of an address names a person."""
    if _unnamed(notation, ids) != notation:
        return True
    try:
        item = read_filter(notation)
    except SpecError:
        return False
    values = item.values if isinstance(item, AttributeIn) else ()
    return any(_node(each) in ids for each in values)
