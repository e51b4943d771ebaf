// Which input or output is shown; removing one.

import { ask, leave, say } from "./ask.js";

const choice = document.getElementById("channel");
choice?.addEventListener("change", () => choice.form.submit());

document.querySelector("[data-remove]")?.addEventListener("click", async (event) => {
  const { remove, name } = event.currentTarget.dataset;
  if (!confirm(`Remove ${name}, with all its settings?`)) return;
  try {
    await ask("DELETE", remove);
    leave();
  } catch (refusal) {
    say(refusal.message, { bad: true });
  }
});
