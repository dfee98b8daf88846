/* Who is turned away for asking too much is told so, wherever the page waits. */
{
  const SOON = 3000;
  const { fetch } = window;
  const { fail } = entdemo;
  let turnedAway = -Infinity;

  window.fetch = async (...request) => {
    const answer = await fetch(...request);
    if (answer.status === 429) turnedAway = performance.now();
    return answer;
  };

  entdemo.fail = (place, key) =>
    fail(place, performance.now() - turnedAway < SOON ? "ui.too_many" : key);
}
