// The log: alarms as cards and single entries as they happen, if they fit what is looked for.
// A card is made by the device alone; here it is only asked for again when an entry of its alarm has come.

import { most, row } from "./log_rows.js";
import { on } from "./stream.js";

const list = document.querySelector("ol.log");
const follow = document.getElementById("follow"); // not there around an entry that was looked up
const showNew = document.getElementById("show-new");
const nothing = document.getElementById("nothing");
const query = new URLSearchParams(location.search);
const wanted = { kind: query.get("kind") ?? "", part: query.get("part") ?? "", text: (query.get("text") ?? "").toLowerCase() };
const SOON_MS = 150; // an alarm begins with several entries
let waiting = [];
const asked = new Map(); // whether a card is to be asked for once more, by the number of its first entry
const failed = new Set();

function fits({ kind, input, output, words }) {
  return (
    (!wanted.kind || wanted.kind === kind) &&
    (!wanted.part || [input, output].includes(wanted.part)) &&
    `${words.time} ${words.what} ${words.who} ${words.notes}`.toLowerCase().includes(wanted.text)
  );
}

const isOfAlarm = (entry) => entry.incident !== null && !wanted.kind;
const cardOf = (seq, alarm) =>
  list.querySelector(`:scope > .incident[data-seq="${seq}"]`) ??
  (alarm ? list.querySelector(`:scope > .incident[data-alarm="${CSS.escape(alarm)}"]`) : null);

function heading(day) {
  const date = new Date(`${day}T00:00:00Z`);
  const part = (options) => date.toLocaleDateString("en-GB", { timeZone: "UTC", ...options });
  const title = Object.assign(document.createElement("h3"), {
    textContent: `${part({ weekday: "long" })} ${date.getUTCDate()} ${part({ month: "long" })} ${date.getUTCFullYear()}`,
  });
  const item = Object.assign(document.createElement("li"), { className: "day" });
  item.append(title);
  return item;
}

// A heading wherever the day changes, and nowhere else.
function days() {
  list.querySelectorAll(":scope > .day").forEach((item) => item.remove());
  let shown = "";
  for (const item of [...list.children]) {
    if (item.dataset.day !== shown) item.before(heading(item.dataset.day));
    shown = item.dataset.day;
  }
}

// Newest first, by the number of the first entry.
function put(item) {
  const seq = Number(item.dataset.seq);
  const below = [...list.children].find((one) => Number(one.dataset.seq) < seq);
  list.insertBefore(item, below ?? null);
  most(list);
  days();
  nothing.hidden = true;
}

// What is unfolded stays so, and whoever is in the card with the keyboard stays there.
function swap(old, fresh) {
  fresh.querySelector("details").open = old.querySelector("details").open;
  const [before, after] = [old.querySelector("img"), fresh.querySelector("img")];
  const focus = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") ?? "" : null;
  if (before && after && before.getAttribute("src") === after.getAttribute("src")) after.replaceWith(before);
  old.replaceWith(fresh);
  if (focus !== null) fresh.querySelector(focus ? `[href="${CSS.escape(focus)}"]` : "summary")?.focus();
}

async function refresh(seq) {
  if (asked.has(seq)) {
    asked.set(seq, true);
    return;
  }
  asked.set(seq, false);
  await new Promise((done) => setTimeout(done, SOON_MS));
  asked.set(seq, false);
  try {
    const answer = await fetch(`incident?${new URLSearchParams({ of: seq, part: wanted.part, text: wanted.text })}`);
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("li.incident");
    const old = found && cardOf(seq, found.dataset.alarm);
    if (old) swap(old, found);
    else if (found) put(found);
  } catch {
    failed.add(seq); // the banner says that the device is away
  }
  const again = asked.get(seq);
  asked.delete(seq);
  if (again) refresh(seq);
}

function show() {
  for (const entry of waiting) {
    if (isOfAlarm(entry)) refresh(entry.incident);
    else if (!list.querySelector(`[data-seq="${entry.seq}"]`)) put(row(entry, { short: true }));
  }
  waiting = [];
  showNew.hidden = true;
}

on("journal", (entry) => {
  if (!follow || !(fits(entry) || (isOfAlarm(entry) && cardOf(entry.incident)))) return;
  waiting = [...waiting.slice(-1999), entry];
  if (follow.checked) show();
  else {
    showNew.hidden = false;
    showNew.textContent = `Show ${waiting.length} new`;
  }
});
on("hello", () => {
  [...failed].forEach(refresh);
  failed.clear();
});
on("gap", () => follow && location.reload());
follow?.addEventListener("change", () => follow.checked && show());
showNew.addEventListener("click", show);
for (const choice of document.querySelectorAll(".filter select")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}
document.getElementById("looked-up")?.scrollIntoView({ block: "center" });
