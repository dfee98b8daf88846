/* Filters and added words: read when a query is sent, and sent anew when they change. */
{
  const { find, all, putBoth, sayBoth } = entdemo;
  const PAUSE = 200;
  const timers = {};

  /** Ask again once the visitor has paused. */
  const askSoon = (place) => {
    clearTimeout(timers[place]);
    timers[place] = setTimeout(() => entdemo.again[place]?.(), PAUSE);
  };

  const panelOf = (place) => find(`[data-filters=${place}]`);

  const chosen = (panel, name) =>
    all(`input[name=${name}]:checked`, panel).map((input) => input.value);

  /** How to ask the last query of a place again, if there was one. */
  entdemo.again = {};

  /** What the filters of a place say. */
  entdemo.filterOf = (place) => {
    const panel = panelOf(place);
    const sets = ["regions", "classes", "findings", "sources"];
    return {
      ...Object.fromEntries(sets.map((name) => [name, chosen(panel, name)])),
      min: Number(find("input[name=min]", panel).value),
    };
  };

  /** What beside the query itself a place's address tells: its filters, and words with a frame. */
  entdemo.asked = (place) => {
    const { min, ...sets } = entdemo.filterOf(place);
    const { words, share } = place === "frame" ? entdemo.wordsOf() : { words: "" };
    return { ...sets, min: min || "", words, share: words && share };
  };

  /** Fill in what an address tells. */
  entdemo.setAsked = (place, query) => {
    const panel = panelOf(place);
    all("input[type=checkbox]", panel).forEach((input) => {
      input.checked = query.getAll(input.name).includes(input.value);
    });
    find("input[name=min]", panel).value = query.get("min") ?? 0;
    dress(panel);
    if (place !== "frame") return;
    const added = find("[data-words]");
    find("input[name=words]", added).value = query.get("words") ?? "";
    if (query.has("share")) find("input[name=share]", added).value = query.get("share");
    badge(added, entdemo.wordsOf().words ? 1 : 0);
  };

  /** The words beside a frame and their share. */
  entdemo.wordsOf = () => {
    const panel = find("[data-words]");
    return {
      words: find("input[name=words]", panel).value.trim(),
      share: Number(find("input[name=share]", panel).value),
    };
  };

  /** Tell below the filters how many cases are shown. */
  entdemo.tellFound = (place) => {
    const count = all(`#${place}-answer .card`).length;
    sayBoth(find("[data-found]", panelOf(place)), "filters.found", { count });
  };

  const badge = (panel, count) => {
    const element = find("[data-count]", panel);
    element.hidden = !count;
    element.textContent = count;
  };

  const least = (panel) => {
    const input = find("input[name=min]", panel);
    const output = find("[data-now]", panel);
    const number = Number(input.value).toFixed(2);
    const texts = [number, number.replace(".", ",")];
    for (const [element, attribute] of [[output, ""], [input, "aria-valuetext"]]) {
      if (Number(input.value)) putBoth(element, texts, attribute);
      else sayBoth(element, "filters.any", {}, attribute);
    }
  };

  /** Findings of regions that are not chosen are out of the way. */
  const narrow = (panel) => {
    const regions = chosen(panel, "regions");
    all("[data-region]", panel).forEach((group) => {
      const named = regions.includes(group.dataset.region);
      group.hidden = regions.length > 0 && !named;
      if (named) group.open = true;
      if (group.hidden) all(":checked", group).forEach((input) => (input.checked = false));
    });
  };

  const dress = (panel) => {
    narrow(panel);
    least(panel);
    const min = Number(find("input[name=min]", panel).value) > 0;
    badge(panel, all(":checked", panel).length + min);
  };

  entdemo.mountFilters = (element) => {
    const panel = find("[data-filters]", element);
    const place = panel.dataset.filters;
    const changed = () => {
      dress(panel);
      askSoon(place);
    };
    panel.addEventListener("change", changed);
    panel.addEventListener("input", (event) => event.target.name === "min" && least(panel));
    find("[data-clear]", panel).addEventListener("click", () => {
      all(":checked", panel).forEach((input) => (input.checked = false));
      find("input[name=min]", panel).value = 0;
      changed();
    });
  };

  entdemo.mountWords = (element) => {
    const panel = find("[data-words]", element);
    const share = find("input[name=share]", panel);
    const tell = () => {
      const percent = Math.round(share.value * 100);
      sayBoth(find("[data-now]", panel), "words.percent", { percent });
      sayBoth(share, "words.percent", { percent }, "aria-valuetext");
    };
    const changed = () => {
      badge(panel, entdemo.wordsOf().words ? 1 : 0);
      askSoon("frame");
    };
    share.addEventListener("input", tell);
    share.addEventListener("change", () => entdemo.wordsOf().words && changed());
    find("form", panel).addEventListener("submit", (event) => {
      event.preventDefault();
      changed();
    });
    // Words that are taken away again must not go on counting unseen.
    find("input[name=words]", panel).addEventListener("change", changed);
  };
}
