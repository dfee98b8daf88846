/* The case viewer. */
{
  const { all, find, wait } = entdemo;

  let viewer, zoom, opener, trail = [], row = [], at = 0;

  /* The case in view stands in the address, which Back takes away again. */
  const withCase = (id) => {
    const { name, query } = entdemo.addressed();
    if (id) query.set("case", id);
    else query.delete("case");
    const text = query.toString();
    return `${location.pathname}${location.search}#${name}${text ? `?${text}` : ""}`;
  };

  let leaving = null;

  const tellCase = async (id) => {
    await leaving;
    if (!id || !viewer.open || entdemo.addressed().query.get("case") === id) return;
    if (history.state?.viewer) history.replaceState(history.state, "", withCase(id));
    else history.pushState({ ...history.state, viewer: true }, "", withCase(id));
  };

  const untellCase = () => {
    if (!entdemo.addressed().query.has("case")) return;
    if (!history.state?.viewer) return history.replaceState(history.state, "", withCase());
    leaving = new Promise((resolve) => {
      addEventListener("popstate", () => { leaving = null; resolve(); }, { once: true });
    });
    history.back();
  };

  /** Follow the address: open its case, or close the one in view. */
  entdemo.arrived = (query) => {
    if (leaving) return;
    const id = query.get("case");
    if (id && !viewer.open) entdemo.pickCase(id);
    else if (!id && viewer.open) viewer.close();
  };

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
    const picture = find(".sheet-picture", viewer);
    zoom = entdemo.mountZoom([picture], (scale) => {
      find("[data-zoom-now]", viewer).textContent = `${Math.round(scale * 100)} %`;
    });
    zoom.fit();
    tellCase(find("[data-similar]", viewer)?.dataset.similar);
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
      row = all("button[data-case]", button.closest("[data-cases]") ?? button.parentElement);
      at = row.indexOf(button);
      opener = button;
    }
    trail.push(html);
    if (!viewer.open) viewer.showModal();
    showSheet(html);
  };

  /** Shows the case beside the one that is shown, in the list that it was opened from. */
  const stepTo = (next) => {
    if (trail.length > 1 || !row[next]) return;
    at = next;
    opener = row[at];
    trail = [opener.dataset.sheet];
    showSheet(trail[0]);
  };

  /** The visitor's own frame, as large as the page has it. */
  const enlarge = (button) => {
    const sheet = document.createElement("div");
    sheet.append(find("#own-sheet").content.cloneNode(true));
    find("img", sheet).src = entdemo.ownFrame().address;
    const drawn = find("#frame-query .origin");
    if (drawn) find("h2", sheet).after(drawn.cloneNode(true));
    opener = button;
    row = [];
    trail = [sheet.innerHTML];
    viewer.showModal();
    showSheet(trail[0]);
  };

  const press = (event) => {
    if (event.target.closest("input, textarea, select")) return;
    const moves = event.target.closest(".sheet-picture.zoomed");
    if ((moves || !event.key.startsWith("Arrow")) && zoom.press(event)) return;
    if (event.key === "ArrowLeft") stepTo(at - 1);
    if (event.key === "ArrowRight") stepTo(at + 1);
  };

  entdemo.mountViewer = (element, ask) => {
    viewer = find("dialog", element);
    document.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-case]");
      if (button) openCase(button);
      const query = event.target.closest("[data-enlarge]");
      if (query) enlarge(query);
    });
    viewer.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (event.target === viewer || button?.dataset.viewer === "close") return viewer.close();
      if (button?.dataset.viewer === "previous") return stepTo(at - 1);
      if (button?.dataset.viewer === "next") return stepTo(at + 1);
      if (button?.dataset.viewer === "full")
        return find(".viewer-sheet", viewer).requestFullscreen();
      if (button?.dataset.zoom) return zoom[button.dataset.zoom]();
      if (button?.dataset.viewer === "back") {
        trail.pop();
        return showSheet(trail.at(-1));
      }
      if (button?.dataset.similar) {
        wait("similar");
        ask({ case_id: button.dataset.similar });
      }
    });
    find("[data-viewer=full]", viewer).hidden = !document.fullscreenEnabled;
    viewer.addEventListener("keydown", press);
    viewer.addEventListener("close", () => {
      untellCase();
      opener?.focus();
    });
  };
}
