// Set up: what comes from above the file cannot be changed here, a section is taken away, a test says how it ended.

import { ask, say } from "./ask.js";
import { on } from "./stream.js";

const form = document.querySelector("form[data-target]");

// A value of the environment, the command line or a secrets folder: the form says where it is from.
async function lock() {
  const { origins } = await ask("GET", "api/settings/origins");
  for (const field of form.querySelectorAll("[data-field]")) {
    const origin = origins[field.dataset.field] ?? origins[`${field.dataset.field}_file`];
    if (!origin) continue;
    for (const control of field.querySelectorAll("input, select")) control.disabled = true;
    const set = field.querySelector("[data-set]");
    if (set) set.textContent = "Set elsewhere";
    field.querySelector(".fault").textContent = `Comes from ${origin}: it is changed there.`;
  }
}
lock().catch((refusal) => say(refusal.message, { bad: true }));

// A test is of what is in force, not of what stands in the form.
const test = document.querySelector("button[data-post]:is([data-post^='api/actions'], [data-post='api/broker/test'])");
const outcome = document.querySelector("[data-outcome]");
form.addEventListener("input", () => {
  if (outcome) outcome.textContent = test ? "Apply first: Test tries what is in force." : "";
});
form.addEventListener("applied", ({ detail }) => {
  if (outcome) outcome.textContent = "";
  const added = document.querySelector("[type=submit].primary").textContent === "Add";
  if (added || "port" in (detail.web ?? {})) setTimeout(() => location.reload(), 500);
});
const kind = { email: "email", ftp: "ftp", record: "clip", audible: "audible" }[test?.dataset.post.split("/").pop()];
let asked = false;
test?.addEventListener("click", () => {
  asked = true;
  outcome.textContent = "";
});
on("journal", ({ kind: entry, words }) => {
  if (!asked || entry !== kind) return;
  asked = false;
  outcome.textContent = [words.what, words.notes].filter(Boolean).join(": ");
});

const removal = document.querySelector("[data-section]");
removal?.addEventListener("click", async () => {
  const place = document.querySelector("[data-removal-fault]");
  place.textContent = "";
  if (!confirm(`${removal.textContent}, with all its settings?`)) return;
  try {
    await ask("PATCH", "api/settings", { [removal.dataset.section]: null });
    location.reload();
  } catch (refusal) {
    place.textContent = refusal.message;
  }
});
