/* The case viewer. */
{
  const { all, find, wait } = entdemo;

  let viewer, trail = [], row = [], at = 0;

  const showSheet = (html) => {
    find(".viewer-sheet", viewer).innerHTML = html;
    find(".viewer-similar", viewer).replaceChildren();
    find("h2", viewer).id = "viewer-title";
    find("[data-viewer=back]", viewer).hidden = trail.length < 2;
    const steps = trail.length < 2 && row.length > 1;
    for (const [name, end] of [["previous", 0], ["next", row.length - 1]]) {
      const button = find(`[data-viewer=${name}]`, viewer);
      button.hidden = !steps;
      button.disabled = at === end;
    }
    viewer.scrollTop = 0;
    find("h2", viewer).focus();
  };

  const showSimilar = () => {
    const html = find("#similar-message .alert") ? "#similar-message" : "#similar-answer";
    const target = find(".viewer-similar", viewer);
    target.innerHTML = find(`${html} .alert, ${html} .similar`)?.outerHTML ?? "";
    target.scrollIntoView({ block: "start", behavior: "smooth" });
  };

  entdemo.arrivals.similar = showSimilar;

  const openCase = (button) => {
    const html = button.dataset.sheet;
    if (!viewer.open) {
      trail = [];
      row = all("button[data-case]", button.closest("ul") ?? button.parentElement);
      at = row.indexOf(button);
    }
    trail.push(html);
    if (!viewer.open) viewer.showModal();
    showSheet(html);
  };

  /** Shows the case beside the one that is shown, in the list that it was opened from. */
  const stepTo = (next) => {
    if (trail.length > 1 || !row[next]) return;
    at = next;
    trail = [row[at].dataset.sheet];
    showSheet(trail[0]);
  };

  entdemo.mountViewer = (element, ask) => {
    viewer = find("dialog", element);
    document.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-case]");
      if (button) openCase(button);
    });
    viewer.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (event.target === viewer || button?.dataset.viewer === "close") return viewer.close();
      if (button?.dataset.viewer === "previous") return stepTo(at - 1);
      if (button?.dataset.viewer === "next") return stepTo(at + 1);
      if (button?.dataset.viewer === "back") {
        trail.pop();
        return showSheet(trail.at(-1));
      }
      if (button?.dataset.similar) {
        wait("similar");
        ask({ case_id: button.dataset.similar });
      }
    });
    viewer.addEventListener("keydown", (event) => {
      if (event.target.closest("input, textarea, select")) return;
      if (event.key === "ArrowLeft") stepTo(at - 1);
      if (event.key === "ArrowRight") stepTo(at + 1);
    });
    viewer.addEventListener("close", () => row[at]?.focus());
  };
}
