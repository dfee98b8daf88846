"""Nearest vectors from Milvus: a file with milvus-lite, or a cluster at an address.

Both take the same calls, so what runs on a laptop's file runs on a cluster of many machines. The
package ``pymilvus`` (extra ``milvus``) is imported when it is used.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import Any

import numpy as np

from entdemo.errors import GalleryError, MissingPartError
from entdemo.gallery.index import Allowed, ExactIndex, Ids, Vectors, checked

_INSERTED_TOGETHER = 2_000
_LINKS = 16
_EF_CONSTRUCTION = 200
_EF = 200
_MOST = 16_384
"""Results that Milvus gives for a query at most."""

log = logging.getLogger("entdemo.gallery")


@dataclass(frozen=True)
class Database:
    """Where collections lie, and how it is reached.

    Attributes:
        address: ``http://HOST:19530``, ``https://HOST:19530`` for TLS, either with ``/NAME`` of a
            database, or a file that ends in ``.db``.
        token: ``user:password`` or a key, empty where none is asked for.
        certificate: file of the certificates that are trusted for TLS, empty for the system's.
    """

    address: str
    token: str = ""
    certificate: str = ""

    def client(self) -> Any:
        """A ``pymilvus.MilvusClient``.

        Raises:
            MissingPartError: pymilvus is not installed.
            MilvusException: the database does not answer.
            OSError: the certificates cannot be read.
        """
        try:
            from pymilvus import MilvusClient
        except ImportError as error:
            raise MissingPartError("index.no_milvus") from error
        trusted = {"server_pem_path": self.certificate} if self.certificate else {}
        return MilvusClient(self.address, token=self.token, **trusted)


class MilvusIndex:
    """Searches a Milvus collection of unit vectors whose keys are row numbers.

    Where the database fails later on, or another process has replaced the collection, answers are
    exact.

    Args:
        client: a ``pymilvus.MilvusClient``.
        collection: its name there.
        vectors: [N, D] float32 of length 1, those of the collection. Searches among some rows are
            answered from them: a filter cuts the graph apart, and near rows are missed.
    """

    def __init__(self, client: Any, collection: str, vectors: Vectors) -> None:
        self._client = client
        self._collection = collection
        self._shape = vectors.shape
        self._exact = ExactIndex(vectors)

    @classmethod
    def open(cls, database: Database, vectors: Vectors, owner: str) -> MilvusIndex:
        """The collection of these vectors; it is made where the database does not have it.

        Args:
            database: where.
            vectors: [N, D] float32 of length 1.
            owner: what they belong to; its other collections, which this one replaces, are dropped.

        Raises:
            UserError: if pymilvus is not installed or the database does not answer.
        """
        try:
            client = database.client()
            prefix = f"entdemo_{hashlib.sha256(owner.encode()).hexdigest()[:12]}_"
            digest = hashlib.sha256(np.ascontiguousarray(vectors).data).hexdigest()
            index = cls(client, f"{prefix}{digest[:24]}", vectors)
            index._fill(vectors)
            index._drop_others(prefix)
        except _failures() as error:
            reason = str(getattr(error, "message", error))
            uri = database.address
            raise GalleryError("index.milvus_failed", uri=uri, reason=reason) from error
        return index

    def search(
        self, queries: Vectors, k: int, allowed: Allowed | None = None
    ) -> tuple[Ids, Vectors]:
        """See ``VectorIndex.search``.

        Raises:
            ValueError: also for more than 16,384 results among all rows.
        """
        if allowed is not None:
            return self._exact.search(queries, k, allowed)
        unit_queries = checked(queries, k, None, self._shape)
        width = min(k, self._shape[0])
        if width > _MOST:
            raise ValueError(f"Milvus gives at most {_MOST} results, asked for {width}")
        ids = np.empty((len(queries), width), np.int64)
        cosines = np.empty((len(queries), width), np.float32)
        if not width or not len(queries):
            return ids, cosines
        try:
            answers = self._client.search(
                self._collection,
                data=unit_queries.tolist(),
                limit=width,
                search_params={"params": {"ef": max(_EF, 2 * width)}},
            )
        except _failures() as error:
            log.warning("Milvus failed (%s); the answer is exact", type(error).__name__)
            return self._exact.search(queries, k)
        if any(len(hits) < width for hits in answers):  # the graph does not lead everywhere
            return self._exact.search(queries, k)
        for number, hits in enumerate(answers):
            found = sorted((-hit["distance"], hit["row"]) for hit in hits)
            cosines[number] = [-negative for negative, _ in found]
            ids[number] = [row for _, row in found]
        return ids, cosines

    def _fill(self, vectors: Vectors) -> None:
        """Make the collection unless it is there with all rows."""
        client, name = self._client, self._collection
        if client.has_collection(name):
            client.load_collection(name)
            held = client.query(name, filter="row >= 0", output_fields=["count(*)"])
            if held[0]["count(*)"] == len(vectors):
                return
            client.drop_collection(name)
        self._create(vectors.shape[1])
        for start in range(0, len(vectors), _INSERTED_TOGETHER):
            part = vectors[start : start + _INSERTED_TOGETHER]
            rows = [{"row": start + row, "vector": vector} for row, vector in enumerate(part)]
            client.insert(name, rows)
        client.flush(name)
        client.load_collection(name)

    def _drop_others(self, prefix: str) -> None:
        for name in self._client.list_collections():
            if name.startswith(prefix) and name != self._collection:
                self._client.drop_collection(name)

    def _create(self, dim: int) -> None:
        from pymilvus import DataType

        client = self._client
        schema = client.create_schema(auto_id=False)
        schema.add_field("row", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
        indexes = client.prepare_index_params()
        indexes.add_index(
            "vector",
            index_type="HNSW",
            metric_type="COSINE",
            params={"M": _LINKS, "efConstruction": _EF_CONSTRUCTION},
        )
        client.create_collection(self._collection, schema=schema, index_params=indexes)


def _failures() -> tuple[type[Exception], ...]:
    """What the client raises."""
    try:
        from pymilvus import MilvusException
    except ImportError:
        return (OSError,)
    return (OSError, MilvusException)
