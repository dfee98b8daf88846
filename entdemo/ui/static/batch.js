/* The Many tab: frames one after the other into a table. The files and their names stay here. */
{
  const { find, all, wait, calm, complain, words, sayBoth, hasEnding } = entdemo;

  let ask, upload, arrived = null, running = false, stopped = false, turn = 0;

  const form = () => find("#batch");
  const rows = () => all("#batch-rows tbody tr");

  const isPicture = (path) => {
    const parts = path.split("/");
    return hasEnding(form(), path)
      && !parts.some((part) => part.startsWith(".") || part === "__MACOSX");
  };

  /** Everything that was dropped as pictures to be read in their turn. */
  const picturesOf = async (files) => {
    const found = [];
    for (const file of files) {
      if (!/\.zip$/i.test(file.name)) {
        found.push({ name: file.webkitRelativePath || file.name, read: async () => file });
        continue;
      }
      try {
        found.push(...await entdemo.unzip(file, isPicture, Number(form().dataset.limit)));
      } catch {
        throw words("batch.zip_damaged", { name: file.name });
      }
    }
    const most = Number(form().dataset.most);
    if (found.some(({ locked }) => locked)) throw words("batch.encrypted");
    if (!found.length) throw words("batch.no_pictures", { name: files[0]?.name ?? "" });
    if (found.length > most)
      throw words("batch.too_many", { name: files[0].name, count: found.length, most });
    return found;
  };

  const showProgress = (count, of, since) => {
    const line = find(".batch-progress", form());
    line.hidden = false;
    find("progress", line).value = count / of;
    const left = Math.ceil(((performance.now() - since) / 1000 / Math.max(count, 1)) * (of - count));
    sayBoth(find("[role=status]", line), count ? "batch.left" : "batch.begun", { count, of, left });
  };

  /** Hand in one frame; resolves once its row, or a message, has arrived. */
  const answer = (file) => new Promise((resolve) => {
    arrived = resolve;
    turn += 1;
    wait("batch");
    entdemo.handIn(upload, file)
      .then(({ path }) => ask({ path, turn }))
      .catch(() => entdemo.fail("batch", "ui.upload_lost"));
  });

  entdemo.arrivals.batch = () => arrived?.();

  /** Gradio draws what has arrived a moment after it says so. */
  const drawn = async () => {
    for (let tries = 0; tries < 50; tries += 1) {
      if (entdemo.refused("batch")) throw null;
      const row = find(`#batch-answer tr[data-turn="${turn}"]`);
      if (row) return row.cloneNode(true);
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
    throw words("ui.unexpected");
  };

  const addRow = async (picture, file) => {
    const row = await drawn();
    row.file = file;
    row.name = picture.name;
    find("th", row).textContent = picture.name;
    find("#batch-rows tbody").append(row);
  };

  const limit = () => Number(form().dataset.limit);

  const takeOne = async (picture) => {
    let file;
    try {
      file = await picture.read();
    } catch {
      throw words("batch.zip_damaged", { name: picture.name });
    }
    // One byte more than may be is enough for the server to say so.
    await answer(file.size > limit() ? new File([file.slice(0, limit())], picture.name) : file);
    await addRow(picture, file);
  };

  const take = async (files) => {
    if (running) return;
    calm("batch");
    running = true;
    stopped = false;
    find("[data-batch=cancel]", form()).hidden = false;
    const since = performance.now();
    try {
      const pictures = await picturesOf(files);
      find("#batch-rows tbody").replaceChildren();
      for (const [count, picture] of pictures.entries()) {
        showProgress(count, pictures.length, since);
        if (stopped) break;
        await takeOne(picture);
      }
    } catch (message) {
      if (message) complain("batch", String(message));
    }
    running = false;
    find("[data-batch=cancel]", form()).hidden = true;
    find(".batch-progress", form()).hidden = true;
    arrange();
  };

  /** Order and choose the rows as the form says. */
  const arrange = () => {
    const { sort, grade } = Object.fromEntries(new FormData(form()));
    const by = sort === "name"
      ? (one, other) => one.name.localeCompare(other.name)
      : (one, other) => other.dataset.doubt - one.dataset.doubt;
    find("#batch-rows tbody").append(...rows().sort(by));
    for (const row of rows()) row.hidden = grade !== "all" && row.dataset.grade !== grade;
    for (const part of all(".batch-tools, .batch-table", form())) part.hidden = !rows().length;
  };

  const classOf = (row) => find("select", row)?.value ?? "";

  /** A cell that no spreadsheet takes for a formula. */
  const cell = (text) => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

  const saveTable = () => {
    const lines = rows().filter((row) => !row.hidden).map((row) =>
      [cell(row.name), row.dataset.cells, classOf(row)].join(","));
    const text = ["\ufeff" + form().dataset.columns, ...lines, ""].join("\r\n");
    entdemo.save(new Blob([text], { type: "text/csv" }), "frames.csv");
  };

  const addToGallery = () => {
    const chosen = rows().filter((row) => classOf(row) && find("input:checked", row));
    entdemo.enrolFiles(chosen.map((row) => ({ file: row.file, class_name: classOf(row) })));
  };

  const shownRows = () => rows().filter((row) => !row.hidden);

  const tickAll = (ticked) => shownRows().forEach((row) => {
    find("input[type=checkbox]", row).checked = ticked;
  });

  /** One class for all that are ticked. */
  const labelTicked = (choice) => {
    for (const row of shownRows())
      if (find("input:checked", row) && find("select", row)) find("select", row).value = choice.value;
    choice.value = "";
  };

  const ACTS = {
    cancel: () => { stopped = true; },
    csv: saveTable,
    add: addToGallery,
  };

  entdemo.takeMany = (files) => {
    entdemo.selectTab("batch");
    take(files);
  };

  entdemo.mountBatch = (element, uploader, server) => {
    upload = uploader;
    ask = server;
    const input = find("input[type=file]", element);
    input.addEventListener("change", () => {
      if (input.files.length) take([...input.files]);
      input.value = "";
    });
    element.addEventListener("click", (event) => {
      const button = event.target.closest("[data-batch]");
      if (button) ACTS[button.dataset.batch]();
    });
    element.addEventListener("change", (event) => {
      if (event.target.matches("[name=sort], [name=grade]")) arrange();
      if (event.target.matches("[data-batch-all]")) tickAll(event.target.checked);
      if (event.target.matches("[name=ticked]")) labelTicked(event.target);
    });
    element.addEventListener("submit", (event) => event.preventDefault());
  };
}
