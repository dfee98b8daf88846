/* Two frames side by side. Both follow one view: how large, and which point is in the middle. */
{
  const { find, all } = entdemo;
  const MOST = 8;
  const STEP = 1.4;
  const NUDGE = 0.15;
  const STILL = 4;

  let dialog, panes;
  let turn = "right";
  const sides = {};
  const view = { scale: 1, x: 0.5, y: 0.5 };

  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

  const paint = () => {
    view.scale = clamp(view.scale, 1, MOST);
    const margin = 0.5 / view.scale;
    view.x = clamp(view.x, margin, 1 - margin);
    view.y = clamp(view.y, margin, 1 - margin);
    const shift = (middle) => (0.5 - middle * view.scale) * 100;
    const move = `translate(${shift(view.x)}%, ${shift(view.y)}%) scale(${view.scale})`;
    all("img", panes).forEach((image) => (image.style.transform = move));
    find("[data-zoom-now]", dialog).textContent = `${Math.round(view.scale * 100)} %`;
  };

  /** Grow so that the picture's point under the pointer stays there. `at` is 0 to 1 in a pane. */
  const zoom = (factor, at = { x: 0.5, y: 0.5 }) => {
    const before = view.scale;
    view.scale = clamp(before * factor, 1, MOST);
    const gain = 1 / before - 1 / view.scale;
    view.x += (at.x - 0.5) * gain;
    view.y += (at.y - 0.5) * gain;
    paint();
  };

  const fit = () => {
    Object.assign(view, { scale: 1, x: 0.5, y: 0.5 });
    paint();
  };

  const shiftBy = (x, y) => {
    view.x += x / view.scale;
    view.y += y / view.scale;
    paint();
  };

  const placeIn = (pane, event) => {
    const box = pane.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  };

  /** One pointer drags, two pinch, and a click that does not move brings its point to the middle. */
  const mountPointers = (pane) => {
    const held = new Map();
    let moved = 0;
    const middle = () => {
      const [one, other = one] = held.values();
      return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2,
        apart: Math.hypot(one.x - other.x, one.y - other.y) };
    };
    pane.addEventListener("pointerdown", (event) => {
      pane.setPointerCapture(event.pointerId);
      moved = held.size ? STILL : 0;
      held.set(event.pointerId, placeIn(pane, event));
    });
    pane.addEventListener("pointermove", (event) => {
      if (!held.has(event.pointerId)) return;
      const before = middle();
      moved += Math.abs(event.movementX) + Math.abs(event.movementY);
      held.set(event.pointerId, placeIn(pane, event));
      const now = middle();
      if (before.apart && now.apart) zoom(now.apart / before.apart, now);
      shiftBy(before.x - now.x, before.y - now.y);
    });
    const release = (event) => {
      if (event.type === "pointerup" && held.size === 1 && moved < STILL) {
        const at = placeIn(pane, event);
        shiftBy(at.x - 0.5, at.y - 0.5);
      }
      held.delete(event.pointerId);
    };
    pane.addEventListener("pointerup", release);
    pane.addEventListener("pointercancel", release);
    pane.addEventListener("wheel", (event) => {
      event.preventDefault();
      zoom(STEP ** (-Math.sign(event.deltaY) / 2), placeIn(pane, event));
    }, { passive: false });
  };

  const KEYS = {
    "+": () => zoom(STEP),
    "=": () => zoom(STEP),
    "-": () => zoom(1 / STEP),
    "0": fit,
    ArrowLeft: () => shiftBy(-NUDGE, 0),
    ArrowRight: () => shiftBy(NUDGE, 0),
    ArrowUp: () => shiftBy(0, -NUDGE),
    ArrowDown: () => shiftBy(0, NUDGE),
  };

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
    return { key: "own", small: own.fallback, ...own, ...alternative(picture),
      label: `<strong>${find("[data-own]", dialog).innerHTML}</strong>` };
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
    fit();
    setTurn("right");
    put("left", own ?? one);
    put("right", own ? one : entries.find((entry) => entry.key !== id) ?? one);
    dialog.showModal();
    panes.focus();
  };

  entdemo.mountCompare = (element) => {
    dialog = find("dialog", element);
    panes = find(".panes", dialog);
    all(".pane-view", panes).forEach(mountPointers);
    panes.addEventListener("keydown", (event) => {
      if (!(event.key in KEYS) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      KEYS[event.key]();
    });
    dialog.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (event.target === dialog || button?.matches("[data-compare-close]")) dialog.close();
      else if (button?.dataset.turn) setTurn(button.dataset.turn);
      else if (button?.dataset.zoom === "fit") fit();
      else if (button?.dataset.zoom) zoom(button.dataset.zoom === "in" ? STEP : 1 / STEP);
    });
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-compare]");
      if (button) open(button.dataset.compare);
    });
  };
}
