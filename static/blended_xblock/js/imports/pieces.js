/**
 * A file goes to the server piece by piece, so that a bad network loses a piece and never the file.
 */

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;
const CHUNK = 0x8000;

/** @param {number} attempt from 1 @returns {number} milliseconds before the next one */
export function waitAfter(attempt) {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1));
}

/** @param {Blob} blob @returns {Promise<string>} its bytes as base64 */
export async function base64Of(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(text);
}

/**
 * Send all pieces, one after the other; one that is lost is sent again until it arrives.
 *
 * @param {Blob} file
 * @param {object} options
 * @param {number} options.pieceBytes
 * @param {(number: number, data: string) => Promise<object>} options.send rejects where it failed
 * @param {(attempt: number, error: any) => Promise<void>} options.pause before one is sent again;
 *   rejects where that is useless
 * @param {(bytes: number) => void} options.onProgress
 * @returns {Promise<object>} the answer to the last piece
 */
export async function sendPieces(file, { pieceBytes, send, pause, onProgress }) {
  let answer = {};
  for (let number = 0; number * pieceBytes < file.size; number += 1) {
    const end = Math.min(file.size, (number + 1) * pieceBytes);
    const data = await base64Of(file.slice(number * pieceBytes, end));
    for (let attempt = 1; ; attempt += 1) {
      try {
        answer = await send(number, data);
        break;
      } catch (error) {
        await pause(attempt, error);
      }
    }
    onProgress(end);
  }
  return answer;
}
