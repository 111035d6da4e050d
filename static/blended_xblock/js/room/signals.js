/**
 * A sound or a vibration when a code was read; both are off until somebody wants them.
 */

import { keep, kept } from "./memory.js";

const SOUNDS = { good: [[880, 0.12]], known: [[660, 0.08], [660, 0.08]], bad: [[220, 0.3]] };
const VIBRATIONS = { good: [80], known: [40, 60, 40], bad: [250] };

export class Signals {
  /** @type {AudioContext | null} */
  #audio = null;

  /** @param {HTMLElement} root holds a box to tick for each */
  constructor(root) {
    this.boxes = [...root.querySelectorAll("[data-choice]")];
    for (const box of this.boxes) {
      const name = box.dataset.choice;
      box.checked = kept(`scan-${name}`) === "on";
      box.addEventListener("change", () => {
        keep(`scan-${name}`, box.checked ? "on" : "");
        // Browsers let a page be heard after a press only, and this is one.
        if (box.checked) this.give("good");
      });
    }
    root.querySelector("[data-vibration]").hidden = !navigator.vibrate;
  }

  /** @param {"good" | "known" | "bad"} kind */
  give(kind) {
    if (this.#wants("vibration")) navigator.vibrate?.(VIBRATIONS[kind]);
    if (!this.#wants("sound") || !globalThis.AudioContext) return;
    this.#audio ||= new AudioContext();
    void this.#audio.resume();
    let at = this.#audio.currentTime;
    for (const [pitch, length] of SOUNDS[kind]) {
      const tone = this.#audio.createOscillator();
      const volume = this.#audio.createGain();
      tone.frequency.value = pitch;
      volume.gain.value = 0.2;
      tone.connect(volume).connect(this.#audio.destination);
      tone.start(at);
      tone.stop(at + length);
      at += length + 0.06;
    }
  }

  /** @param {string} name */
  #wants(name) {
    return this.boxes.some((box) => box.dataset.choice === name && box.checked);
  }
}
