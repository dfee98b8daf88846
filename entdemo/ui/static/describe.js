/* The Describe tab. */
{
  const { find, wait } = entdemo;

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
}
