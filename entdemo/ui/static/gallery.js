/* The Gallery tab: filters, pages, and which of its views is shown. */
{
  const { find, all, wait } = entdemo;

  let asks, timer, turned = -1, seen = false, changed = false, old = false;

  const panel = () => find("#panel-gallery");
  const form = () => find("#gallery-filter");

  const fields = () => Object.fromEntries(new FormData(form()));

  const browse = (page = 1) => {
    clearTimeout(timer);
    seen = true;
    wait("gallery");
    const { view } = panel().dataset;
    entdemo.tell("gallery", {
      ...fields(), page: page > 1 ? page : "", view: view === "cards" ? "" : view });
    asks.browse({ ...fields(), page });
  };

  entdemo.arrivals.gallery = () => {
    entdemo.markMap();
    if (changed) find("#gallery-answer .found")?.focus({ preventScroll: true });
    changed = false;
    if (turned < 0) return;
    find("#gallery-view").scrollIntoView({ block: "start" });
    const buttons = all("#gallery-answer [data-page]");
    (buttons[turned]?.disabled ? buttons[1 - turned] : buttons[turned])?.focus({
      preventScroll: true,
    });
    turned = -1;
  };

  const makeMap = () => {
    wait("map");
    find("#map-wait").hidden = false;
    old = false;
    asks.chart({});
  };

  const show = (view) => {
    panel().dataset.view = view;
    all("[data-view]", panel()).forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.view === view));
    });
    const told = Object.fromEntries(entdemo.addressed().query);
    if (seen) entdemo.tell("gallery", { ...told, view: view === "cards" ? "" : view });
    if (view === "map" && (old || !find("#map-answer .map"))) makeMap();
  };

  /** A region leaves only its own classes and findings to choose. */
  const narrow = () => {
    const region = find("[name=region]", form()).value;
    all("[data-region]", form()).forEach((option) => {
      option.hidden = option.disabled = Boolean(region) && option.dataset.region !== region;
      if (option.hidden && option.selected) option.closest("select").value = "";
    });
    all("optgroup", form()).forEach((group) => {
      group.hidden = [...group.children].every((option) => option.hidden);
    });
  };

  const fill = (values) => {
    for (const [name, value] of Object.entries(values)) {
      const field = form().elements[name];
      if (field?.type === "checkbox") field.checked = Boolean(value);
      else if (field) field.value = value;
    }
    narrow();
  };

  /** Look again after the gallery has changed; `values` are put back into the form. */
  entdemo.browseAgain = (values) => {
    fill(values);
    changed = old = true;
    show("cards");
    find("#gallery-view").scrollIntoView({ block: "start" });
    browse();
  };

  entdemo.filterFields = fields;

  const act = (event) => {
    const view = event.target.closest("[data-view]");
    const page = event.target.closest("[data-page]");
    if (view) show(view.dataset.view);
    if (page) {
      turned = all("#gallery-answer [data-page]").indexOf(page);
      browse(Number(page.dataset.page));
    }
  };

  entdemo.mountGallery = (element, ways) => {
    asks = ways;
    entdemo.pickCase = (id) => {
      wait("pick");
      asks.pick({ case_id: id });
    };
    const { query } = entdemo.addressed();
    if (query.get("case")) entdemo.pickCase(query.get("case"));
    const tab = panel();
    tab.addEventListener("click", act);
    tab.addEventListener("submit", (event) => {
      if (event.target === form()) event.preventDefault();
      if (event.target === form()) browse();
    });
    tab.addEventListener("change", (event) => {
      if (!event.target.closest("#gallery-filter") || event.target.id === "gallery-text") return;
      narrow();
      browse();
    });
    tab.addEventListener("input", (event) => {
      if (event.target.id !== "gallery-text") return;
      clearTimeout(timer);
      timer = setTimeout(browse, 300);
    });
    tab.addEventListener("reset", () => setTimeout(() => {
      narrow();
      browse();
    }));
    // The first page of cases is fetched when the tab is first looked at.
    new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting || seen) return;
      const { query } = entdemo.addressed();
      fill(Object.fromEntries(query));
      const view = query.get("view");
      if (["map", "edit", "learn"].includes(view)) find(`[data-view=${view}]`, tab)?.click();
      browse(Number(query.get("page")) || 1);
    }).observe(tab);
  };
}
