/* The Describe tab. */
{
  const { find, all, wait, show, sayBoth } = entdemo;
  const MOST_OFFERED = 6;

  const plain = (text) =>
    text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();

  const wordsIn = (text) => plain(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);

  /** Where the phrase begins that is being typed: after the last comma, semicolon or line. */
  const phraseStart = (text) => Math.max(...[",", ";", "\n"].map((end) => text.lastIndexOf(end))) + 1;

  /** Phrases in which every typed word begins a word, those of the page's language first. */
  const fitting = (offered, typed) => {
    const wanted = wordsIn(typed);
    if (wanted.join("").length < 2) return [];
    return offered
      .filter(({ parts, text }) => text !== typed.trim()
        && wanted.every((word) => parts.some((part) => part.startsWith(word))))
      .sort((one, other) => (other.code === document.documentElement.lang)
        - (one.code === document.documentElement.lang))
      .slice(0, MOST_OFFERED);
  };

  /** Suggestions below the box, after the pattern of a combobox with a listbox. */
  const mountSuggestions = (form, box) => {
    const offered = Object.entries(JSON.parse(form.dataset.phrases)).flatMap(([code, texts]) =>
      texts.map((text) => ({ code, text, parts: wordsIn(text) })));
    const list = find("#suggestions", form);
    const told = find("[data-suggested]", form);
    let active = -1;

    const activate = (index) => {
      active = index;
      const options = all("[role=option]", list);
      options.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
      if (options[index]) box.setAttribute("aria-activedescendant", options[index].id);
      else box.removeAttribute("aria-activedescendant");
    };

    const close = () => {
      list.hidden = true;
      list.replaceChildren();
      told.replaceChildren();
      activate(-1);
    };

    const offer = () => {
      const found = fitting(offered, box.value.slice(phraseStart(box.value)));
      if (!found.length) return close();
      list.replaceChildren(...found.map(({ code, text }, index) => {
        const option = document.createElement("li");
        Object.assign(option, { id: `suggestion-${index}`, lang: code, textContent: text });
        option.setAttribute("role", "option");
        return option;
      }));
      list.hidden = false;
      activate(-1);
      sayBoth(told, "describe.suggested", { count: found.length });
    };

    const take = (text) => {
      const start = phraseStart(box.value);
      box.value = box.value.slice(0, start) + (start ? " " : "") + text;
      close();
      box.focus();
    };

    box.addEventListener("input", offer);
    box.addEventListener("blur", close);
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) take(option.textContent);
    });

    /** Whether the key was for the list. */
    const key = (event) => {
      const count = list.children.length;
      if (list.hidden || event.isComposing) return false;
      if (event.key === "ArrowDown") activate(active + 1 < count ? active + 1 : -1);
      else if (event.key === "ArrowUp") activate(active > -1 ? active - 1 : count - 1);
      else if (event.key === "Enter" && active > -1) take(list.children[active].textContent);
      else if (event.key === "Escape") close();
      else return false;
      return true;
    };
    return { key, close };
  };

  entdemo.mountDescribe = (element, ask) => {
    const form = find("form", element);
    const box = find("textarea", form);
    const suggestions = mountSuggestions(form, box);
    entdemo.keepDraft(box);
    let last = "";
    const send = (text, scroll) => {
      suggestions.close();
      wait("describe", text !== last);
      entdemo.arrivals.describe = () => {
        if (!entdemo.refused("describe")) {
          const again = last === text;
          last = text;
          entdemo.tellFound("describe");
          const values = { text, ...entdemo.asked("describe") };
          entdemo.note("describe", { ask: { text }, values, again });
        }
        if (scroll) show("describe");
      };
      ask({ text, filter: entdemo.filterOf("describe") });
    };
    entdemo.brought.describe = (_, { ask: { text } }) => {
      box.value = last = text;
    };
    // The address, or what was shown before a reload, is answered when the tab is first looked at.
    let looked = false;
    new IntersectionObserver(async ([entry]) => {
      if (!entry.isIntersecting || looked) return;
      looked = true;
      if (history.state?.entry && await entdemo.bring(history.state.entry)) return;
      const { query } = entdemo.addressed();
      if (!query.get("text") || last) return;
      entdemo.setAsked("describe", query);
      box.value = query.get("text");
      send(box.value, false);
    }).observe(element);
    entdemo.again.describe = () => last && send(last, false);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(box.value, true);
    });
    box.addEventListener("keydown", (event) => {
      if (suggestions.key(event)) return event.preventDefault();
      // While a Vietnamese word is being composed, Enter belongs to the input method.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      send(box.value, true);
    });
    document.addEventListener("click", (event) => {
      const chip = event.target.closest("[data-text]");
      if (!chip) return;
      box.value = chip.dataset.text;
      send(box.value, true);
    });
  };
}
