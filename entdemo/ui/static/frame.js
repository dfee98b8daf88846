/* The Frame tab: file, paste, drop or camera. */
{
  const { find, words, selectTab, addressed, wait, show, complain, calm } = entdemo;

  // The name on the visitor's disk may say who the patient is, so it is not sent along; a name of
  // its own also keeps equal uploads of two visitors apart.
  entdemo.randomName = () => [...crypto.getRandomValues(new Uint8Array(12))]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");

  const anonymous = entdemo.anonymous = (file) =>
    new File([file], entdemo.randomName(), { type: "application/octet-stream" });

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

  /** What was answered last, a file or a case of the gallery, so that it can be asked again. The
      browser keeps the file; on the server it is gone. */
  const SLOW_MS = 2000;
  let last = null;
  let pending = null;
  let why = false;
  let turn = 0;
  let done = () => {};
  let line = Promise.resolve();

  /** The visitor's frame for other parts of the page: its address, and the server's own copy. */
  entdemo.ownFrame = () => {
    const shown = find("#frame-query img");
    const here = find("#panel-frame[data-asked], #panel-frame:not([hidden])");
    if (!last || !shown || !here) return null;
    // Of a file only what the server shows back: beside that a name may be burned in.
    const address = last.file ? shown.src : `cases/large/${encodeURIComponent(last.case_id)}`;
    return { address, fallback: shown.src };
  };

  /** Put the file's name, which never leaves the browser, before what says that it got no answer. */
  const nameFile = (what) => {
    const place = find("#frame-message .alert") ?? find("#frame-local .alert")
      ?? find("#frame-answer .refused .grade");
    if (!place || !what?.file?.name) return;
    const name = find("[data-file]", place) ?? document.createElement("strong");
    name.dataset.file = "";
    name.textContent = `“${what.file.name}”: `;
    place.prepend(name);
  };

  /** What can be asked of the frame in view. */
  const allow = ({ why: explained, crop }) => {
    find("[data-why]").disabled = !explained;
    find(".why-row [data-crop-again]").disabled = !crop;
  };

  const allowShown = () => allow({ why: !find("#frame-answer .refused"), crop: true });

  /** After a question: whose it was, and no older answer beside a failure. */
  const mark = (what) => {
    const failed = entdemo.refused("frame");
    find("#panel-frame").toggleAttribute("data-failed", failed);
    if (failed) allow({ why: false, crop: false });
    nameFile(what);
  };

  /** While a file takes long to be sent, show which, and that it is on its way. */
  const tellSlow = (file) => {
    const place = find("#frame-slow");
    const picture = find("img", place);
    URL.revokeObjectURL(picture.src);
    place.hidden = !file;
    if (file) picture.src = URL.createObjectURL(file);
    else picture.removeAttribute("src");
  };

  /** What never reached the server, until it is told. */
  let lost = null;

  const taken = () => {
    mark(lost ?? pending);
    lost = null;
    if (!pending || entdemo.refused("frame")) return;
    const again = pending === last;
    last = pending.first ? { case_id: find("#frame-query .query")?.dataset.of } : pending;
    allowShown();
    entdemo.offerCorrection(last.file);
    entdemo.tellFound("frame");
    entdemo.note("frame", {
      ask: last.case_id ? { case_id: last.case_id } : {},
      file: last.file,
      values: { example: pending.first ? "" : last.case_id, ...entdemo.asked("frame") },
      again,
    });
  };

  entdemo.brought.frame = (id, { ask, values }) => {
    last = entdemo.askedWith(id);
    turn += 1;
    find("#panel-frame").toggleAttribute("data-asked", !ask.case_id || Boolean(values.example));
    find("#panel-frame").removeAttribute("data-failed");
    allowShown();
    calm("frame");
  };

  entdemo.mountFrame = (element, upload, ask) => {
    const over = (yes) => find("#frame-stage").classList.toggle("over", yes);
    const input = find("input[type=file]", element);
    const limit = Number(find(".ways[data-limit]", element).dataset.limit);

    /** Ends when the answer is there, so that each answer is taken for its own question's. */
    const sendOne = async (what) => {
      wait("frame", what !== last);
      const slow = setTimeout(() => tellSlow(what.file), SLOW_MS);
      try {
        const query = what.file
          ? { path: (await upload(anonymous(what.file))).path, page: what.page } : what;
        pending = what;
        ask({ ...query, ...entdemo.wordsOf(), filter: entdemo.filterOf("frame"), why });
      } catch {
        lost = what;
        return entdemo.fail("frame", "ui.upload_lost");
      } finally {
        clearTimeout(slow);
        tellSlow(null);
      }
      return new Promise((resolve) => { done = resolve; });
    };

    /** Ask with a file or a case. One goes after the other, and of those that wait only the latest:
        what is uploaded is also asked with, so that the server deletes it. */
    const hand = (what, scroll) => {
      const mine = ++turn;
      wait("frame", what !== last);
      if (!what.first) find("#panel-frame").dataset.asked = "";
      entdemo.arrivals.frame = () => {
        taken();
        done();
        if (scroll && mine === turn) show("frame");
      };
      line = line.then(() => (mine === turn ? sendOne(what) : null));
    };

    /** Open what was asked with, as it was handed in, to turn and crop it. */
    const editLast = async () => {
      const original = last.original ?? last.file
        ?? new File([await (await fetch(entdemo.ownFrame().address)).blob()], last.case_id);
      const file = await entdemo.editFrame(original);
      if (file) hand({ file, original }, true);
    };

    const send = async (original) => {
      if (!original) return complain("frame", words("ui.no_picture_dropped"));
      const fits = original.size <= limit;
      const file = fits && entdemo.editsFirst() ? await entdemo.editFrame(original) : original;
      if (!file) return null;
      if (file.size > limit) {
        const megabytes = Math.round(file.size / 1048576);
        complain("frame", words("frame.too_many_bytes", { megabytes, limit: limit / 1048576 }));
        return mark({ file });
      }
      selectTab("frame");
      return hand({ file, original }, true);
    };

    entdemo.askFrame = send;

    /** Whether a file is DICOM, which is a loop where it is too large for a frame. */
    const isLoop = async (file) => (await file.slice(128, 132).text()) === "DICM";

    /** Several files, or a ZIP, go into the table of many frames; a clip gets its timeline. */
    const sendAll = async (list) => {
      const files = [...list], [first] = files;  // the list is emptied while a file is looked at
      if (files.length > 1 || /\.zip$/i.test(first?.name ?? "")) return entdemo.takeMany(files);
      const clip = first && (entdemo.isClip(first) || (first.size > limit && await isLoop(first)));
      return clip ? entdemo.takeClip(first) : send(first);
    };

    entdemo.again.frame = () => last && hand(last, false);

    document.addEventListener("submit", (event) => {
      const pages = event.target.closest("#frame-query .pages");
      if (!pages) return;
      event.preventDefault();
      const file = last.original ?? last.file;
      hand({ file, original: file, page: find("[name=page]", pages).valueAsNumber }, false);
    });
    mountCamera(element, send);
    // Before anybody asks, an example shows what an answer is, unless the address tells another.
    new IntersectionObserver(async ([entry]) => {
      if (!entry.isIntersecting || turn) return;
      turn += 1;
      if (history.state?.entry && await entdemo.bring(history.state.entry)) return;
      const { query } = addressed();
      entdemo.setAsked("frame", query);
      const example = query.get("example");
      hand(example ? { case_id: example } : { first: true }, false);
    }).observe(find("#panel-frame"));
    input.addEventListener("change", () => {
      if (input.files.length) sendAll(input.files);
      input.value = "";
    });
    document.addEventListener("click", (event) => {
      const example = event.target.closest("[data-example]");
      if (example) hand({ case_id: example.dataset.example }, true);
      if (event.target.closest("[data-crop-again]")) editLast();
      if (event.target.closest("[data-as-clip]")) entdemo.takeClip(last.original ?? last.file);
      const button = event.target.closest("[data-why]");
      if (!button) return;
      why = !why;
      button.setAttribute("aria-pressed", String(why));
      document.documentElement.toggleAttribute("data-unexplained", !why);
      if (why && !find("#frame-why .why")) entdemo.again.frame();
    });
    document.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      // Text copied together with its picture belongs into the text box.
      if (!files.length || event.target.closest("textarea, input[type=text]")) return;
      event.preventDefault();
      sendAll(files);
    });
    document.addEventListener("dragover", (event) => {
      event.preventDefault();
      over(true);
    });
    document.addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) over(false);
    });
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      over(false);
      sendAll(event.dataTransfer.files);
    });
  };
}
