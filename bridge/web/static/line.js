// The fields of a line: those of another kind are fetched when it is chosen.

import { ask, say } from "./ask.js";

const form = document.querySelector("form[data-target]");
const kind = form?.querySelector('[data-kind="line_kind"]');
const fields = () => form.querySelector("[data-line]");

async function exchange() {
  const wanted = kind.value;
  if (fields().dataset.line === wanted) return;
  const button = form.querySelector("[type=submit]");
  button.disabled = true; // the fields that would be sent are still those of the other kind
  try {
    const address = new URL(location);
    address.searchParams.set("kind", wanted);
    const response = await fetch(address);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const others = page.querySelector("[data-line]");
    if (kind.value !== wanted) return; // chosen again meanwhile
    if (!others) throw new TypeError("no fields");
    fields().replaceWith(document.adoptNode(others));
    form.dispatchEvent(new Event("fields"));
  } catch {
    say("The device does not answer.", { bad: true });
  } finally {
    button.disabled = false;
  }
}

kind?.addEventListener("change", exchange);

// What the line's camera offers, filled into the lists of the fields.
function offer({ inputs, outputs }) {
  const lines = { inputs: [], relays: outputs.map(({ line }) => line.token), topics: [] };
  const events = new Set();
  for (const { line } of inputs) {
    if (line.token) lines.inputs.push(line.token);
    else if (line.event) events.add(line.event);
    else lines.topics.push(line.topic);
  }
  for (const list of form.querySelectorAll("[data-offered]")) {
    if (list.dataset.offered in lines) list.replaceChildren(...lines[list.dataset.offered].map((value) => new Option(value, value)));
  }
  const words = form.querySelector('[data-path="line.event"]');
  for (const option of words?.options ?? []) {
    if (events.has(option.value)) option.textContent = `${option.value.replaceAll("_", " ")} (the camera has it)`;
  }
  const counts = [[lines.inputs, "alarm input"], [[...events], "event"], [lines.topics, "other topic"], [lines.relays, "relay"]];
  return counts.map(([found, name]) => `${found.length} ${name}${found.length === 1 ? "" : "s"}`).join(", ");
}

form?.addEventListener("click", async ({ target: button }) => {
  if (!button.matches("[data-ask-camera]")) return;
  const camera = form.querySelector('[data-path="line.camera"]').value;
  const said = form.querySelector("[data-asked]");
  button.disabled = true;
  said.textContent = "Asking…";
  try {
    said.textContent = offer(await ask("POST", `api/cameras/${encodeURIComponent(camera)}/survey`));
  } catch (refusal) {
    said.textContent = refusal.message;
  } finally {
    button.disabled = false;
  }
});
