/* The About tab: the example names this very app, and code is one click from the clipboard. */
{
  const { find, all, words } = entdemo;
  const SHOWN_MS = 2000;

  const select = (element) => getSelection().selectAllChildren(element);

  const copy = async (button) => {
    const lines = find("code", button.closest(".code"));
    const status = find("[role=status]", button.parentElement);
    // Some frames refuse the clipboard; the lines are then marked, ready to be copied by hand.
    select(lines);
    try { await navigator.clipboard.writeText(lines.textContent); } catch { return; }
    status.textContent = words("about.copied");
    setTimeout(() => { status.textContent = ""; }, SHOWN_MS);
  };

  entdemo.nameServer = () => {
    const here = new URL(".", location.href).href;
    all("#panel-about code").forEach((code) => {
      code.textContent = code.textContent.replace(/Client\("[^"]*"\)/, `Client("${here}")`);
    });
  };

  /** `renew` describes the weights anew: others may serve than when the page was built. */
  entdemo.mountAbout = (element, renew) => {
    entdemo.nameServer();
    renew?.();
    entdemo.renewAbout = renew;
    element.addEventListener("click", (event) => {
      const button = event.target.closest("[data-copy]");
      if (button) copy(button);
    });
  };
}
