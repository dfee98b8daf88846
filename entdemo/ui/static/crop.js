/* Turning and cropping a frame in the browser, before anything of it is sent. */
{
  const { all, find, recall, remember } = entdemo;
  const MOST_SIDE = 1920;
  const LEAST = 5;
  const EDGES = ["left", "top", "right", "bottom"];

  let dialog, canvas, box, bitmap, quarter, settle;

  const field = (name) => find(`[name=${name}]`, dialog);
  const edge = (name) => Number(field(name).value);

  /** What is left of the picture, in hundredths of it. */
  const left = () => {
    const [x, y, right, bottom] = EDGES.map(edge);
    return { x, y, width: 100 - x - right, height: 100 - y - bottom };
  };

  const showBox = () => {
    const { x, y, width, height } = left();
    Object.assign(box.style, {
      left: `${x}%`, top: `${y}%`, width: `${width}%`, height: `${height}%` });
  };

  /** Two edges leave at least a little between them. */
  const keepApart = (changed) => {
    const other = { left: "right", right: "left", top: "bottom", bottom: "top" }[changed];
    if (edge(changed) + edge(other) > 100 - LEAST) field(other).value = 100 - LEAST - edge(changed);
    if (edge(changed) > 100 - LEAST) field(changed).value = 100 - LEAST;
    showBox();
  };

  const draw = () => {
    const turn = ((quarter * 90 + edge("angle")) * Math.PI) / 180;
    const [sine, cosine] = [Math.abs(Math.sin(turn)), Math.abs(Math.cos(turn))];
    const width = bitmap.width * cosine + bitmap.height * sine;
    const height = bitmap.width * sine + bitmap.height * cosine;
    const scale = Math.min(1, MOST_SIDE / Math.max(width, height));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const brush = canvas.getContext("2d");
    brush.translate(canvas.width / 2, canvas.height / 2);
    brush.rotate(turn);
    brush.scale(scale, scale);
    brush.drawImage(bitmap, -bitmap.width / 2, -bitmap.height / 2);
    showBox();
  };

  const whole = () => {
    [...EDGES, "angle"].forEach((name) => { field(name).value = 0; });
    quarter = 0;
  };

  const cropped = () => {
    const { x, y, width, height } = left();
    const part = document.createElement("canvas");
    part.width = Math.max(1, Math.round((canvas.width * width) / 100));
    part.height = Math.max(1, Math.round((canvas.height * height) / 100));
    part.getContext("2d").drawImage(
      canvas, (-canvas.width * x) / 100, (-canvas.height * y) / 100);
    return new Promise((resolve) => { part.toBlob(resolve, "image/jpeg", 0.95); });
  };

  /** Drawing a rectangle on the picture keeps what is inside. */
  const mountPointer = (stage) => {
    let start = null;
    const at = (event) => {
      const frame = canvas.getBoundingClientRect();
      const within = (value) => Math.min(100, Math.max(0, value));
      return { x: within(((event.clientX - frame.left) / frame.width) * 100),
        y: within(((event.clientY - frame.top) / frame.height) * 100) };
    };
    stage.addEventListener("pointerdown", (event) => {
      if (!bitmap) return;
      stage.setPointerCapture(event.pointerId);
      start = at(event);
    });
    stage.addEventListener("pointermove", (event) => {
      if (!start) return;
      const now = at(event);
      if (Math.min(Math.abs(now.x - start.x), Math.abs(now.y - start.y)) < LEAST) return;
      field("left").value = Math.min(start.x, now.x);
      field("right").value = 100 - Math.max(start.x, now.x);
      field("top").value = Math.min(start.y, now.y);
      field("bottom").value = 100 - Math.max(start.y, now.y);
      showBox();
    });
    for (const name of ["pointerup", "pointercancel"])
      stage.addEventListener(name, () => { start = null; });
  };

  /** Let the visitor turn and crop a file; what is to be asked with, or null. */
  entdemo.editFrame = async (file) => {
    whole();
    bitmap = await createImageBitmap(file).catch(() => null);
    dialog.toggleAttribute("data-unseen", !bitmap);
    if (bitmap) draw();
    dialog.showModal();
    const wanted = await new Promise((resolve) => { settle = resolve; });
    if (!wanted) return null;
    return bitmap ? new File([await cropped()], file.name, { type: "image/jpeg" }) : file;
  };

  /** Whether each frame is to be looked at before it is sent. */
  entdemo.editsFirst = () => find("[data-crop-first]").checked;

  entdemo.mountCrop = (element) => {
    dialog = find("#crop", element);
    canvas = find("canvas", dialog);
    box = find(".crop-box", dialog);
    const first = find("[data-crop-first]", element);
    first.checked = recall("crop-first") === "true";
    first.addEventListener("change", () => remember("crop-first", first.checked));
    mountPointer(find(".crop-stage", dialog));
    all("input", dialog).forEach((input) => input.addEventListener("input", () => {
      if (input.name === "angle") draw();
      else keepApart(input.name);
    }));
    dialog.addEventListener("click", (event) => {
      const way = event.target.closest("[data-crop]")?.dataset.crop;
      if (way === "cancel") dialog.close();
      if (way === "ask") {
        settle(true);
        dialog.close();
      }
      if (way === "whole") whole();
      if (way === "turn_left") quarter -= 1;
      if (way === "turn_right") quarter += 1;
      if (bitmap && ["whole", "turn_left", "turn_right"].includes(way)) draw();
    });
    dialog.addEventListener("close", () => settle(false));
  };
}
