/* What was asked in this visit: Back and reload bring it again, and a list leads to it. It stays in
   this browser tab and is gone with it. */
{
  const { all, find } = entdemo;
  const KEY = "entdemo-visit";
  const MOST = 12;
  const PLACES = {
    frame: ["frame-query", "frame-why", "frame-answer"],
    describe: ["describe-answer"],
  };

  const outlets = {};
  const files = new Map();
  const shown = {};
  let entries = [];

  try { entries = JSON.parse(sessionStorage.getItem(KEY) ?? "[]"); } catch { /* refused or damaged */ }

  const save = () => {
    while (entries.length > MOST) entries.shift();
    for (;;) {
      try { return sessionStorage.setItem(KEY, JSON.stringify(entries)); } catch {
        if (!entries.length) return undefined;
        entries.shift();
      }
    }
  };

  /** Keep what somebody types until it is answered: when the connection comes back, Gradio loads
      the page anew. */
  entdemo.keepDraft = (field) => {
    const name = `${KEY}-draft-${field.id}`;
    try { field.value ||= sessionStorage.getItem(name) ?? ""; } catch { return; }
    field.addEventListener("input", () => {
      try { sessionStorage.setItem(name, field.value); } catch { /* full */ }
    });
  };

  const newId = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

  const entryOf = (id) => entries.find((entry) => entry.id === id);

  /** A place whose HTML can be brought again. */
  entdemo.keep = (id, props) => { outlets[id] = props; };

  const allThere = (place) => new Promise((resolve) => {
    const look = () => (PLACES[place].every((id) => outlets[id]) ? resolve() : setTimeout(look, 30));
    look();
  });

  /* --- the list --------------------------------------------------------------------------- */
  const item = (entry) => {
    const element = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.entry = entry.id;
    button.innerHTML = entry.title;
    if (entry.picture) {
      const image = document.createElement("img");
      Object.assign(image, { src: entry.picture, alt: "", width: 56, height: 56 });
      button.prepend(image);
    }
    element.append(button);
    return element;
  };

  const list = () => all("[data-earlier]").forEach((panel) => {
    panel.hidden = entries.length < 2;
    find("[data-count]", panel).textContent = entries.length;
    find("ul", panel).replaceChildren(...entries.toReversed().map(item));
  });

  /* --- taking down and bringing again ------------------------------------------------------- */
  /** Take down what a place shows. `ask` asks it again; a `file` is kept while the page is open;
      `values` go into the address; `again` says that it is what was shown before, asked anew. */
  entdemo.note = (place, { ask, file = null, values, again = false }) => {
    const old = again ? entryOf(shown[place]) : null;
    const id = old?.id ?? newId();
    entries = entries.filter((entry) => entry.id !== id);
    entries.push({
      id, place, ask, values,
      title: find(`#${place}-answer h2`)?.innerHTML ?? "",
      picture: place === "frame" ? find("#frame-query img")?.src ?? "" : "",
      html: Object.fromEntries(PLACES[place].map((name) => [name, outlets[name]?.value ?? ""])),
    });
    if (file) files.set(id, file);
    const first = !shown[place];
    shown[place] = id;
    save();
    list();
    entdemo.tell(place, values, { entry: id }, !again && !first);
  };

  const asFile = (address) => {
    const [, data] = address.split(",");
    return new File([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))], "");
  };

  /** What a frame's entry was asked with; after a reload only its picture as it was shown. */
  entdemo.askedWith = (id) => {
    const entry = entryOf(id);
    return entry.ask.case_id ? entry.ask : { file: files.get(id) ?? asFile(entry.picture) };
  };

  /** Show an entry again, without the server; whether there is one. */
  entdemo.bring = async (id) => {
    const entry = entryOf(id);
    if (!entry) return false;
    if (shown[entry.place] === id) return true;
    shown[entry.place] = id;
    await allThere(entry.place);
    for (const [name, html] of Object.entries(entry.html)) outlets[name].value = html;
    entdemo.brought[entry.place](id, entry);
    entdemo.tell(entry.place, entry.values, { entry: id }, false);
    list();
    return true;
  };

  entdemo.mountEarlier = (element) => {
    list();
    element.addEventListener("click", (event) => {
      const button = event.target.closest("[data-entry]");
      if (button) {
        const { entry } = button.dataset;
        const { place, values } = entryOf(entry);
        const isHere = entdemo.addressed().name === place;
        entdemo.tell(place, values, { entry }, isHere);
        entdemo.selectTab(place, true);
        entdemo.bring(entry);
      }
      if (!event.target.closest("[data-forget]")) return;
      entries = entries.filter(({ id }) => Object.values(shown).includes(id));
      files.clear();
      for (const name of Object.keys(sessionStorage))
        if (name.startsWith(`${KEY}-draft`)) sessionStorage.removeItem(name);
      save();
      list();
    });
  };
}
