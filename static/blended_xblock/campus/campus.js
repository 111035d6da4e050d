// The campus's own pages: the menu of people, and what is done once it has been looked at.
"use strict";

(() => {
  const LOOKED_AT_AFTER_MS = 3000;

  function csrfToken() {
    const found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    return found ? decodeURIComponent(found[1]) : "";
  }

  function closeMenus(except) {
    for (const menu of document.querySelectorAll(".campus-menu[open]")) {
      if (menu !== except) menu.open = false;
    }
  }

  document.addEventListener("click", (event) => {
    closeMenus(event.target.closest(".campus-menu"));
  });

  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest(".campus-menu[open]");
    if (!menu) return;
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const stops = [...menu.querySelectorAll("summary, button, a")];
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = stops[stops.indexOf(document.activeElement) + step];
      if (next) {
        next.focus();
        event.preventDefault();
      }
    }
  });

  function showDone(leaf) {
    const done = leaf.querySelector("[data-done]");
    const notDone = leaf.querySelector("[data-not-done]");
    if (done) done.hidden = false;
    if (notDone) notDone.hidden = true;
  }

  async function report(leaf) {
    const response = await fetch(leaf.dataset.doneUrl, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: "{}",
      keepalive: true,
    });
    if (response.ok) showDone(leaf);
  }

  // A leaf counts as looked at once it, or a screenful of it, was in view for a moment.
  const waiting = new Map();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const leaf = entry.target;
        const isSeen =
          entry.intersectionRatio >= 0.5 ||
          entry.intersectionRect.height >= window.innerHeight * 0.5;
        if (!isSeen) {
          clearTimeout(waiting.get(leaf));
          waiting.delete(leaf);
        } else if (!waiting.has(leaf)) {
          waiting.set(
            leaf,
            setTimeout(() => {
              observer.unobserve(leaf);
              report(leaf).catch(() => {
                waiting.delete(leaf);
                observer.observe(leaf);
              });
            }, LOOKED_AT_AFTER_MS),
          );
        }
      }
    },
    { threshold: [0, 0.1, 0.25, 0.5, 0.75, 1] },
  );
  for (const leaf of document.querySelectorAll("[data-done-url]")) observer.observe(leaf);

  // Blocks that are done by answering say nothing to the page; the first answer settles it.
  window.addEventListener("campus:answered", (event) => {
    const leaf = event.target.closest && event.target.closest(".campus-leaf");
    if (leaf) showDone(leaf);
  });
})();
