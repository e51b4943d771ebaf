// The log: new entries as they happen, if they fit what is looked for.

import { add } from "./log_rows.js";
import { on } from "./stream.js";

const list = document.querySelector("ol.log");
const follow = document.getElementById("follow");
const showNew = document.getElementById("show-new");
const nothing = document.getElementById("nothing");
const query = new URLSearchParams(location.search);
const wanted = { kind: query.get("kind") ?? "", part: query.get("part") ?? "", text: (query.get("text") ?? "").toLowerCase() };
let waiting = [];

function fits({ kind, input, output, words }) {
  return (
    (!wanted.kind || wanted.kind === kind) &&
    (!wanted.part || [input, output].includes(wanted.part)) &&
    `${words.time} ${words.what} ${words.who} ${words.notes}`.toLowerCase().includes(wanted.text)
  );
}

function show() {
  waiting.forEach((entry) => add(list, entry));
  waiting = [];
  showNew.hidden = true;
  nothing.hidden = list.children.length > 0;
}

on("journal", (entry) => {
  if (!fits(entry)) return;
  waiting = [...waiting.slice(-1999), entry];
  if (follow.checked) show();
  else {
    showNew.hidden = false;
    showNew.textContent = `Show ${waiting.length} new`;
  }
});
on("gap", () => location.reload());
follow.addEventListener("change", () => follow.checked && show());
showNew.addEventListener("click", show);
for (const choice of document.querySelectorAll(".filter select")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}
