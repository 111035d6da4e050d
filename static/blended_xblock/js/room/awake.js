/**
 * Keeps the screen on while this page is looked at, where the browser knows how.
 */

/** Ask for it now, and again each time the page comes back into view. */
export function keepAwake() {
  const ask = async () => {
    if (document.hidden || !navigator.wakeLock) return;
    try {
      await navigator.wakeLock.request("screen");
    } catch {
      // A low battery may refuse; then the device goes by its own settings.
    }
  };
  document.addEventListener("visibilitychange", () => void ask());
  void ask();
}
