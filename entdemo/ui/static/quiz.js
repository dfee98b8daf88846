/* The Quiz tab: by keyboard, mouse or touch. */
{
  const { find, all, wait } = entdemo;
  const root = document.documentElement;

  /** A new view begins at its heading. */
  entdemo.arrivals.quiz = () => {
    if (find("#quiz-message .alert")) return;
    const heading = find("#quiz-answer h2");
    heading?.focus({ preventScroll: true });
    const top = heading?.getBoundingClientRect().top ?? 0;
    if (top < 0 || top > window.innerHeight / 2) heading?.scrollIntoView({ block: "start" });
  };

  const answerOf = (form) => {
    const given = new FormData(form);
    const chosen = find("[data-key]:checked", form);
    return {
      class: given.get("class"),
      finding: chosen && given.get(`finding-${chosen.dataset.region}`),
    };
  };

  const choose = (option) => {
    option.checked = true;
    option.dispatchEvent(new Event("change", { bubbles: true }));
    option.focus();
  };

  entdemo.mountQuiz = (asks) => {
    const send = (name, data = {}) => {
      if (root.dataset.waiting) return;
      wait("quiz");
      asks[name](data);
    };

    /** Ask for cases that were put together elsewhere. */
    entdemo.quizOf = (cases) => {
      entdemo.selectTab("quiz");
      send("begin", { cases });
    };

    document.addEventListener("submit", (event) => {
      const form = event.target.closest("form[data-quiz]");
      if (!form) return;
      event.preventDefault();
      const name = form.dataset.quiz;
      send(name, name === "answer" ? answerOf(form) : Object.fromEntries(new FormData(form)));
    });

    document.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-quiz]");
      if (button) send(button.dataset.quiz);
    });

    document.addEventListener("change", (event) => {
      if (!event.target.matches("#panel-quiz [data-key]")) return;
      all("#panel-quiz [data-findings]").forEach((list) => {
        list.hidden = list.dataset.findings !== event.target.dataset.region;
      });
    });

    // Single keys count only while the focus is inside the quiz.
    document.addEventListener("keydown", (event) => {
      if (!event.target.closest?.("#panel-quiz") || event.ctrlKey || event.altKey || event.metaKey
        || event.repeat) return;
      if (event.key === "Enter" && !event.target.closest("button, a")) {
        event.preventDefault();
        find("#quiz-answer form")?.requestSubmit();
      } else if (/^[1-7]$/.test(event.key)) {
        const option = find(`#quiz-answer [data-key="${event.key}"]`);
        if (option) choose(option);
      }
    });
  };
}
