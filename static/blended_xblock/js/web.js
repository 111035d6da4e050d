/**
 * Starts the modules of a page of our own, where no XBlock runtime does it.
 */

for (const root of document.querySelectorAll(".blended[data-module]")) {
  if (root.dataset.started) continue;
  root.dataset.started = "true";
  import(root.dataset.module)
    .then((module) => module.default(root))
    .catch((error) => {
      console.error("A page of a blended unit could not be started:", error);
      const note = root.querySelector("[data-no-module]");
      if (note) note.hidden = false;
    });
}
