/**
 * The learner's page works without scripts; this offers the join link once it may be shown.
 */

const JOIN_LEAD = 15 * 60_000;
const LONGEST_TIMER = 2 ** 31 - 1;

/** @param {HTMLElement} root */
export default function start(root) {
  const card = root.querySelector("[data-phase][data-start]");
  const note = card?.querySelector("[data-join-note]");
  const ready = card?.querySelector("[data-join-ready]");
  if (!note || !ready) return;

  const due = Date.parse(card.dataset.start) - JOIN_LEAD;
  const show = () => {
    if (Date.now() < due) return;
    note.hidden = true;
    ready.hidden = false;
  };
  const wait = due - Date.now();
  if (wait < LONGEST_TIMER) setTimeout(show, Math.max(0, wait));
  // A phone that slept through the moment has not run its timers.
  document.addEventListener("visibilitychange", show);
}
