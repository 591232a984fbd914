"""The one place that writes: sources are kept, and the dataset is built from them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from filelock import Timeout

from holdfast.cancellation import Cancellation
from holdfast.errors import DatasetError, WorkspaceError
from holdfast.exports.building import Progress
from holdfast.exports.mapping import SourceMapping
from holdfast.model import FORMAT_VERSION
from holdfast.survey_scales import Kind, Reading, kept_readings
from holdfast.theme_rules import ThemeRules
from holdfast.workspace.durable import remove
from holdfast.workspace.erasing import known_as, without_person
from holdfast.workspace.folder import is_workspace
from holdfast.workspace.gathering import gather, remembering
from holdfast.workspace.holdings import Holdings
from holdfast.workspace.inspection import Inspection
from holdfast.workspace.making import changing, part_of
from holdfast.workspace.remapping import (
    found_source,
    mapped_anew,
    store_again,
)
from holdfast.workspace.remembering import Remembered, unlearnt, with_mappings
from holdfast.workspace.reports import LoadReport, Status, lacks_tables
from holdfast.workspace.settings import Settings, changed, settings_of
from holdfast.workspace.stored import StoredSource

_REBUILDING = ("zone", "week_start", "email_matching")


class Workspace(Holdings):
    """One folder of sources and datasets; see ``open`` and ``create``.

    Attributes:
        path: The folder.
    """

    @classmethod
    def create(cls, path: Path) -> Workspace:
        """Make a new, empty workspace in a folder that is empty or missing.

        Raises:
            WorkspaceError: The folder holds something, or cannot be written.
        """
        try:
            path.mkdir(parents=True, exist_ok=True)
            if any(each.name != ".lock" for each in path.iterdir()):
                raise WorkspaceError(
                    "folder_in_use",
                    f"The folder {path.name} is not empty.",
                    "Choose another folder for the new workspace.",
                )
            workspace = cls(path)
            workspace._folder.sources.folder.mkdir()
            workspace._folder.datasets.mkdir()
            workspace._folder.write_state(
                {
                    "format": FORMAT_VERSION,
                    "settings": asdict(Settings()),
                    "current": None,
                    "history": [],
                    "next": 1,
                }
            )
        except (OSError, ValueError) as error:
            raise WorkspaceError(
                "cannot_write",
                f"The folder {path.name} cannot be written.",
                "Choose a folder that you may write to.",
            ) from error
        return workspace

    @classmethod
    def open(cls, path: Path, *, to_mend: bool = False) -> Workspace:
        """Open a workspace and sweep what a killed import left.

        Args:
            path: Its folder.
            to_mend: Open it even where its current dataset is missing or damaged;
                ``load``, ``rebuild`` and ``undo`` mend that.

        Raises:
            WorkspaceError: There is none, it is damaged, or of a newer version.
            DatasetError: Its current dataset is missing or damaged.
        """
        workspace = cls(path)
        state = workspace._folder.state()
        try:
            workspace._folder.check_dataset(state)
        except DatasetError:
            if to_mend:
                return workspace
            raise
        with suppress(Timeout), workspace._folder.lock.acquire(timeout=0):
            workspace._folder.sweep(workspace._folder.state())
        return workspace

    @classmethod
    def open_or_create(cls, path: Path) -> Workspace:
        """Open the workspace in a folder, or make one where there is none.

        Raises:
            WorkspaceError: As ``open`` and ``create``.
            DatasetError: As ``open``.
        """
        return cls.open(path) if is_workspace(path) else cls.create(path)

    def load(
        self,
        files: Sequence[str | Path | Inspection],
        progress: Progress | None = None,
        cancellation: Cancellation | None = None,
    ) -> LoadReport:
        """Load files and make the dataset that holds them current.

        A file that is there already changes nothing; the same bytes with another
        reading or mapping take the place of the earlier ones. Of a folder or an archive
        everything is loaded that is understood.

        Args:
            files: Paths, or inspections whose reading or mapping may be changed.
            progress: Told the stage and the share done.
            cancellation: Wish to stop.

        Raises:
            ImportRefusedError: A file is refused; nothing was changed.
            WorkspaceError: Another import is running, or the disk is full.
            CancelledError: Somebody asked to stop; nothing was changed.
        """
        with changing(self._folder, progress, cancellation) as change:
            known = change.sources
            gathered = gather(
                change.engine,
                change.state,
                files,
                known,
                self._folder.sources,
                change.staging,
                change.cancellation,
                part_of(change.progress, 0.0, 0.5),
            )
            if not gathered.added and self._folder.is_sound(change.state):
                return gathered.report(known, {}, change.state["current"])
            change.state = remembering(change.state, files)
            try:
                built = change.make(
                    gathered.sources,
                    {each.id for each in gathered.added},
                    progress=part_of(change.progress, 0.5, 1.0),
                )
            except BaseException:
                for source in gathered.added:
                    self._folder.sources.forget(source.id)
                raise
            change.progress("done", 1.0)
            return gathered.report(
                known, built.counts, int(change.state["next"]), has_changed=True
            )

    def rebuild(
        self,
        progress: Progress | None = None,
        cancellation: Cancellation | None = None,
    ) -> Status:
        """Make the current dataset anew from the kept sources.

        The file so far is moved into the folder ``damaged``, never deleted; one that an
        earlier version made is whole, and stays as the version before.

        Args:
            progress: Told the stage and the share done.
            cancellation: Wish to stop.

        Raises:
            WorkspaceError: Nothing is loaded, a source is missing or damaged, or
                another import is running.
            CancelledError: Somebody asked to stop; nothing was changed.
        """
        with changing(self._folder, progress, cancellation) as change:
            if change.state["current"] is None:
                raise WorkspaceError(
                    "nothing_loaded",
                    f"The workspace {self.path.name} has no data yet.",
                    "Load files first.",
                )
            is_outdated = self._folder.is_outdated(change.state)
            change.make(change.sources, is_mending=not is_outdated)
        return self.status()

    def forget_mapping(self, columns: Sequence[str]) -> None:
        """Stop taking files with these columns for what somebody chose before.

        Raises:
            WorkspaceError: An import is running.
        """
        with self._folder.writing():
            state = self._folder.state()
            self._folder.write_state(with_mappings(state, (), [tuple(columns)]))

    def remove(
        self,
        source_id: str,
        progress: Progress | None = None,
        cancellation: Cancellation | None = None,
    ) -> Status:
        """Make the dataset without one of its files; can be undone.

        Args:
            source_id: Id of the source.
            progress: Told the stage and the share done.
            cancellation: Wish to stop.

        Raises:
            WorkspaceError: There is no such source, or another import is running.
            CancelledError: Somebody asked to stop; nothing was changed.
        """
        with changing(self._folder, progress, cancellation) as change:
            sources = change.sources
            gone = found_source(sources, source_id)
            change.make_or_empty([each for each in sources if each is not gone])
        return self.status()

    def remap(
        self,
        source_id: str,
        mapping: SourceMapping,
        progress: Progress | None = None,
        cancellation: Cancellation | None = None,
    ) -> Status:
        """Map a loaded file anew, from its stored rows; can be undone.

        The mapping is remembered for files with the same columns.

        Args:
            source_id: Id of the source.
            mapping: What it is taken for.
            progress: Told the stage and the share done.
            cancellation: Wish to stop.

        Raises:
            WorkspaceError: There is no such source, or another import is running.
            ImportRefusedError: The mapping does not fit, or brings no row.
            CancelledError: Somebody asked to stop; nothing was changed.
        """
        with changing(self._folder, progress, cancellation) as change:
            kept = self._folder.sources
            sources = change.sources
            before = found_source(sources, source_id)
            after = mapped_anew(
                change.engine, kept, before, mapping, change.cancellation
            )
            if after.id == before.id:
                return self.status()
            columns = tuple(name for name, _ in before.rows.columns)
            learnt = Remembered(columns, before.name, mapping)
            change.state = with_mappings(change.state, [learnt])
            is_new = store_again(kept, before, after)
            try:
                change.make(
                    [after if each is before else each for each in sources], {after.id}
                )
            except BaseException:
                if is_new:
                    kept.forget(after.id)
                raise
        return self.status()

    def delete_person(
        self,
        customer_id: str,
        progress: Progress | None = None,
        cancellation: Cancellation | None = None,
    ) -> Status:
        """Delete every row of a person, for good: earlier datasets go with it.

        Rows under other ids of the same customer go too, and saved segments lose them.

        Args:
            customer_id: An id or e-mail address of the person, as in the exports.
            progress: Told the stage and the share done.
            cancellation: Wish to stop.

        Raises:
            WorkspaceError: No file knows this id, several people go by this address,
                or another import is running.
            CancelledError: Somebody asked to stop; nothing was changed.
        """
        with changing(self._folder, progress, cancellation) as change:
            before = change.sources
            left: list[StoredSource] = []
            current = change.state["current"]
            dataset = None if current is None else self._folder.dataset(current)
            ids = known_as(
                change.engine,
                dataset,
                self._folder.sources,
                before,
                customer_id.strip(),
            )
            state = change.state
            try:
                # Listed by the state that names the new dataset, not before.
                change.state = self.segments.without_person(state, ids)
                for number, source in enumerate(before):
                    change.cancellation.check()
                    again = without_person(
                        change.engine,
                        self._folder.sources,
                        source,
                        ids,
                        change.staging / f"without {number}",
                    )
                    left += [again] if again else []
                if left == before and change.state == state:
                    raise WorkspaceError(
                        "unknown_person",
                        "No loaded file has a row of that customer.",
                        "Write the id as it stands in the exports.",
                    )
                change.make_or_empty(left, is_undoable=False)
            except BaseException:
                for source in left:
                    if source not in before:
                        self._folder.sources.forget(source.id)
                raise
            remove(self.path / "damaged")
            self._folder.sweep(self._folder.state(), is_importing=True)
        return self.status()

    @property
    def themes(self) -> str:
        """The themes of one's own, in their notation; empty where there are none."""
        return str(self._folder.state().get("themes", ""))

    def keep_themes(self, rules: ThemeRules) -> None:
        """Keep themes of one's own in place of those so far.

        Raises:
            WorkspaceError: An import is running.
        """
        with self._folder.writing():
            self._folder.write_state({**self._folder.state(), "themes": str(rules)})

    @property
    def readings(self) -> dict[str, Reading]:
        """How scores are read on all pages, by the kind of survey."""
        return kept_readings(self._folder.state().get("readings"))

    def keep_reading(self, kind: Kind, reading: Reading) -> None:
        """Read the scores of a kind of survey so on all pages, as long as it is kept.

        Raises:
            SpecError: Its scale or a code cannot be read.
            WorkspaceError: An import is running.
        """
        reading.check(kind)
        with self._folder.writing():
            readings = {**self.readings, kind: reading}
            kept = {name: asdict(each) for name, each in readings.items()}
            self._folder.write_state({**self._folder.state(), "readings": kept})

    def undo(self) -> Status:
        """Go back to the dataset before the last change, and to the mappings then.

        Raises:
            WorkspaceError: There is none, or another import is running.
        """
        with self._folder.writing():
            state = self._folder.state()
            if not state["history"]:
                raise WorkspaceError(
                    "nothing_to_undo",
                    "There is no earlier dataset to go back to.",
                    "Nothing was changed.",
                )
            previous = state["history"][-1]
            if previous is None:
                settings = state["settings"]
            else:
                if not self._folder.dataset(previous).exists():
                    raise WorkspaceError(
                        "dataset_missing",
                        f"The earlier dataset {previous} is not there any more.",
                        "Load the files that you want instead.",
                    )
                settings = self._folder.manifest(previous)["settings"]
            self._folder.write_state(
                {
                    **unlearnt(state, self._folder.learnt(state)),
                    "current": previous,
                    "history": state["history"][:-1],
                    "settings": settings,
                }
            )
        return self.status()

    def change_settings(
        self,
        progress: Progress | None = None,
        cancellation: Cancellation | None = None,
        **changes: str | int,
    ) -> Status:
        """Change settings; the dataset is made anew where they shape it.

        Raises:
            WorkspaceError: A setting or its value is not known, or another import
                is running.
            CancelledError: Somebody asked to stop; nothing was changed.
        """
        with changing(self._folder, progress, cancellation) as change:
            before = settings_of(change.state["settings"])
            after = changed(before, changes)
            if after == before:
                return self.status()
            if change.state["current"] is None:
                self._folder.write_state({**change.state, "settings": asdict(after)})
                return self.status()
            manifest = self._folder.manifest(change.state["current"])
            sources = [self._folder.sources.read(each) for each in manifest["sources"]]
            is_same = all(
                getattr(before, name) == getattr(after, name) for name in _REBUILDING
            )
            # A copy would lack the tables that an earlier version did not make.
            if is_same and not lacks_tables(manifest["tables"]):
                change.copy(sources, after)
            else:
                change.take_over(after)
                change.make(sources)
        return self.status()
