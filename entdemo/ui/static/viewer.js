/* The case viewer. */
{
  const { find, wait } = entdemo;

  let viewer, trail = [];

  const showSheet = (html) => {
    find(".viewer-sheet", viewer).innerHTML = html;
    find(".viewer-similar", viewer).replaceChildren();
    find("h2", viewer).id = "viewer-title";
    find("[data-viewer=back]", viewer).hidden = trail.length < 2;
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
    if (!viewer.open) trail = [];
    trail.push(html);
    if (!viewer.open) viewer.showModal();
    showSheet(html);
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
      if (button?.dataset.viewer === "back") {
        trail.pop();
        return showSheet(trail.at(-1));
      }
      if (button?.dataset.similar) {
        wait("similar");
        ask({ case_id: button.dataset.similar });
      }
    });
  };
}
