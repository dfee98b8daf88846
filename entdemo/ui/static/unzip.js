/* ZIP files unpacked in the browser: neither what is packed nor how the files are called reaches the
   server. The format is PKWARE's APPNOTE; ZIP64 is not needed for files of this size. */
{
  const END = 0x06054b50, ENTRY = 0x02014b50, LONGEST_END = 65557;

  const viewOf = async (blob) => new DataView(await blob.arrayBuffer());

  const endOf = async (file) => {
    const view = await viewOf(file.slice(-LONGEST_END));
    for (let at = view.byteLength - 22; at >= 0; at -= 1)
      if (view.getUint32(at, true) === END)
        return { count: view.getUint16(at + 10, true), size: view.getUint32(at + 12, true),
          start: view.getUint32(at + 16, true) };
    throw new Error("no end");
  };

  const entriesOf = async (file) => {
    const { count, size, start } = await endOf(file);
    const view = await viewOf(file.slice(start, start + size));
    const found = [];
    for (let at = 0, n = 0; n < count; n += 1) {
      if (view.getUint32(at, true) !== ENTRY) throw new Error("no entry");
      const [name, extra, remark] = [28, 30, 32].map((by) => view.getUint16(at + by, true));
      found.push({
        locked: Boolean(view.getUint16(at + 8, true) & 1),
        method: view.getUint16(at + 10, true),
        packed: view.getUint32(at + 20, true),
        start: view.getUint32(at + 42, true),
        name: new TextDecoder().decode(new Uint8Array(view.buffer, at + 46, name)),
      });
      at += 46 + name + extra + remark;
    }
    return found;
  };

  /** Bytes of a stream, as far as one more than a frame may have: what unfolds endlessly is cut. */
  const some = async (stream, limit) => {
    const parts = [];
    let size = 0;
    for (const reader = stream.getReader(); size <= limit;) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      size += value.length;
    }
    return new Blob(parts).slice(0, limit + 1);
  };

  const unpacked = async (file, entry, limit) => {
    const head = await viewOf(file.slice(entry.start, entry.start + 30));
    const start = entry.start + 30 + head.getUint16(26, true) + head.getUint16(28, true);
    const data = file.slice(start, start + entry.packed);
    if (entry.method === 0) return data;
    if (entry.method !== 8) throw new Error("method");
    return some(data.stream().pipeThrough(new DecompressionStream("deflate-raw")), limit);
  };

  /** The wanted files of a ZIP, each with a way to read it; throws where it is damaged. */
  entdemo.unzip = async (file, wanted, limit) => (await entriesOf(file))
    .filter(({ name }) => wanted(name))
    .sort((one, other) => one.name.localeCompare(other.name))
    .map((entry) => ({
      name: entry.name,
      locked: entry.locked,
      read: async () => new File([await unpacked(file, entry, limit)], entry.name.split("/").at(-1)),
    }));
}
