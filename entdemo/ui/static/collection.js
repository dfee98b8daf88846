/* Collections: cases put together from any card. The page holds the one at hand, the browser or
   whoever runs the app keeps it under its name. */
{
  const { find, all, recall, remember, wait, calm, complain, words, sayBoth } = entdemo;

  const FORMAT = 1;
  const LONGEST_LINK = 6000;
  const ID = /^[A-Za-z0-9][\w-]{0,63}$/;
  const EMPTY = { name: "", cases: [] };

  /** What a stored, shared or linked collection holds that can be used; null where it is none. */
  const sound = (given) => {
    if (!Array.isArray(given?.cases)) return null;
    const seen = new Set();
    const cases = given.cases
      .map(({ case_id, note }) => ({ case_id: String(case_id), note: String(note ?? "").slice(0, 1000) }))
      .filter(({ case_id }) => ID.test(case_id) && !seen.has(case_id) && seen.add(case_id))
      .slice(0, 200);
    return { name: String(given.name ?? "").trim().slice(0, 100), cases };
  };

  const parsed = (text) => {
    try { return sound(JSON.parse(text)); } catch { return null; }
  };

  let ask, kept = [], laid = "", hand = parsed(recall("collection")) ?? EMPTY;

  const form = () => find("#collection");
  const ids = () => hand.cases.map(({ case_id }) => case_id);
  const holds = (id) => hand.cases.some(({ case_id }) => case_id === id);
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const tell = (key, values) => sayBoth(find("#collection-told"), key, values);

  /** Say that something is gone, with the way to have it back. */
  const offerBack = (place, key, values, restore) => {
    const text = document.createElement("span");
    const undo = Object.assign(document.createElement("button"), { type: "button", className: "link" });
    sayBoth(text, key, values);
    sayBoth(undo, "collection.undo");
    undo.addEventListener("click", restore);
    place.replaceChildren(text, " ", undo);
    undo.focus();
  };

  /* --- what the page shows of it ------------------------------------------------------------ */
  const dress = () => {
    for (const button of all("[data-basket]")) {
      const pressed = String(holds(button.dataset.basket));
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
    }
    const tab = find("#tab-collection");
    if (tab && tab.dataset.count !== String(hand.cases.length)) tab.dataset.count = hand.cases.length;
  };

  new MutationObserver(dress).observe(document.documentElement, { subtree: true, childList: true });

  const fillNotes = () => all("[data-collected]").forEach((row) => {
    const held = hand.cases.find(({ case_id }) => case_id === row.dataset.collected);
    find("textarea", row).value = held?.note ?? "";
  });

  /** Have the cards drawn that are not the ones on the page. */
  const lay = () => {
    const wanted = ids().join();
    if (wanted === laid || !find("#panel-collection") || find("#panel-collection").hidden) return;
    laid = wanted;
    wait("collection");
    ask({ cases: ids() });
  };

  entdemo.arrivals.collection = () => {
    if (find("#collection-message .alert, #collection-local .alert")) laid = null;
    fillNotes();
  };

  const change = (next) => {
    hand = next;
    remember("collection", JSON.stringify(hand));
    dress();
    lay();
  };

  /** What was taken out in this visit, so that a slip of the finger costs no note. */
  const dropped = {};

  const put = (id) => {
    if (!holds(id) && hand.cases.length >= Number(form().dataset.most)) return;
    const held = hand.cases.find(({ case_id }) => case_id === id);
    if (held) dropped[id] = held;
    const cases = held
      ? hand.cases.filter((it) => it !== held)
      : [...hand.cases, dropped[id] ?? { case_id: id, note: "" }];
    change({ ...hand, cases });
  };

  /* --- keeping ------------------------------------------------------------------------------ */
  const listKept = () => find("#collection-kept").replaceChildren(...kept.map((it) => {
    const line = document.createElement("li");
    const open = Object.assign(document.createElement("button"), {
      type: "button", className: "link", textContent: `${it.name} (${it.cases.length})`,
    });
    open.addEventListener("click", () => show(it));
    const drop = Object.assign(document.createElement("button"), { type: "button", className: "link" });
    sayBoth(drop, "collection.forget");
    sayBoth(drop, "collection.forget_named", { name: it.name }, "aria-label");
    drop.setAttribute("aria-label", drop.dataset[entdemo.language()]);
    drop.addEventListener("click", () => forget(it));
    line.append(open, " ", drop);
    return line;
  }));

  const inBrowser = ({ keep, remove }) => {
    const others = kept.filter(({ name }) => name !== (keep?.name ?? remove));
    const all = keep ? [...others, keep] : others;
    remember("collections", JSON.stringify(all));
    return all.sort((one, other) => one.name.localeCompare(other.name));
  };

  const onServer = async (change) => {
    const answer = await fetch("collections", change && {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": entdemo.language() },
      body: JSON.stringify(change),
    });
    const told = await answer.json();
    if (answer.ok) return told.map(sound);
    complain("collection", told.detail ?? words("ui.unexpected"));
    return null;
  };

  const store = async (change) => {
    calm("collection");
    try {
      kept = (form().dataset.keeps === "here" ? await onServer(change) : inBrowser(change)) ?? kept;
    } catch {
      complain("collection", words("ui.offline"));
    }
    listKept();
  };

  const forget = async (it) => {
    await store({ remove: it.name });
    if (entdemo.refused("collection")) return;
    offerBack(find("#collection-told"), "collection.forgotten", { name: it.name }, async () => {
      await store({ keep: { format: FORMAT, ...it } });
      if (!entdemo.refused("collection")) tell("collection.is_kept", { name: it.name });
    });
  };

  const named = () => find("#collection-name").value.trim() || words("collection.unnamed");

  const keep = async () => {
    hand = { ...hand, name: named() };
    change(hand);
    find("#collection-name").value = hand.name;
    await store({ keep: { format: FORMAT, ...hand } });
    if (!entdemo.refused("collection")) tell("collection.is_kept", { name: hand.name });
  };

  /** Show another collection; what was at hand and nowhere kept is not lost. */
  const show = async (next) => {
    if (hand.cases.length && !same(hand, next) && !kept.some((it) => same(it, hand)))
      await store({ keep: { format: FORMAT, ...hand, name: hand.name || words("collection.earlier") } });
    change(next);
    find("#collection-name").value = next.name;
    fillNotes();
  };

  /* --- sharing ------------------------------------------------------------------------------ */
  const asText = () => JSON.stringify({ format: FORMAT, ...hand, name: named() });

  const toLink = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

  const ofLink = (hash) => {
    const coded = /^#collection=([\w-]+)$/.exec(hash)?.[1];
    if (!coded) return null;
    try {
      const bytes = atob(coded.replaceAll("-", "+").replaceAll("_", "/"));
      return parsed(new TextDecoder().decode(Uint8Array.from(bytes, (letter) => letter.charCodeAt(0))));
    } catch { return null; }
  };

  const copyLink = async () => {
    const coded = toLink(asText());
    if (coded.length > LONGEST_LINK) return tell("collection.link_long");
    const link = `${location.origin}${location.pathname}#collection=${coded}`;
    try {
      await navigator.clipboard.writeText(link);
      tell("collection.linked");
    } catch { // where the page is not served safely, the browser keeps the clipboard to itself
      find("#collection-told").textContent = link;
    }
  };

  const openFile = async (file) => {
    calm("collection");
    const found = file.size > 2 * 1024 ** 2 ? null : parsed(await file.text());
    if (found) await show(found);
    else complain("collection", words("collection.none"));
  };

  /* --- acting ------------------------------------------------------------------------------- */
  const ACTS = {
    new: () => show(EMPTY),
    quiz: () => hand.cases.length && entdemo.quizOf(ids()),
    link: copyLink,
    save: () => entdemo.save(new Blob([asText()], { type: "application/json" }), "collection.json"),
    open: () => find("#collection-file").click(),
  };

  /** Change the cases as the rows on the page were changed already. */
  const changeAsLaid = (cases) => {
    laid = cases.map(({ case_id }) => case_id).join();
    change({ ...hand, cases });
  };

  /** Take a row's case out; in its place stands the way to have it back where it was. */
  const takeOut = (row, at) => {
    const held = hand.cases[at];
    const gone = document.createElement("li");
    gone.className = "taken-out";
    changeAsLaid(hand.cases.toSpliced(at, 1));
    row.replaceWith(gone);
    offerBack(gone, "collection.taken_out", { case: held.case_id }, () => {
      const before = all("[data-collected]").filter((other) =>
        gone.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_PRECEDING);
      gone.replaceWith(row);
      changeAsLaid(hand.cases.toSpliced(before.length, 0, held));
      find("[data-move=out]", row).focus();
    });
  };

  const move = (row, way) => {
    const id = row.dataset.collected;
    const from = ids().indexOf(id);
    if (way === "out") return takeOut(row, from);
    const to = from + (way === "up" ? -1 : 1);
    if (to < 0 || to >= hand.cases.length) return undefined;
    const cases = [...hand.cases];
    cases.splice(to, 0, ...cases.splice(from, 1));
    const other = find(`[data-collected="${ids()[to]}"]`);
    way === "up" ? other.before(row) : other.after(row);
    changeAsLaid(cases);
    return find(`[data-move=${way}]`, row).focus();
  };

  const note = (area) => {
    const id = area.closest("[data-collected]").dataset.collected;
    change({ ...hand, cases: hand.cases.map((it) =>
      it.case_id === id ? { ...it, note: area.value } : it) });
  };

  const handOut = (format) => entdemo.fetchFile("handout", {
    format,
    answers: find("#collection-answers").checked,
    collection: { format: FORMAT, ...hand, name: named() },
  }, `handout.${format}`, form(), "collection");

  const linked = async () => {
    const found = ofLink(location.hash);
    if (!found) return;
    await show(found);
    entdemo.selectTab("collection");
    lay();
  };

  // The header turns the address into that of a tab before this part of the page is there.
  const first = ofLink(location.hash);

  entdemo.mountCollection = async (element, server) => {
    ask = server;
    const panel = find("#panel-collection");
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-basket]");
      if (button) put(button.dataset.basket);
    });
    panel.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button?.dataset.collection) ACTS[button.dataset.collection]();
      if (button?.dataset.handout) handOut(button.dataset.handout);
      if (button?.dataset.move) move(button.closest("[data-collected]"), button.dataset.move);
    });
    panel.addEventListener("input", (event) => {
      if (event.target.matches("[data-collected] textarea")) note(event.target);
      if (event.target.id === "collection-name") change({ ...hand, name: event.target.value });
    });
    find("#collection-answers").addEventListener("change", (event) => {
      find("[data-handout=apkg]").disabled = !event.target.checked;
    });
    find("#collection-file").addEventListener("change", async (event) => {
      const [file] = event.target.files;
      if (file) await openFile(file);
      event.target.value = "";
    });
    form().addEventListener("submit", (event) => {
      event.preventDefault();
      keep();
    });
    window.addEventListener("hashchange", linked);
    new IntersectionObserver(([entry]) => entry.isIntersecting && lay()).observe(panel);
    find("#collection-name").value = hand.name;
    dress();
    if (form().dataset.keeps === "here") await store();
    else {
      try { kept = JSON.parse(recall("collections") ?? "[]").map(sound).filter(Boolean); } catch { kept = []; }
      listKept();
    }
    if (first) {
      await show(first);
      entdemo.selectTab("collection");
    }
  };
}
