/* The page's behaviour. Each mount function receives one component's element and its way to the
   server; everything else here is shared by the tabs. */
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

  const localise = (element) => {
    const name = element.dataset.i18n;
    const text = element.dataset[language()];
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  };

  const setLanguage = (code) => {
    root.lang = code;
    document.title = `entdemo · ${words("title")}`;
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

  const selectTab = (name) => {
    tabName = name;
    history.replaceState(null, "", `${location.pathname}${location.search}#${name}`);
    all(".tab-panel").forEach(dressPanel);
    all("[role=tab]").forEach((tab) => {
      tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
      tab.tabIndex = tab.dataset.tab === name ? 0 : -1;
    });
  };

  // Gradio adds and changes parts of the page at times of its own.
  new MutationObserver(() => {
    all("[data-i18n]").forEach(localise);
    all(".tab-panel").forEach(dressPanel);
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
    selectTab(next.dataset.tab);
    next.focus();
  };

  entdemo.mountHeader = (element) => {
    const stored = recall("theme");
    if (stored) setTheme(stored === "dark");
    setLanguage(language());
    const wanted = location.hash.slice(1);
    selectTab(tabNamed(wanted) ? wanted : "frame");
    element.addEventListener("keydown", moveTab);
    element.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.language) {
        setLanguage(button.dataset.language);
        remember("language", button.dataset.language);
      } else if (button.dataset.tab) {
        selectTab(button.dataset.tab);
      } else {
        const dark = !document.body.classList.contains("dark");
        setTheme(dark);
        remember("theme", dark ? "dark" : "light");
      }
    });
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-api]")) find("footer .show-api")?.click();
  });

  /* --- waiting and messages --------------------------------------------------------------- */
  let watch;

  const wait = (place) => {
    calm(place);
    root.dataset.waiting = place;
    find(`#${place}-answer`)?.setAttribute("aria-busy", "true");
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
    if (place === "similar") return showSimilar();
    const failed = find(`#${place}-message .alert`);
    const target = failed ?? answer;
    if (target && window.innerWidth < 900) target.scrollIntoView({ block: "start" });
  };

  entdemo.fail = (place, key = "ui.unexpected") => {
    entdemo.settle(place);
    complain(place, words(key));
  };

  const complain = (place, text) => {
    const message = document.createElement("p");
    message.className = "alert";
    message.setAttribute("role", "alert");
    message.textContent = text;
    find(`#${place}-local`)?.replaceChildren(message);
  };

  const calm = (place) => find(`#${place}-local`)?.replaceChildren();

  /* --- frame tab -------------------------------------------------------------------------- */
  // The name on the visitor's disk may say who the patient is, so it is not sent along; a name of
  // its own also keeps equal uploads of two visitors apart.
  const anonymous = (file) => {
    const name = [...crypto.getRandomValues(new Uint8Array(12))]
      .map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return new File([file], name, { type: "application/octet-stream" });
  };

  /** Let the visitor take a picture; the camera is off again when the dialog closes. */
  const mountCamera = (element, send) => {
    const start = find("[data-camera]", element);
    const dialog = find("#camera", element);
    const video = find("video", dialog);
    start.hidden = !navigator.mediaDevices?.getUserMedia;
    start.addEventListener("click", async () => {
      try {
        video.srcObject = await navigator.mediaDevices.getUserMedia({
          video: { facingMode: "environment", width: { ideal: 1280 } },
        });
      } catch {
        return complain("frame", words("ui.no_camera"));
      }
      calm("frame");
      dialog.showModal();
      video.play();
    });
    dialog.addEventListener("close", () => {
      video.srcObject?.getTracks().forEach((track) => track.stop());
      video.srcObject = null;
    });
    find("[data-camera-stop]", dialog).addEventListener("click", () => dialog.close());
    find("[data-camera-shoot]", dialog).addEventListener("click", () => {
      const canvas = document.createElement("canvas");
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      canvas.getContext("2d").drawImage(video, 0, 0);
      dialog.close();
      canvas.toBlob((blob) => send(new File([blob], "camera")), "image/jpeg", 0.95);
    });
  };

  entdemo.mountFrame = (element, upload, ask, askExample) => {
    const mark = (over) => find("#frame-stage").classList.toggle("over", over);
    const input = find("input[type=file]", element);
    const limit = Number(find(".ways", element).dataset.limit);

    const send = async (file) => {
      if (!file) return complain("frame", words("ui.no_picture_dropped"));
      if (file.size > limit) {
        const megabytes = Math.round(file.size / 1048576);
        return complain("frame",
          words("frame.too_many_bytes", { megabytes, limit: limit / 1048576 }));
      }
      selectTab("frame");
      wait("frame");
      try {
        const { path } = await upload(anonymous(file));
        ask({ path });
      } catch {
        entdemo.fail("frame", "ui.upload_lost");
      }
    };

    mountCamera(element, send);
    input.addEventListener("change", () => {
      if (input.files.length) send(input.files[0]);
      input.value = "";
    });
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-example]");
      if (!button) return;
      wait("frame");
      askExample({ case_id: button.dataset.example });
    });
    document.addEventListener("paste", (event) => {
      const file = [...(event.clipboardData?.files ?? [])][0];
      // Text copied together with its picture belongs into the text box.
      if (!file || event.target.closest("textarea")) return;
      event.preventDefault();
      send(file);
    });
    document.addEventListener("dragover", (event) => {
      event.preventDefault();
      mark(true);
    });
    document.addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) mark(false);
    });
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      mark(false);
      send(event.dataTransfer.files[0]);
    });
  };

  /* --- describe tab ----------------------------------------------------------------------- */
  entdemo.mountDescribe = (element, ask) => {
    const box = find("textarea", element);
    const send = () => {
      wait("describe");
      ask({ text: box.value });
    };
    find("form", element).addEventListener("submit", (event) => {
      event.preventDefault();
      send();
    });
    box.addEventListener("keydown", (event) => {
      // While a Vietnamese word is being composed, Enter belongs to the input method.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      send();
    });
    document.addEventListener("click", (event) => {
      const chip = event.target.closest("[data-text]");
      if (!chip) return;
      box.value = chip.dataset.text;
      send();
    });
  };

  /* --- case viewer ------------------------------------------------------------------------ */
  let viewer, trail = [];

  const showSheet = (html) => {
    find(".viewer-sheet", viewer).innerHTML = html;
    find(".viewer-similar", viewer).replaceChildren();
    find("h2", viewer).id = "viewer-title";
    find("[data-viewer=back]", viewer).hidden = trail.length < 2;
    viewer.scrollTop = 0;
    find("h2", viewer).focus();
  };

  const showSimilar = () => {
    const html = find("#similar-message .alert") ? "#similar-message" : "#similar-answer";
    const target = find(".viewer-similar", viewer);
    target.innerHTML = find(`${html} .alert, ${html} .similar`)?.outerHTML ?? "";
    target.scrollIntoView({ block: "start", behavior: "smooth" });
  };

  const openCase = (button) => {
    const html = button.dataset.sheet;
    if (!viewer.open) trail = [];
    trail.push(html);
    if (!viewer.open) viewer.showModal();
    showSheet(html);
  };

  entdemo.mountViewer = (element, ask) => {
    viewer = find("dialog", element);
    document.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-case]");
      if (button) openCase(button);
    });
    viewer.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (event.target === viewer || button?.dataset.viewer === "close") return viewer.close();
      if (button?.dataset.viewer === "back") {
        trail.pop();
        return showSheet(trail.at(-1));
      }
      if (button?.dataset.similar) {
        wait("similar");
        ask({ case_id: button.dataset.similar });
      }
    });
  };
}
