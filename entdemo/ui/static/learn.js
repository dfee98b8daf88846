/* Learning from own cases. */
{
  const { find, wait } = entdemo;

  let ways;

  const place = () => find("#learn-ways").closest(".tab-panel");

  const ask = (way) => {
    if (way === "cancel") return ways.cancel();
    wait("learn");
    ways[way]();
  };

  entdemo.arrivals.learn = () => {
    const now = find("#learn-status template");
    if (now) find(".running").innerHTML = now.innerHTML;
    if (find("#learn-answer .edit-done")) entdemo.renewAbout();
  };

  entdemo.mountLearn = (element, asks) => {
    ways = asks;
    place().addEventListener("click", (event) => {
      const button = event.target.closest("[data-learn], [data-view=learn]");
      if (button && !button.disabled) ask(button.dataset.learn ?? "survey");
    });
  };
}
