"""The lines of a long table, which lie in a file rather than in memory."""

import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

Line = tuple[int, list[str | None]]
IN_MEMORY = 20_000  # lines; what is longer goes to a file, so many at a time
BATCH = 4_000  # lines that are read back at once
NUMBER = "_raw_row"


class Lines(Sequence):
    """(line, cells) in their order, as a list holds them: they are added first, and then read as often as is needed."""

    def __init__(self, width: int):
        self.width = width
        self._kept: list[Line] = []  # those that are in no file yet
        self._count = 0
        self._folder: tempfile.TemporaryDirectory | None = None
        self._path: Path | None = None
        self._names = [f"c{at}" for at in range(width)]
        self._writer: Any = None

    @classmethod
    def of_file(cls, path: Path, folder: tempfile.TemporaryDirectory, names: list[str], count: int) -> "Lines":
        """The lines of a Parquet file of a folder that is removed with them."""
        lines = cls(len(names))
        lines._path, lines._folder, lines._names, lines._count = path, folder, names, count
        return lines

    def append(self, line: Line) -> None:
        """Adds a line; what was read from its file has its last line."""
        if self._path and not self._writer:
            raise ValueError("nothing is added to lines that were read from their file")
        self._kept.append(line)
        self._count += 1
        if len(self._kept) >= IN_MEMORY:
            self._write()

    def _write(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="kpi-lines-")
            self._path = Path(self._folder.name) / "lines.parquet"
        columns = {
            name: pa.array([cells[at] for _, cells in self._kept], pa.string()) for at, name in enumerate(self._names)
        }
        columns[NUMBER] = pa.array([line for line, _ in self._kept], pa.int64())
        table = pa.table(columns)
        self._writer = self._writer or pq.ParquetWriter(self._path, table.schema, compression="zstd")
        self._writer.write_table(table)
        self._kept = []

    def batches(self, columns: list[int] | None = None) -> Iterator[Any]:
        """The lines that lie in a file, as batches of Arrow with all columns, or some of them, and then their numbers."""
        import pyarrow.parquet as pq

        if self._path is None:
            return
        if self._writer:
            if self._kept:
                self._write()
            self._writer.close()
            self._writer = None
        names = [self._names[at] for at in (range(self.width) if columns is None else columns)]
        with pq.ParquetFile(self._path, pre_buffer=False) as file:
            yield from file.iter_batches(BATCH, columns=[*names, NUMBER])

    def __iter__(self) -> Iterator[Line]:
        for batch in self.batches():
            *cells, numbers = (column.to_pylist() for column in batch.columns)
            told = (map(_clean, one) for one in cells)
            yield from zip(numbers, map(list, zip(*told))) if cells else ((line, []) for line in numbers)
        yield from self._kept

    def column(self, at: int) -> Iterator[str]:
        """The filled cells of one column."""
        for batch in self.batches([at]):
            yield from filter(None, map(_clean, batch.column(0).to_pylist()))
        yield from (cell for _, cells in self._kept if (cell := cells[at]) is not None)

    def __len__(self) -> int:
        return self._count

    def __bool__(self) -> bool:
        return self._count > 0

    def __eq__(self, other: Any) -> bool:
        return len(self) == len(other) and all(one == two for one, two in zip(self, other))

    __hash__ = None  # type: ignore[assignment]

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return list(islice(self, key.start, key.stop, key.step))
        found = next(islice(self, key if key >= 0 else self._count + key, None), None)
        if found is None:
            raise IndexError(key)
        return found


def _clean(cell: str | None) -> str | None:
    return (cell.strip() or None) if cell else None
