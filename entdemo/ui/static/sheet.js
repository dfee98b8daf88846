/* Case sheets: the answer as it stands on the page goes out, a file comes back. */
{
  const { find, language, words, complain, calm } = entdemo;

  /** What the sheet is about. */
  let order = {};

  const orderOf = (answer) => ({
    ...JSON.parse(answer.dataset.answer),
    picture: answer.closest("#frame-answer") ? find("#frame-query img")?.src ?? "" : "",
  });

  const save = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };

  entdemo.save = save;

  /** Ask a route for a file and save it; `form` is busy meanwhile, `place` tells what went wrong. */
  entdemo.fetchFile = async (path, order, name, form, place) => {
    calm(place);
    form.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(path, {
        method: "POST",
        headers: { "Content-Type": "application/json", "Accept-Language": language() },
        body: JSON.stringify({ ...order, language: language() }),
      });
      if (answer.ok) save(await answer.blob(), name);
      else complain(place, (await answer.json().catch(() => ({}))).detail ?? words("ui.unexpected"));
    } catch {
      complain(place, words("ui.offline"));
    }
    form.setAttribute("aria-busy", "false");
  };

  const send = (form, format) => entdemo.fetchFile(
    "sheet", { ...order, format, notes: find("textarea", form).value }, `case-sheet.${format}`,
    form, "sheet");

  entdemo.mountSheet = (element) => {
    const dialog = find("dialog", element);
    const form = find("form", dialog);

    const open = (answer) => {
      const next = orderOf(answer);
      // Notes on one query do not belong on the sheet of another.
      const same = next.picture === order.picture && next.text === order.text;
      if (!same) find("textarea", form).value = "";
      order = next;
      calm("sheet");
      dialog.showModal();
    };

    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-sheet-open]");
      if (button) open(button.closest("[data-answer]"));
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("[data-sheet-close]")) dialog.close();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form, event.submitter?.value ?? "pdf");
    });
  };
}
