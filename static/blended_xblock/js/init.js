// Starts a view's module. A classic script, for fragments know no modules; XBlock calls it by name.
// eslint-disable-next-line no-unused-vars
function BlendedUnit(runtime, element) {
  "use strict";

  const node = element[0] || element;
  const roots = node.matches(".blended[data-module]")
    ? [node]
    : node.querySelectorAll(".blended[data-module]");

  roots.forEach((root) => {
    // A host may start a block again after moving it about; its listeners are there already.
    if (root.dataset.started) return;
    root.dataset.started = "true";
    import(root.dataset.module)
      .then((module) => module.default(root, runtime))
      .catch((error) => {
        console.error("A page of a blended unit could not be started:", error);
        const note = root.querySelector("[data-no-module]");
        const loading = root.querySelector("[data-loading]");
        if (note) note.hidden = false;
        if (loading) loading.hidden = true;
      });
  });
}
