/* The page's behaviour. Each mount function receives one component's element and its way to the
   server; everything else here is shared by the tabs,
   whose own scripts lie beside this one. */
const entdemo = (window.entdemo = {});
{
  const root = document.documentElement;
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  // Storage is refused inside some frames; the page then forgets the choice on reload.
  const recall = (key) => {
    try { return localStorage.getItem(`entdemo-${key}`); } catch { return null; }
  };
  const remember = (key, value) => {
    try { localStorage.setItem(`entdemo-${key}`, value); } catch { /* see above */ }
  };

  /* --- language ------------------------------------------------------------------------- */
  const preferred = () =>
    (navigator.languages ?? [navigator.language]).find((code) => /^(en|vi)\b/i.test(code)) ?? "en";

  const language = () => (root.lang === "vi" ? "vi" : "en");

  const words = (key, values = {}) =>
    window.entdemoWords[key][language()].replace(/\{(\w+)[^}]*\}/g, (_, name) => values[name]);

  /** Put an English and a Vietnamese text into an element, or into its attribute that follows the
      page's language. */
  const putBoth = (element, texts, attribute = "") => {
    if (attribute) {
      [element.dataset.i18n, element.dataset.en, element.dataset.vi] = [attribute, ...texts];
      return localise(element);
    }
    element.replaceChildren(...["en", "vi"].map((code, index) =>
      Object.assign(document.createElement("span"), { lang: code, textContent: texts[index] })));
  };

  /** Likewise with the words of a key. */
  const sayBoth = (element, key, values = {}, attribute = "") =>
    putBoth(element, ["en", "vi"].map((code) =>
      window.entdemoWords[key][code].replace(/\{(\w+)\}/g, (_, name) => values[name])), attribute);

  const localise = (element) => {
    const name = element.dataset.i18n;
    const text = element.dataset[language()];
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  };

  const setLanguage = (code) => {
    root.lang = code;
    document.title = `entdemo · ${words("page.title")}`;
    all("[data-i18n]").forEach(localise);
    all("[data-language]").forEach((button) =>
      button.setAttribute("aria-pressed", String(button.dataset.language === code)));
  };

  root.lang = recall("language") ?? preferred().slice(0, 2).toLowerCase();

  /* --- header: language, theme, tabs ----------------------------------------------------- */
  const setTheme = (dark) => {
    document.body.classList.toggle("dark", dark);
    all("[data-theme-toggle]").forEach((b) => b.setAttribute("aria-pressed", String(dark)));
  };

  const tabNamed = (name) => all("[role=tab]").some((tab) => tab.dataset.tab === name);
  let tabName = "frame";

  const dressPanel = (panel) => {
    const name = panel.id.replace("panel-", "");
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", `tab-${name}`);
    panel.hidden = name !== tabName;
  };

  /* The address is #TAB, or #TAB?… with what leads to the same answer. A frame is never in it. */
  const addressed = () => {
    const [name, query = ""] = location.hash.slice(1).split("?");
    return { name, query: new URLSearchParams(query) };
  };

  const queries = {};
  const states = {};

  const addressOf = (name) =>
    `${location.pathname}${location.search}#${name}${queries[name] ? `?${queries[name]}` : ""}`;

  /** What a tab's address is to tell from now on; lists stand as several values of one name. */
  const tell = (name, values, state = null, push = false) => {
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(values))
      for (const one of [value].flat()) if (one) query.append(key, one);
    queries[name] = query.toString();
    states[name] = state;
    if (name !== tabName) return;
    if (push) return history.pushState(state, "", addressOf(name));
    // A case in view stays in the address.
    const inView = addressed().query.get("case");
    if (inView) query.append("case", inView);
    const kept = inView && history.state?.viewer ? { ...state, viewer: true } : state;
    history.replaceState(kept, "", `#${name}${query.size ? `?${query}` : ""}`);
  };

  /** Shows a tab; one that the visitor chose can be left again by the browser's Back. */
  const selectTab = (name, chosen = false) => {
    if (chosen && name !== tabName) history.pushState(states[name] ?? null, "", addressOf(name));
    else if (name !== tabName || !tabNamed(addressed().name))
      history.replaceState(states[name] ?? null, "", addressOf(name));
    showTab(name);
  };

  const showTab = (name) => {
    tabName = name;
    all(".tab-panel").forEach(dressPanel);
    all("[role=tab]").forEach((tab) => {
      tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
      tab.tabIndex = tab.dataset.tab === name ? 0 : -1;
    });
  };

  /** How large cases are shown: by so many columns fewer than the page would choose. */
  const sizeCases = (larger) => {
    root.style.setProperty("--larger", larger);
    all("[data-case-size]").forEach((slider) => { slider.value = larger; });
  };

  // Gradio adds and changes parts of the page at times of its own.
  new MutationObserver(() => {
    all("[data-i18n]").forEach(localise);
    all(".tab-panel").forEach(dressPanel);
    sizeCases(recall("case-size") ?? 0);
  }).observe(root, {
    subtree: true,
    childList: true,
    attributeFilter: ["alt", "title", "placeholder", "aria-label", "data-en", "data-vi"],
  });

  const moveTab = (event) => {
    const tabs = all("[data-tab]");
    const here = tabs.indexOf(event.target.closest("[data-tab]"));
    const steps = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: tabs.length - 1 };
    if (here < 0 || !(event.key in steps)) return;
    event.preventDefault();
    const next = tabs[(steps[event.key] + tabs.length) % tabs.length];
    selectTab(next.dataset.tab, true);
    next.focus();
  };

  entdemo.mountHeader = (element) => {
    const stored = recall("theme");
    if (stored) setTheme(stored === "dark");
    setLanguage(language());
    const { name, query } = addressed();
    if (tabNamed(name)) {
      query.delete("case");
      queries[name] = query.toString();
      states[name] = history.state;
      showTab(name);
    } else selectTab("frame");
    element.addEventListener("keydown", moveTab);
    element.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.language) {
        setLanguage(button.dataset.language);
        remember("language", button.dataset.language);
      } else if (button.dataset.tab) {
        selectTab(button.dataset.tab, true);
      } else {
        const dark = !document.body.classList.contains("dark");
        setTheme(dark);
        remember("theme", dark ? "dark" : "light");
      }
    });
  };

  addEventListener("popstate", ({ state }) => {
    const { name, query } = addressed();
    if (!tabNamed(name)) return;
    entdemo.arrived?.(query);
    query.delete("case");
    queries[name] = query.toString();
    states[name] = state;
    showTab(name);
    if (state?.entry) entdemo.bring(state.entry);
  });

  document.addEventListener("input", ({ target }) => {
    if ("opacity" in target.dataset) root.style.setProperty("--opacity", target.value / 100);
    if (!("caseSize" in target.dataset)) return;
    remember("case-size", target.value);
    sizeCases(target.value);
  });

  document.addEventListener("click", (event) => {
    const task = event.target.closest("[data-go]");
    if (task) {
      selectTab(task.dataset.go, true);
      find(`#tab-${task.dataset.go}`).focus();
    }
    if (event.target.closest("[data-api]")) {
      selectTab("about", true);
      find("#about-api").scrollIntoView({ block: "start" });
      find("#about-api [data-copy]").focus({ preventScroll: true });
    }
  });

  /* --- waiting and messages --------------------------------------------------------------- */
  let watch;

  /** What a place does with its answer, where that is more than scrolling to it. */
  entdemo.arrivals = {};

  /** What a place does with an earlier answer that is shown again. */
  entdemo.brought = {};

  /** Wait for a place's answer; that to an older question is put away if this one is new. */
  const wait = (place, isNew = false) => {
    calm(place);
    root.dataset.waiting = place;
    find(`#${place}-answer`)?.setAttribute("aria-busy", "true");
    find(`#${place}-answer`)?.toggleAttribute("data-old", isNew);
    clearInterval(watch);
    // A server that has gone never answers the event itself.
    watch = setInterval(() => fetch("gradio_api/app_id").catch(() => {
      entdemo.fail(place, "ui.offline");
    }), 4000);
  };

  entdemo.settle = (place) => {
    clearInterval(watch);
    delete root.dataset.waiting;
    const answer = find(`#${place}-answer`);
    answer?.setAttribute("aria-busy", "false");
    answer?.removeAttribute("data-old");
    if (place in entdemo.arrivals) return entdemo.arrivals[place]();
    show(place);
  };

  /** Where the answer stands below what is asked, or was scrolled past, bring it into view. */
  const show = (place) => {
    const target = find(`#${place}-message .alert, #${place}-local .alert`) ?? find(`#${place}-answer`);
    const isPast = target?.getBoundingClientRect().top < 0;
    if (isPast || window.innerWidth < 900) target?.scrollIntoView({ block: "start" });
  };

  entdemo.fail = (place, key = "ui.unexpected") => {
    complain(place, words(key));
    entdemo.settle(place);
  };

  /** Whether the last question of a place was refused, by the server or here. */
  entdemo.refused = (place) => Boolean(find(`#${place}-message .alert, #${place}-local .alert`));

  const complain = (place, text) => {
    const message = document.createElement("p");
    message.className = "alert";
    message.setAttribute("role", "alert");
    message.textContent = text;
    find(`#${place}-local`)?.replaceChildren(message);
  };

  /** Whether a file is called as one of those that a form takes. */
  const hasEnding = (form, name) =>
    form.dataset.endings.split(" ").some((ending) => name.trim().toLowerCase().endsWith(ending));

  const calm = (place) => find(`#${place}-local`)?.replaceChildren();

  Object.assign(entdemo, {
    find, all, recall, remember, language, words, putBoth, sayBoth, selectTab, addressed, tell, wait,
    show, complain, calm, hasEnding,
  });
}
