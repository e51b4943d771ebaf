// Pictures and clips: playing, deleting, sounds coming and going.

import { ask, say } from "./ask.js";
import { on } from "./stream.js";

const player = document.getElementById("player");
const LARGEST = 8 * 2 ** 20; // the device says the same

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  const { play, delete: address, sound } = button?.dataset ?? {};
  try {
    if (play) {
      player.hidden = false;
      player.src = play;
      player.scrollIntoView({ block: "nearest" });
      await player.play();
    } else if (sound) {
      await ask("POST", "api/actions/audible", { clip: sound });
      say("Playing");
    } else if (address && confirm(`${button.getAttribute("aria-label")}?`)) {
      await ask("DELETE", address);
      button.closest("li").remove();
      say("Deleted");
    }
  } catch (refusal) {
    if (refusal.name !== "AbortError") say(refusal.message, { bad: true });
  }
});

const upload = document.getElementById("upload");
upload?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const fault = document.getElementById("file-fault");
  const [file] = document.getElementById("file").files;
  fault.textContent = "";
  try {
    if (!file) throw new Error("Choose a file first.");
    if (file.size > LARGEST) throw new Error("It is larger than 8 MiB.");
    await ask("PUT", `api/sounds/${encodeURIComponent(file.name)}`, file, "audio/wav");
    location.reload();
  } catch (refusal) {
    fault.textContent = refusal.faults?.[0]?.message ?? refusal.message;
  }
});

// Nobody's clip is stopped, and nobody's chosen file lost, for something new to be seen.
function anew() {
  const watching = player && !player.hidden && !player.ended;
  if (!watching && !document.getElementById("file")?.files.length) location.reload();
}
on("pictures", anew);
on("journal", (entry) => entry.kind === "clip" && anew());
