/* Own cases: pictures with a table or a form each, changing and removing them. */
{
  const { find, all, wait, complain, words, hasEnding } = entdemo;
  const TABLE = /\.csv$/i;
  const TRIES = 12;
  const PAUSE = 700;

  let asks, upload, table = null, kept = {}, changed;

  const form = () => find("#edit-cases");
  const rows = () => all(".edit-row", form());

  /** What was built with the page may be older than the gallery. */
  entdemo.renew = () => {
    const now = find("#edit-where template");
    if (now) find(".running").innerHTML = now.innerHTML;
  };

  const refresh = () => {
    const filled = rows().length > 0;
    form().toggleAttribute("data-by-table", table !== null);
    find(".edit-table", form()).hidden = table === null;
    find(".edit-table strong", form()).textContent = table?.name ?? "";
    find(".edit-common", form()).hidden = !filled || table !== null;
    for (const part of all("[type=submit], .edit-strange", form())) part.hidden = !filled;
  };

  const addRow = (file, className = "", group = "") => {
    const row = find("#edit-row").content.cloneNode(true).firstElementChild;
    row.file = file;
    row.group = group;
    find("img", row).src = URL.createObjectURL(file);
    find(".edit-name", row).textContent = file.name;
    find("[name=class]", row).value = className;
    find(".edit-rows", form()).append(row);
  };

  /** Offer the findings of the region of the class that is chosen. */
  const offerFindings = (fields) => {
    const { region } = find("[name=class]", fields).selectedOptions[0].dataset;
    find("[name=finding]", fields).setAttribute("list", `findings-${region}`);
  };

  const leaveOut = (row) => {
    URL.revokeObjectURL(find("img", row).src);
    row.remove();
  };

  const isPicture = (file) => hasEnding(form(), file.name) || file.type.startsWith("image/");

  const tellTooMany = () =>
    find("#edit-local").append(find("#edit-too-many").content.cloneNode(true));

  const take = (files) => {
    find("#edit-local").replaceChildren();
    const pictures = files.filter(isPicture);
    const tables = files.filter((file) => TABLE.test(file.name));
    table = tables[0] ?? table;
    const others = files.filter((file) => !isPicture(file) && file !== table);
    if (others.length)
      complain("edit", words("edit.left_out", { names: others.map(({ name }) => name).join(", ") }));
    if (rows().length + pictures.length > Number(form().dataset.most)) tellTooMany();
    else pictures.forEach((file) => addRow(file));
    refresh();
  };

  /** Begin own cases with files whose class is known, on the Gallery tab; those of one
      examination have its group. */
  entdemo.enrolFiles = (files, group = "") => {
    entdemo.selectTab("gallery");
    find("#panel-gallery [data-view=edit]").click();
    const room = Number(form().dataset.most) - rows().length;
    find("#edit-local").replaceChildren();
    if (files.length > room) tellTooMany();
    files.slice(0, room).forEach(({ file, class_name: name }) => addRow(file, name, group));
    refresh();
  };

  const empty = () => {
    rows().forEach(leaveOut);
    table = null;
    refresh();
  };

  /** The server takes only so many files a second from one visitor. */
  entdemo.handIn = async (uploader, file) => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await uploader(entdemo.anonymous(file));
      } catch (error) {
        if (tries === TRIES) throw error;
        await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
      }
    }
  };

  const handIn = async (file) => (await entdemo.handIn(upload, file)).path;

  const filled = (row) => Object.fromEntries(
    [...all("input, select", row), ...all(".edit-common input", form())]
      .map((field) => [field.name, field.value]));

  const showSending = (count, of) => {
    const line = find(".edit-sending", form());
    line.hidden = count === of;
    find("progress", line).value = count / of;
    find("b", line).textContent = `${count} / ${of}`;
  };

  const send = async () => {
    wait("edit");
    kept = entdemo.filterFields();
    changed = false;
    const waiting = rows(), files = [];
    try {
      for (const row of waiting) {
        showSending(files.length, waiting.length);
        files.push({ ...filled(row), group: row.group, path: await handIn(row.file), name: row.file.name });
      }
      asks.enrol({ files, sure: find("[name=sure]", form()).checked, table: table && { path: await handIn(table), name: table.name } });
    } catch {
      entdemo.fail("edit", "ui.upload_lost");
    }
    showSending(1, 1);
  };

  /** A case that is there is changed: the same cases are shown again afterwards. */
  const changing = () => {
    kept = entdemo.filterFields();
    changed = true;
    wait("edit");
  };

  entdemo.arrivals.edit = () => {
    if (find("#edit-message .alert, #edit-local .alert")) return;
    entdemo.renew();
    if (!changed) empty();
    entdemo.browseAgain(changed ? kept : { own: "on" });
  };

  const mountTexts = (tab) => {
    const dialog = find("#edit-texts");
    const texts = () => all("input, textarea, select", dialog);
    let id;
    tab.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button?.dataset.revise) {
        id = button.dataset.revise;
        const held = JSON.parse(button.dataset.texts);
        texts().forEach((field) => { field.value = held[field.name]; });
        find(".hint", dialog).textContent = id;
        offerFindings(dialog);
        dialog.showModal();
      }
      if (button && "textsClose" in button.dataset) dialog.close();
    });
    dialog.addEventListener("change", () => offerFindings(dialog));
    find("form", dialog).addEventListener("submit", (event) => {
      event.preventDefault();
      dialog.close();
      changing();
      const told = Object.fromEntries(texts().map((field) => [field.name, field.value]));
      asks.revise({ ...told, case_id: id });
    });
  };

  const mountRemoval = (tab) => {
    let id;
    const ask = (button) => {
      id = button.dataset.remove;
      find("#edit-remove .hint").textContent = id;
      const picture = find("img", button.closest(".card"));
      Object.assign(find("#edit-remove img"), { src: picture.src, alt: picture.alt });
      find("#edit-remove").showModal();
    };
    const decide = (button) => {
      find("#edit-remove").close();
      if (!("sure" in button.dataset)) return;
      changing();
      asks.discard({ case_id: id });
    };
    const restore = (id) => {
      changing();
      asks.restore({ case_id: id });
    };
    tab.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button?.dataset.remove) ask(button);
      if (button?.dataset.restore) restore(button.dataset.restore);
      if (button?.closest("#edit-remove")) decide(button);
    });
  };

  const mountDrop = (tab) => {
    const mark = (over) => find(".drop", form()).classList.toggle("over", over);
    const here = () => tab.dataset.view === "edit";
    for (const name of ["dragover", "dragleave", "drop"])
      tab.addEventListener(name, (event) => {
        if (!here()) return;
        // Elsewhere a dropped picture is a question.
        event.stopPropagation();
        event.preventDefault();
        mark(name === "dragover");
        if (name === "drop") take([...event.dataTransfer.files]);
      });
  };

  entdemo.mountEdit = (element, uploader, ways) => {
    asks = ways;
    upload = uploader;
    const tab = find("#panel-gallery");
    const input = find("input[type=file]", element);
    mountRemoval(tab);
    mountTexts(tab);
    mountDrop(tab);
    asks.refresh({});
    input.addEventListener("change", () => {
      take([...input.files]);
      input.value = "";
    });
    element.addEventListener("change", (event) => {
      if (event.target.name === "class") offerFindings(event.target.closest(".edit-row"));
    });
    element.addEventListener("click", (event) => {
      if (event.target.closest("[data-leave]")) leaveOut(event.target.closest(".edit-row"));
      if (event.target.closest("[data-leave-table]")) table = null;
      refresh();
    });
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      send();
    });
  };
}
