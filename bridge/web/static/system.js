// System: asks every few seconds while somebody looks.

import { ask } from "./ask.js";

const EVERY_MS = 3000;

function fact([label, value]) {
  const line = document.createElement("div");
  line.append(
    Object.assign(document.createElement("dt"), { textContent: label }),
    Object.assign(document.createElement("dd"), { textContent: value }),
  );
  return line;
}

function show(status) {
  for (const place of document.querySelectorAll("[data-service]")) {
    const state = status[place.dataset.service];
    if (!state || !place.querySelector("[data-state]")) continue;
    place.dataset.mood = state.problem ? "bad" : "good";
    place.querySelector("[data-state]").textContent = state.problem ? "Problem" : "All right";
    place.querySelector("[data-problem]").textContent = state.problem ?? "";
    place.querySelector("[data-facts]").replaceChildren(...Object.entries(state.facts).map(fact));
  }
  document.querySelectorAll("[data-now]").forEach((place) => (place.textContent = status.now.slice(0, 19).replace("T", " ")));
  document.querySelectorAll("[data-count]").forEach((place) => (place.textContent = status[place.dataset.count]));
  const clock = document.querySelector("[data-clock]");
  if (!clock) return; // a page with some of these cards
  clock.textContent = status.clock_synchronised ? "Synchronised" : "Not synchronised: schedules may be wrong";
  clock.closest("section").dataset.mood = status.clock_synchronised ? "good" : "bad";
}

async function look() {
  try {
    if (!document.hidden) show(await ask("GET", "api/status"));
  } catch {
    // The banner of the stream says that the device is away.
  }
  setTimeout(look, EVERY_MS);
}
setTimeout(look, EVERY_MS);
