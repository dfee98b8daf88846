/* Two frames side by side. Both follow one view: how large, and which point is in the middle. */
{
  const { find, all } = entdemo;
  let dialog, panes, zoom;
  let turn = "right";
  const sides = {};

  /* --- which two -------------------------------------------------------------------------- */
  const alternative = ({ alt, dataset }) => ({ alt, en: dataset.en, vi: dataset.vi });

  const ofCard = (card) => ({
    key: card.dataset.case,
    small: find("img", card).getAttribute("src"),
    ...alternative(find("img", card)),
    label: `<strong>${find(".card-title", card)?.innerHTML ?? ""}</strong> `
      + (find(".card-caption", card)?.innerHTML ?? "") + ` (${find(".origin", card).innerHTML})`,
  });

  const ofSheet = (id) => {
    const picture = find(".viewer-sheet img");
    return {
      key: id,
      small: picture.getAttribute("src").replace("/large/", "/small/"),
      ...alternative(picture),
      label: `<strong>${find(".viewer-sheet h2").innerHTML}</strong> `
        + (find(".viewer-sheet .caption")?.innerHTML ?? "")
        + ` (${find(".viewer-sheet .origin").innerHTML})`,
    };
  };

  const ofVisitor = () => {
    const own = entdemo.ownFrame();
    if (!own) return null;
    const picture = find("#frame-query img");
    const origin = find("#frame-query .origin");
    return { key: "own", small: own.fallback, ...own, ...alternative(picture),
      label: `<strong>${find("[data-own]", dialog).innerHTML}</strong>`
        + (origin ? ` (${origin.innerHTML})` : "") };
  };

  /** Everything that is at hand: the visitor's frame, the case in view, the cases on the page. */
  const atHand = (id) => {
    const cards = all(".tab-panel:not([hidden]) .card [data-case], #viewer .card [data-case]");
    const found = [ofVisitor(), ofSheet(id), ...cards.map(ofCard)].filter(Boolean);
    return [...new Map(found.toReversed().map((entry) => [entry.key, entry])).values()].toReversed();
  };

  const show = (image, entry) => {
    image.onerror = () => {
      image.onerror = null;
      image.src = entry.fallback ?? entry.small;
    };
    image.src = entry.address ?? entry.small.replace("/small/", "/large/");
    Object.assign(image.dataset, { i18n: "alt", en: entry.en, vi: entry.vi });
    image.alt = entry.alt;
  };

  const put = (side, entry) => {
    sides[side] = entry;
    const pane = find(`[data-side=${side}]`, panes);
    show(find("img", pane), entry);
    find("figcaption", pane).innerHTML = entry.label;
    all("[data-pick]", dialog).forEach((button) => button.setAttribute("aria-pressed",
      String(Object.values(sides).some((shown) => shown.key === button.dataset.pick))));
  };

  const fill = (entries) => {
    find(".strip", dialog).replaceChildren(...entries.map((entry) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      const image = document.createElement("img");
      button.type = "button";
      button.dataset.pick = entry.key;
      image.width = image.height = 72;
      image.src = entry.small;
      Object.assign(image.dataset, { i18n: "alt", en: entry.en, vi: entry.vi });
      image.alt = entry.alt;
      button.append(image);
      button.addEventListener("click", () => put(turn, entry));
      item.append(button);
      return item;
    }));
  };

  const setTurn = (side) => {
    turn = side;
    all("[data-turn]", dialog).forEach((button) =>
      button.setAttribute("aria-pressed", String(button.dataset.turn === side)));
  };

  const open = (id) => {
    const entries = atHand(id);
    const own = entries.find((entry) => entry.key === "own");
    const one = entries.find((entry) => entry.key === id);
    fill(entries);
    zoom.fit();
    setTurn("right");
    put("left", own ?? one);
    put("right", own ? one : entries.find((entry) => entry.key !== id) ?? one);
    dialog.showModal();
    panes.focus();
  };

  entdemo.mountCompare = (element) => {
    dialog = find("dialog", element);
    panes = find(".panes", dialog);
    zoom = entdemo.mountZoom(all(".pane-view", panes), (scale) => {
      find("[data-zoom-now]", dialog).textContent = `${Math.round(scale * 100)} %`;
    });
    panes.addEventListener("keydown", zoom.press);
    dialog.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (event.target === dialog || button?.matches("[data-compare-close]")) dialog.close();
      else if (button?.dataset.turn) setTurn(button.dataset.turn);
      else if (button?.dataset.zoom) zoom[button.dataset.zoom]();
    });
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-compare]");
      if (button) open(button.dataset.compare);
    });
  };
}
