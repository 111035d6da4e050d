/**
 * Finds a QR code in a picture: by the browser where it can, else by jsQR, fetched only then.
 */

/** @typedef {(video: HTMLVideoElement) => Promise<string>} Decode the text, "" where there is none */

// Large enough for a code that fills a third of the picture, small enough for an old laptop.
const WIDTH = 800;

/**
 * @param {string} url where jsQR is
 * @returns {Promise<Decode>}
 */
export async function makeDecoder(url) {
  return (await byBrowser()) || byLibrary(await load(url));
}

/** @returns {Promise<Decode | null>} */
async function byBrowser() {
  const { BarcodeDetector } = globalThis;
  try {
    const formats = (await BarcodeDetector?.getSupportedFormats()) || [];
    if (!formats.includes("qr_code")) return null;
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue || "";
  } catch {
    // Some browsers know the name and not the work.
    return null;
  }
}

/** @param {Function} jsQR @returns {Decode} */
function byLibrary(jsQR) {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const scale = Math.min(1, WIDTH / video.videoWidth);
    const width = Math.round(video.videoWidth * scale);
    const height = Math.round(video.videoHeight * scale);
    if (!width || !height) return "";
    canvas.width = width;
    canvas.height = height;
    context.drawImage(video, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    return jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data || "";
  };
}

/** @param {string} url @returns {Promise<Function>} */
function load(url) {
  if (globalThis.jsQR) return Promise.resolve(globalThis.jsQR);
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.addEventListener("load", () => resolve(globalThis.jsQR));
    script.addEventListener("error", () => {
      script.remove();
      reject(new Error("The decoder could not be fetched."));
    });
    document.head.append(script);
  });
}
