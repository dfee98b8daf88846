/* Clips: one is handed in, its timeline comes back; its best frames can be asked with and kept. */
{
  const { find, all, wait, calm, complain, words, hasEnding } = entdemo;

  let asks, sending = null, examination = "", running = false;

  const form = () => find("#clip");
  const stop = () => find("[data-clip=stop]", form());

  entdemo.isClip = (file) => hasEnding(form(), file.name);

  const end = () => {
    running = false;
    stop().hidden = true;
  };

  /** Send a clip's bytes without its name; the key by which it is asked for. Only a request of the
      older kind tells how far it is. */
  const handIn = (file) => new Promise((resolve, reject) => {
    const line = find("#clip-sending");
    const done = () => {
      sending = null;
      line.hidden = true;
    };
    sending = new XMLHttpRequest();
    sending.open("POST", "clip");
    sending.setRequestHeader("Accept-Language", entdemo.language());
    sending.upload.addEventListener("progress", ({ loaded, total }) => {
      line.hidden = false;
      entdemo.sayBoth(line, "clip.sending", { percent: Math.floor((100 * loaded) / total) });
    });
    sending.addEventListener("load", ({ target }) => {
      done();
      let told = {};
      try { told = JSON.parse(target.responseText); } catch { /* a proxy's page */ }
      if (target.status === 200) resolve(told.key);
      else reject(told.detail);
    });
    for (const name of ["error", "abort"]) sending.addEventListener(name, () => { done(); reject(); });
    sending.send(file.slice());  // a slice has no type that would be sent along
  });

  entdemo.arrivals.clip = () => {
    end();
    find("#clip-answer").scrollIntoView({ block: "start" });
  };

  entdemo.takeClip = async (file) => {
    if (running) return;
    calm("clip");
    entdemo.selectTab("batch");
    const limit = Number(form().dataset.limit);
    if (file.size > limit) {
      complain("clip", words("clip.too_many_bytes", { limit: limit / 1048576 }));
      return;
    }
    running = true;
    examination = entdemo.randomName();
    wait("clip");
    stop().hidden = false;
    try {
      asks.read({ key: await handIn(file) });
    } catch (told) {
      if (!running) return;
      entdemo.fail("clip", "ui.upload_lost");
      if (told) complain("clip", told);
    }
  };

  /** The best frame of a stretch, as if it had been chosen from the disk. */
  const frameOf = (row) => {
    const bytes = atob(find("img", row).src.split(",")[1]);
    return new File([Uint8Array.from(bytes, (letter) => letter.charCodeAt(0))], "clip.jpg");
  };

  const ACTS = {
    stop: () => {
      running = false;
      if (sending) sending.abort();
      else asks.stop({});
      entdemo.settle("clip");
      find("#clip-answer section, #clip-answer p")?.remove();
    },
    similar: (button) => entdemo.askFrame(frameOf(button.closest("li"))),
    add: () => entdemo.enrolFiles(all("#clip-answer li:has(input:checked)").map((row) =>
      ({ file: frameOf(row), class_name: find("input", row).value })), examination),
  };

  entdemo.mountClip = (element, ways) => {
    asks = ways;
    const input = find("input[type=file]", element);
    input.addEventListener("change", () => {
      if (input.files.length) entdemo.takeClip(input.files[0]);
      input.value = "";
    });
    find("#panel-batch").addEventListener("click", (event) => {
      const button = event.target.closest("[data-clip]");
      if (button) ACTS[button.dataset.clip](button);
    });
  };
}
