// Which input or output is shown; adding and removing one.

import { ask, say } from "./ask.js";

const choice = document.getElementById("channel");
choice?.addEventListener("change", () => choice.form.submit());

const adding = document.querySelector("form[data-add]");
adding?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const kind = adding.dataset.add;
  const given = new FormData(adding);
  const part = { id: given.get("id").trim() };
  if (given.has("chip")) {
    const offset = given.get("offset").trim();
    part.line = { chip: given.get("chip").trim(), offset: /^\d+$/.test(offset) ? Number(offset) : offset };
  }
  try {
    await ask("POST", `api/${kind}s`, part);
    location.search = `?${kind}=${encodeURIComponent(part.id)}`;
  } catch (refusal) {
    document.getElementById("new-fault").textContent = refusal.message;
    adding.querySelector("input").focus();
  }
});

document.querySelector("[data-remove]")?.addEventListener("click", async (event) => {
  const { remove, name } = event.currentTarget.dataset;
  if (!confirm(`Remove ${name}, with all its settings?`)) return;
  try {
    await ask("DELETE", remove);
    location.search = "";
  } catch (refusal) {
    say(refusal.message, { bad: true });
  }
});
