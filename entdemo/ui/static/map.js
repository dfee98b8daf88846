/* The map of the gallery: marks to point at, walk between and open. */
{
  const { find, all } = entdemo;
  const REACH = 24;
  const MOST_ZOOM = 12;
  const SIDE = 1000;
  const MARGIN = 30;

  let stage, svg, data, marks, ring, view, current, drag;

  const chosenClasses = () => all("[data-legend][aria-pressed=true]", stage.closest(".map"))
    .map((button) => Number(button.dataset.legend));

  /** Marks of classes and cases that are not looked for step back. */
  entdemo.markMap = () => {
    if (!stage?.isConnected) return;
    const found = find("#gallery-answer .matches");
    const wanted = found && new Set(JSON.parse(found.value));
    const classes = chosenClasses();
    marks.forEach((mark, number) => {
      const off = (wanted && !wanted.has(number))
        || (classes.length && !classes.includes(data.points[number][1]));
      mark.classList.toggle("dim", Boolean(off));
    });
  };

  const shown = (number) => !marks[number].classList.contains("dim");

  const place = (number) => {
    const [x, y] = data.points[number].slice(3);
    return { x: MARGIN + x * (1 - 2 * MARGIN / SIDE), y: MARGIN + y * (1 - 2 * MARGIN / SIDE) };
  };

  const setView = (next) => {
    const side = Math.min(SIDE, Math.max(SIDE / MOST_ZOOM, next.side));
    const within = (start) => Math.min(SIDE - side, Math.max(0, start));
    view = { x: within(next.x), y: within(next.y), side };
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${side} ${side}`);
    // A mark keeps its size on the screen.
    svg.style.setProperty("--mark", String(0.85 * side / Math.max(300, stage.clientWidth)));
    stage.classList.toggle("zoomed", side < SIDE);
    moveNote();
  };

  const zoom = (factor) => {
    const middle = current === undefined
      ? { x: view.x + view.side / 2, y: view.y + view.side / 2 } : place(current);
    const side = view.side / factor;
    setView({ x: middle.x - side / 2, y: middle.y - side / 2, side });
  };

  const onScreen = ({ x, y }) => {
    const scale = stage.clientWidth / view.side;
    return { x: (x - view.x) * scale, y: (y - view.y) * scale };
  };

  const nearest = (event) => {
    const box = svg.getBoundingClientRect();
    let best, least = REACH;
    marks.forEach((_, number) => {
      const point = onScreen(place(number));
      const far = Math.hypot(event.clientX - box.left - point.x, event.clientY - box.top - point.y);
      if (far < least && shown(number)) [best, least] = [number, far];
    });
    return best;
  };

  const capital = (text) => text[0].toUpperCase() + text.slice(1);

  const inBothLanguages = (tag, english, vietnamese) => {
    const element = document.createElement(tag);
    for (const [code, text] of [["en", english], ["vi", vietnamese]]) {
      const span = document.createElement("span");
      span.lang = code;
      span.textContent = text;
      element.append(span);
    }
    return element;
  };

  const noteOf = (number) => {
    const [id, kind, named, , , from] = data.points[number];
    const title = data.classes[kind], finding = data.findings[named], origin = data.origins[from];
    const picture = document.createElement("img");
    picture.src = `cases/small/${encodeURIComponent(id)}`;
    picture.width = picture.height = 120;
    Object.assign(picture.dataset, { i18n: "alt", en: title.en, vi: title.vi });
    picture.alt = title[entdemo.language()];
    return [picture, inBothLanguages("strong", capital(title.en), capital(title.vi)),
      inBothLanguages("span", finding.en, finding.vi),
      inBothLanguages("span", origin.en, origin.vi)];
  };

  const moveNote = () => {
    const note = find(".map-note", stage);
    note.hidden = current === undefined;
    if (note.hidden) return;
    const point = onScreen(place(current));
    note.style.left = `${Math.min(Math.max(0, point.x - 70), stage.clientWidth - 140)}px`;
    note.style.top = point.y < stage.clientHeight / 2 ? `${point.y + 16}px` : "auto";
    note.style.bottom = point.y < stage.clientHeight / 2
      ? "auto" : `${stage.clientHeight - point.y + 16}px`;
  };

  const point = (number) => {
    if (number === current) return;
    current = number;
    ring.toggleAttribute("hidden", number === undefined);
    const note = find(".map-note", stage);
    note.replaceChildren(...(number === undefined ? [] : noteOf(number)));
    if (number !== undefined) {
      const { x, y } = place(number);
      ring.style.setProperty("--x", `${x}px`);
      ring.style.setProperty("--y", `${y}px`);
    }
    moveNote();
  };

  const keepInView = () => {
    const { x, y } = place(current), edge = view.side / 10;
    if (x < view.x + edge || x > view.x + view.side - edge
      || y < view.y + edge || y > view.y + view.side - edge)
      setView({ x: x - view.side / 2, y: y - view.side / 2, side: view.side });
  };

  /** The next mark in a direction: near, and rather straight ahead. */
  const walk = (dx, dy) => {
    const from = current === undefined
      ? { x: view.x + view.side / 2, y: view.y + view.side / 2 } : place(current);
    let best, least = Infinity;
    marks.forEach((_, number) => {
      const to = place(number);
      const along = (to.x - from.x) * dx + (to.y - from.y) * dy;
      const aside = Math.abs((to.x - from.x) * dy) + Math.abs((to.y - from.y) * dx);
      const cost = along + 2 * aside;
      if (along > 0 && aside <= along * 1.5 && cost < least && shown(number))
        [best, least] = [number, cost];
    });
    if (best === undefined) return;
    point(best);
    keepInView();
  };

  const open = () => current !== undefined && entdemo.pickCase(data.points[current][0]);

  const KEYS = {
    ArrowRight: () => walk(1, 0),
    ArrowLeft: () => walk(-1, 0),
    ArrowDown: () => walk(0, 1),
    ArrowUp: () => walk(0, -1),
    Enter: open,
    " ": open,
    "+": () => zoom(1.6),
    "=": () => zoom(1.6),
    "-": () => zoom(1 / 1.6),
    "0": () => setView({ x: 0, y: 0, side: SIDE }),
  };

  const ZOOMS = { in: KEYS["+"], out: KEYS["-"], whole: KEYS["0"] };

  const move = (event) => {
    if (!drag) {
      if (event.pointerType === "mouse") point(nearest(event));
      return;
    }
    const scale = view.side / stage.clientWidth;
    const by = { x: event.clientX - drag.x, y: event.clientY - drag.y };
    if (Math.hypot(by.x, by.y) > 6) drag.far = true;
    if (drag.far && view.side < SIDE)
      setView({ x: drag.view.x - by.x * scale, y: drag.view.y - by.y * scale, side: view.side });
  };

  const listen = () => {
    stage.addEventListener("keydown", (event) => {
      const key = KEYS[event.key];
      if (!key || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      key();
    });
    svg.addEventListener("pointerdown", (event) => {
      drag = { x: event.clientX, y: event.clientY, view: { ...view }, far: false };
    });
    svg.addEventListener("pointermove", move);
    svg.addEventListener("pointerup", (event) => {
      const still = drag && !drag.far;
      drag = undefined;
      if (!still) return;
      point(nearest(event));
      open();
    });
    for (const name of ["pointerleave", "pointercancel"])
      svg.addEventListener(name, () => { drag = undefined; });
    stage.closest(".map").addEventListener("click", (event) => {
      const tool = event.target.closest("[data-zoom]");
      const legend = event.target.closest("[data-legend]");
      if (tool) ZOOMS[tool.dataset.zoom]();
      if (!legend) return;
      legend.setAttribute("aria-pressed", String(legend.getAttribute("aria-pressed") !== "true"));
      entdemo.markMap();
    });
    new ResizeObserver(() => stage.clientWidth && setView(view)).observe(svg);
  };

  const shape = (d, className, at) => {
    const path = document.createElementNS(svg.namespaceURI, "path");
    path.setAttribute("d", d);
    path.setAttribute("class", className);
    if (at) {
      path.style.setProperty("--x", `${at.x}px`);
      path.style.setProperty("--y", `${at.y}px`);
    }
    return path;
  };

  const draw = () => {
    stage = find("#map-answer .map-stage");
    if (!stage || stage.contains(ring)) return;
    svg = find("svg", stage);
    data = JSON.parse(stage.dataset.points);
    current = undefined;
    marks = data.points.map(([, kind], number) =>
      shape(data.classes[kind].shape, `mark-${data.classes[kind].name}`, place(number)));
    ring = shape("M0-11A11 11 0 0 1 0 11 11 11 0 0 1 0-11Z", "map-ring");
    ring.toggleAttribute("hidden", true);
    svg.replaceChildren(...marks, ring);
    setView({ x: 0, y: 0, side: SIDE });
    listen();
    entdemo.markMap();
  };

  entdemo.arrivals.map = () => {
    find("#map-wait").hidden = true;
    draw();
  };

  entdemo.arrivals.pick = () => {
    const alert = find("#map-message .alert");
    if (!alert) return find("#pick-answer button[data-case]")?.click();
    if (find("#panel-gallery").dataset.view === "map") return undefined;
    entdemo.selectTab("gallery");
    return find("#pick-local").replaceChildren(alert.cloneNode(true));
  };
}
