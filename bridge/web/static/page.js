// On every page: the stream, which inputs are in alarm, the armed switch, and buttons that ask for one thing.

import { ask, say } from "./ask.js";
import { on, open } from "./stream.js";

const place = document.getElementById("alarms");
const { title } = document;
const alarms = new Map(); // names, by id

function note(inputs) {
  for (const { id, name, alarm } of inputs) {
    if (alarm) alarms.set(id, name);
    else alarms.delete(id);
  }
  const text = alarms.size ? `In alarm: ${[...alarms.values()].join(", ")}` : "";
  if (place.textContent !== text) place.textContent = text;
  document.title = alarms.size ? `Alarm! ${title}` : title;
}

const armedSwitch = document.getElementById("armed");
const disarmed = document.getElementById("disarmed");

function showArmed({ armed }) {
  armedSwitch.setAttribute("aria-checked", String(armed));
  armedSwitch.dataset.body = JSON.stringify({ armed: !armed });
  disarmed.hidden = armed;
}

function showConnections(all) {
  for (const place of document.querySelectorAll("[data-connection]")) {
    const { state, text } = all[place.dataset.connection];
    place.dataset.state = state;
    place.firstElementChild.textContent = text;
  }
}

on("hello", ({ inputs, armed, connections }) => {
  alarms.clear();
  note(inputs);
  showArmed({ armed });
  showConnections(connections);
});
on("connections", showConnections);
on("armed", showArmed);
on("input", (input) => note([input]));
on("settings", async () => {
  const { inputs } = await ask("GET", "api/state");
  const ids = new Set(inputs.map(({ id }) => id));
  note([...alarms.keys()].filter((id) => !ids.has(id)).map((id) => ({ id, alarm: false })));
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-post]");
  if (!button) return;
  const { post, do: what, body, done, confirm: question } = button.dataset;
  if (question && !confirm(question)) return;
  button.disabled = true;
  try {
    await ask("POST", post, body ? JSON.parse(body) : what ? { do: what } : {});
    if (done) say(done);
  } catch (refusal) {
    say(refusal.message, { bad: true });
  } finally {
    button.disabled = false;
    button.focus();
  }
});

// After the clicks that early.js has kept: each means what the page showed when it came.
document.addEventListener("DOMContentLoaded", open);
