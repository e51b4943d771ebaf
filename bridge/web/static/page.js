// On every page: the stream, and buttons that ask for one thing.

import { ask, say } from "./ask.js";
import { open } from "./stream.js";

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

open();
