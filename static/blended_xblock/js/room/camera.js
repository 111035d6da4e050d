/**
 * The instructor's camera: reads codes while it runs, and says what is wrong where it cannot.
 */

import { makeDecoder } from "./decoder.js";

const PAUSE = 120;

/** Why there is no picture, by the browser's name for it. */
const PROBLEMS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "absent",
  OverconstrainedError: "absent",
  NotReadableError: "busy",
  AbortError: "busy",
};

export class Camera {
  /** @type {MediaStream | null} */
  #stream = null;
  #isBack = true;

  /**
   * @param {object} options
   * @param {HTMLVideoElement} options.video
   * @param {string} options.decoderUrl
   * @param {(text: string) => void} options.onRead again and again while a code is seen
   * @param {() => void} options.onChange it started or stopped
   * @param {(problem: string) => void} options.onProblem
   */
  constructor(options) {
    this.options = options;
    this.video = options.video;
  }

  get isOn() {
    return this.#stream !== null;
  }

  /** @returns {Promise<boolean>} whether there is another camera to turn to */
  async hasSeveral() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter(({ kind }) => kind === "videoinput").length > 1;
  }

  async start() {
    if (!navigator.mediaDevices?.getUserMedia) {
      this.options.onProblem("insecure");
      return;
    }
    const facingMode = { ideal: this.#isBack ? "environment" : "user" };
    let stream;
    try {
      const video = { facingMode, width: { ideal: 1280 }, height: { ideal: 720 } };
      stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
    } catch (error) {
      this.options.onProblem(PROBLEMS[error.name] || "busy");
      return;
    }
    this.#stream = stream;
    for (const track of stream.getTracks()) track.addEventListener("ended", () => this.stop());
    this.video.srcObject = stream;
    this.options.onChange();
    try {
      await this.video.play();
      await this.#read(stream, await makeDecoder(this.options.decoderUrl));
    } catch {
      if (stream !== this.#stream) return;
      this.stop();
      this.options.onProblem("undecoded");
    }
  }

  stop() {
    for (const track of this.#stream?.getTracks() || []) track.stop();
    this.#stream = null;
    this.video.srcObject = null;
    this.options.onChange();
  }

  async turn() {
    this.#isBack = !this.#isBack;
    this.stop();
    await this.start();
  }

  /** @param {MediaStream} stream @param {import("./decoder.js").Decode} decode */
  async #read(stream, decode) {
    while (stream === this.#stream) {
      if (!document.hidden && this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
        const text = await decode(this.video);
        if (text && stream === this.#stream) this.options.onRead(text);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}
