// The runtime in the browser: starts the blocks of a page and gives them handler addresses.
// Classic script on purpose: blocks define their functions as globals, and run after this one.
"use strict";

(() => {
  const script = document.currentScript;
  const handlers = script.dataset.handlers;

  function elementOf(block) {
    return block.jquery ? block[0] : block.element || block;
  }

  function report(type, data) {
    const status = document.getElementById("campus-studio-status");
    if (!status) return;
    const say = (text, isError) => {
      status.textContent = text;
      status.hidden = !text;
      status.classList.toggle("campus-message-error", Boolean(isError));
    };
    if (type === "save" && data && data.state === "start") say(status.dataset.saving);
    if (type === "save" && data && data.state === "end") {
      say(status.dataset.saved);
      sessionStorage.setItem("campus-saved", location.pathname);
      location.reload();
    }
    if (type === "error" && data) say(data.message || data.title, true);
    if (type === "cancel") location.reload();
  }

  const runtime = {
    handlerUrl(block, handlerName, suffix, query) {
      const parts = [elementOf(block).dataset.usage, handlerName];
      if (suffix) parts.push(suffix);
      return handlers + parts.join("/") + (query ? `?${query}` : "");
    },
    children: (block) => elementOf(block).campusChildren || [],
    childMap(block, name) {
      return this.children(block).find((child) => child.name === name);
    },
    notify: report,
    refreshXBlock: () => location.reload(),
  };

  // Children are the nearest blocks below an element, however deep the markup between them.
  function childElements(element) {
    return [...element.querySelectorAll(".xblock")].filter((each) => {
      const parent = each.parentElement.closest(".xblock");
      return parent === element || (!parent && element === document.body) ||
        (parent && !element.contains(parent));
    });
  }

  function initialData(element) {
    const script = [...element.children].find((each) =>
      each.classList.contains("xblock_json_init_args"),
    );
    return script ? JSON.parse(script.textContent) : undefined;
  }

  function start(element) {
    element.campusChildren = childElements(element).map(start);
    const init = element.dataset.init;
    let block = {};
    if (init) {
      try {
        block = new window[init](runtime, element, initialData(element)) || {};
      } catch (error) {
        console.error(`${element.dataset.usage} could not be started:`, error);
      }
    }
    block.element = element;
    block.name = element.dataset.name;
    return block;
  }

  function csrfToken() {
    const found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    return found ? decodeURIComponent(found[1]) : "";
  }

  window.Logger = window.Logger || { log() {}, listen() {}, bind() {} };

  window.jQuery(($) => {
    $(document).on("ajaxSend", (_event, xhr, settings) => {
      if (!settings.crossDomain) xhr.setRequestHeader("X-CSRFToken", csrfToken());
    });
    // An answer posted by a block completes it on the server; the page shows it at once.
    $(document).on("ajaxSuccess", (_event, _xhr, settings) => {
      const found = /handler\/([^/]+)\/(drop_item|do_attempt)/.exec(settings.url);
      if (!found) return;
      const usage = decodeURIComponent(found[1]);
      const element = [...document.querySelectorAll(".xblock")].find(
        (each) => each.dataset.usage === usage,
      );
      if (element) element.dispatchEvent(new CustomEvent("campus:answered", { bubbles: true }));
    });
    document.body.campusChildren = childElements(document.body).map(start);

    const status = document.getElementById("campus-studio-status");
    if (status && sessionStorage.getItem("campus-saved") === location.pathname) {
      sessionStorage.removeItem("campus-saved");
      status.textContent = status.dataset.saved;
      status.hidden = false;
    }
  });
})();
