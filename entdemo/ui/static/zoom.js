/* Zooming into pictures and moving them: wheel, pinch, drag, click and keys. */
{
  const { all } = entdemo;
  const MOST = 8;
  const STEP = 1.4;
  const NUDGE = 0.15;
  const STILL = 4;

  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

  const placeIn = (stage, event) => {
    const box = stage.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  };

  /** Let the pictures inside some stages follow one view: how large, and which point is in the
      middle. `tell` hears the scale. Gives what else moves the view. */
  entdemo.mountZoom = (stages, tell) => {
    const view = { scale: 1, x: 0.5, y: 0.5 };

    const paint = () => {
      view.scale = clamp(view.scale, 1, MOST);
      const margin = 0.5 / view.scale;
      view.x = clamp(view.x, margin, 1 - margin);
      view.y = clamp(view.y, margin, 1 - margin);
      const shift = (middle) => (0.5 - middle * view.scale) * 100;
      const move = `translate(${shift(view.x)}%, ${shift(view.y)}%) scale(${view.scale})`;
      stages.forEach((stage) => {
        stage.classList.toggle("zoomed", view.scale > 1);
        all("img", stage).forEach((image) => (image.style.transform = move));
      });
      tell(view.scale);
    };

    /** Grow so that the picture's point under the pointer stays there. `at` is 0 to 1 in a stage. */
    const zoom = (factor, at = { x: 0.5, y: 0.5 }) => {
      const before = view.scale;
      view.scale = clamp(before * factor, 1, MOST);
      const gain = 1 / before - 1 / view.scale;
      view.x += (at.x - 0.5) * gain;
      view.y += (at.y - 0.5) * gain;
      paint();
    };

    const fit = () => {
      Object.assign(view, { scale: 1, x: 0.5, y: 0.5 });
      paint();
    };

    const shiftBy = (x, y) => {
      view.x += x / view.scale;
      view.y += y / view.scale;
      paint();
    };

    /** One pointer drags, two pinch, and a click that does not move brings its point to the
        middle. */
    const mountPointers = (stage) => {
      const held = new Map();
      let moved = 0;
      const middle = () => {
        const [one, other = one] = held.values();
        return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2,
          apart: Math.hypot(one.x - other.x, one.y - other.y) };
      };
      stage.addEventListener("pointerdown", (event) => {
        stage.setPointerCapture(event.pointerId);
        moved = held.size ? STILL : 0;
        held.set(event.pointerId, placeIn(stage, event));
      });
      stage.addEventListener("pointermove", (event) => {
        if (!held.has(event.pointerId)) return;
        const before = middle();
        moved += Math.abs(event.movementX) + Math.abs(event.movementY);
        held.set(event.pointerId, placeIn(stage, event));
        const now = middle();
        if (before.apart && now.apart) zoom(now.apart / before.apart, now);
        shiftBy(before.x - now.x, before.y - now.y);
      });
      const release = (event) => {
        if (event.type === "pointerup" && held.size === 1 && moved < STILL) {
          const at = placeIn(stage, event);
          shiftBy(at.x - 0.5, at.y - 0.5);
        }
        held.delete(event.pointerId);
      };
      stage.addEventListener("pointerup", release);
      stage.addEventListener("pointercancel", release);
      stage.addEventListener("wheel", (event) => {
        event.preventDefault();
        zoom(STEP ** (-Math.sign(event.deltaY) / 2), placeIn(stage, event));
      }, { passive: false });
    };

    const ways = { in: () => zoom(STEP), out: () => zoom(1 / STEP), fit };
    const keys = {
      "+": ways.in,
      "=": ways.in,
      "-": ways.out,
      "0": fit,
      ArrowLeft: () => shiftBy(-NUDGE, 0),
      ArrowRight: () => shiftBy(NUDGE, 0),
      ArrowUp: () => shiftBy(0, -NUDGE),
      ArrowDown: () => shiftBy(0, NUDGE),
    };

    /** Whether a key was for the view. */
    const press = (event) => {
      if (!(event.key in keys) || event.ctrlKey || event.metaKey || event.altKey) return false;
      event.preventDefault();
      keys[event.key]();
      return true;
    };

    stages.forEach(mountPointers);
    return { ...ways, press };
  };
}
