/* "This is wrong, it is …" under the answer to a visitor's own frame. */
{
  const { find, wait } = entdemo;

  /** What was said of another frame is not shown; it is Gradio's to remove. */
  const outdate = (old) => find("#correction-answer").toggleAttribute("data-old", old);

  /** Offer the form where the answer is to a file of the visitor's, and begin it anew. */
  entdemo.offerCorrection = (file) => {
    const form = find("#correction-form");
    if (!form) return;
    form.file = file;
    form.hidden = !file;
    form.reset();
    find("[type=submit]", form).disabled = true;
    outdate(true);
  };

  entdemo.arrivals.correction = () => {
    if (entdemo.refused("correction")) return;
    find("#correction-form").hidden = true;
    outdate(false);
  };

  entdemo.mountCorrection = (element, upload, ask) => {
    const form = find("#correction-form", element);
    form.addEventListener("change", () => {
      find("[type=submit]", form).disabled = !form.elements.class.value;
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      wait("correction");
      try {
        const { path } = await entdemo.handIn(upload, form.file);
        ask({ path, class: form.elements.class.value });
      } catch {
        entdemo.fail("correction", "ui.upload_lost");
      }
    });
  };
}
