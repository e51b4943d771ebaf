// The live page: lamps, words and countdowns follow the device; the board's contacts can be clicked.

import { ask, say } from "./ask.js";
import { add } from "./log_rows.js";
import { on } from "./stream.js";

const JUST_NOW = 12;
let ahead_ms = 0; // the device's clock against this one
const list = document.querySelector("ol.log");

function show(kind, part) {
  const place = document.querySelector(`.part[data-kind="${kind}"][data-part="${part.id}"]`);
  if (!place) return;
  place.dataset.mood = part.mood;
  place.dataset.contact = part.contact;
  place.dataset.until = part.until ?? "";
  for (const word of place.querySelectorAll("[data-word]")) {
    const text = part.words[word.dataset.word] ?? "";
    if (word.textContent !== text) word.textContent = text;
  }
  const contact = place.querySelector("button.contact");
  contact?.setAttribute("aria-checked", String(part.contact === "connected"));
  countdown(place);
}

function countdown(place) {
  const left = place.querySelector("[data-left]");
  if (!left) return;
  const ms = place.dataset.until ? Date.parse(place.dataset.until) - (Date.now() + ahead_ms) : 0;
  const text = ms > 0 ? `(${Math.ceil(ms / 1000)} s more)` : "";
  if (left.textContent !== text) left.textContent = text;
}

on("hello", (state) => {
  ahead_ms = Date.parse(state.now) - Date.now();
  for (const part of state.inputs) show("input", part);
  for (const part of state.outputs) show("output", part);
});
on("input", (part) => show("input", part));
on("output", (part) => show("output", part));
if (list) on("journal", (entry) => add(list, entry, JUST_NOW));
if (list) on("settings", () => location.reload()); // names, order, and what there is

setInterval(() => document.querySelectorAll(".part[data-until]").forEach(countdown), 500);

document.addEventListener("click", async (event) => {
  const contact = event.target.closest("button[data-board]");
  if (!contact) return;
  const connected = contact.getAttribute("aria-checked") === "true";
  try {
    await ask("POST", `api/board/${contact.dataset.board}`, { do: connected ? "disconnect" : "connect" });
  } catch (refusal) {
    say(refusal.message, { bad: true });
  }
});
