/**
 * Many sessions from a table, after a dry run that says what each row would do.
 */

const PATH = "design.sessions";
const MOST = 1_000_001;
const EFFECTS = ["new", "changed", "same", "bad"];

/** @param {import("../studio.js").Context} ctx @returns {HTMLElement} */
export function startCsv(ctx) {
  const part = ctx.part("csv");
  const find = (name) => part.querySelector(`[data-csv-${name}]`);
  const { store, say } = ctx;
  /** @type {{ sessions: any[], rows: any[] } | null} */
  let reading = null;
  let asked = 0;

  function refuse(text) {
    find("problem").textContent = text;
    find("problem").hidden = !text;
  }

  function forget() {
    reading = null;
    asked += 1;
    refuse("");
    find("summary").textContent = "";
    find("table").hidden = true;
    find("take").hidden = true;
  }

  async function check() {
    forget();
    if (!find("text").value.trim()) {
      refuse(say("csv-empty"));
      return;
    }
    find("check").disabled = true;
    const number = asked;
    try {
      const sessions = store.get(PATH) || [];
      const timezone = sessions.at(-1)?.timezone || ctx.info.author_zone || ctx.info.zones[0][0];
      // Of what is too long the server says so; all of it would not even reach it.
      const text = find("text").value.slice(0, MOST);
      const answer = await ctx.ask("read_sessions", { text, sessions, timezone });
      // Made from a table or from sessions that have changed meanwhile: it would undo that.
      if (number !== asked) return;
      reading = answer;
      show(reading);
    } catch (error) {
      refuse(error.message || say("network"));
    } finally {
      find("check").disabled = false;
    }
  }

  function show({ rows, notes }) {
    const counts = Object.fromEntries(
      EFFECTS.map((effect) => [effect, rows.filter((row) => row.effect === effect).length]),
    );
    find("summary").textContent = [say("csv-summary", counts), ...notes].join(" ");
    find("rows").replaceChildren(...rows.map(line));
    find("table").hidden = rows.length === 0;
    const count = counts.new + counts.changed;
    find("take").hidden = count === 0;
    find("take").textContent = say(counts.bad ? "csv-take-some" : "csv-take", { count, bad: counts.bad });
    find("take").dataset.count = String(count);
  }

  function line(row) {
    const item = document.createElement("tr");
    const effect = row.effect === "bad" ? row.problems.join(" ") : say(`csv-${row.effect}`);
    item.dataset.outcome = { bad: "shut", same: "waits", new: "open", changed: "later" }[row.effect];
    for (const text of [row.number, row.title, effect]) {
      const cell = document.createElement("td");
      cell.textContent = String(text);
      item.append(cell);
    }
    return item;
  }

  function take() {
    const before = structuredClone(store.get(PATH) || []);
    const { count } = find("take").dataset;
    store.set(PATH, reading.sessions, { structural: true });
    ctx.announce(say("csv-taken", { count }), () => store.set(PATH, before, { structural: true }));
    find("text").value = "";
    find("file").value = "";
    forget();
    find("text").focus();
  }

  async function download() {
    refuse("");
    try {
      const { text } = await ctx.ask("write_sessions", { sessions: store.get(PATH) || [] });
      // With the mark in front a spreadsheet reads the accents as they are.
      save(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }), "sessions.csv");
    } catch (error) {
      refuse(error.message || say("network"));
    }
  }

  find("file").addEventListener("change", async () => {
    const [file] = find("file").files;
    if (!file) return;
    forget();
    find("text").value = decode(await file.arrayBuffer());
    await check();
  });
  find("text").addEventListener("input", forget);
  store.watch(PATH, () => (reading || find("check").disabled) && forget());
  find("check").addEventListener("click", check);
  find("take").addEventListener("click", take);
  find("download").addEventListener("click", download);
  return part;
}

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/**
 * The text of a file, as spreadsheets write them: with a mark of its encoding, UTF-8, or the
 * encoding of Windows in the west of Europe.
 *
 * @param {ArrayBuffer} buffer
 */
export function decode(buffer) {
  const [one, two] = new Uint8Array(buffer);
  if (one === 0xff && two === 0xfe) return new TextDecoder("utf-16le").decode(buffer);
  if (one === 0xfe && two === 0xff) return new TextDecoder("utf-16be").decode(buffer);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(buffer);
  } catch {
    return new TextDecoder("windows-1252").decode(buffer);
  }
}
