/* Clips: one is handed in, its timeline comes back; its best frames can be asked with and kept. */
{
  const { find, all, wait, calm, complain, words } = entdemo;

  let upload, asks, examination = "", running = false;

  const form = () => find("#clip");
  const stop = () => find("[data-clip=stop]", form());

  entdemo.isClip = (file) =>
    form().dataset.endings.split(" ").some((ending) => file.name.toLowerCase().endsWith(ending));

  const end = () => {
    running = false;
    stop().hidden = true;
  };

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
      complain("clip", words("frame.too_many_bytes",
        { megabytes: Math.round(file.size / 1048576), limit: limit / 1048576 }));
      return;
    }
    running = true;
    examination = entdemo.randomName();
    wait("clip");
    try {
      const { path } = await entdemo.handIn(upload, file);
      stop().hidden = false;
      asks.read({ path });
    } catch {
      entdemo.fail("clip", "ui.upload_lost");
    }
  };

  /** The best frame of a stretch, as if it had been chosen from the disk. */
  const frameOf = (row) => {
    const bytes = atob(find("img", row).src.split(",")[1]);
    return new File([Uint8Array.from(bytes, (letter) => letter.charCodeAt(0))], "clip.jpg");
  };

  const ACTS = {
    stop: () => {
      asks.stop({});
      entdemo.settle("clip");
      find("#clip-answer section, #clip-answer p")?.remove();
    },
    similar: (button) => entdemo.askFrame(frameOf(button.closest("li"))),
    add: () => entdemo.enrolFiles(all("#clip-answer li:has(input:checked)").map((row) =>
      ({ file: frameOf(row), class_name: find("input", row).value })), examination),
  };

  entdemo.mountClip = (element, uploader, ways) => {
    upload = uploader;
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
