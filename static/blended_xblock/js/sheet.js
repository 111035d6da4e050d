/**
 * The sign-in sheet: prints itself, and is drawn anew as soon as a choice is made.
 */

/** @param {HTMLElement} root */
export default function start(root) {
  const print = root.querySelector("[data-print]");
  print.hidden = false;
  print.addEventListener("click", () => window.print());
  const status = root.querySelector('[name="status"]');
  status.addEventListener("change", () => status.form.requestSubmit());
  // Pressed before now, it stands for what is not shown yet.
  if (status.checked !== status.defaultChecked) status.form.requestSubmit();
}
