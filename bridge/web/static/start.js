// The guided start: a new terminal's id follows its name, its output is linked, and a step leads to the next.

import { ask, say } from "./ask.js";

const form = document.querySelector("form[data-target]");
const next = document.querySelector(".buttons a[href^='start?step=']")?.href;
const field = (path) => form?.querySelector(`[data-path="${path}"]`);

const [name, id] = [field("name"), field("id")];
let isOwn = false; // an id that a person has typed stays
id?.addEventListener("input", () => (isOwn = true));
name?.addEventListener("input", () => {
  if (isOwn) return;
  const plain = name.value.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").replace(/ß/g, "ss").toLowerCase();
  id.value = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 32);
});

form?.addEventListener("unchanged", (event) => {
  if (id) return; // there is nothing to add
  event.preventDefault();
  if (next && !field("mqtt.host")) location.assign(next);
});

form?.addEventListener("applied", async ({ detail }) => {
  const cause = document.querySelector("[data-cause]")?.dataset.cause;
  try {
    if (cause) await ask("PATCH", `api/inputs/${cause}/settings`, { linkage: { outputs: { [detail.id]: true } } });
  } catch (refusal) {
    say(refusal.message, { bad: true });
    return;
  }
  // The broker's state and its test are on this very page; another password of the page asks for it at the next.
  if (field("mqtt.host")) return;
  setTimeout(() => location.assign(next), detail.web ? 1500 : 0);
});
