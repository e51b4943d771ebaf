// The schedule's page: grid, days to the minute and special days show one schedule; Apply sends what changed.

import { ask, say } from "./ask.js";
import { Grid } from "./schedule_grid.js";
import { DAY, clock, merged, minutes, patch, read, whole, without } from "./schedule_model.js";
import { on } from "./stream.js";

const choice = document.getElementById("of");
choice?.addEventListener("change", () => choice.form.submit());

const adding = document.getElementById("add-schedule");
adding.addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = new FormData(adding).get("id").trim();
  const fault = document.getElementById("new-fault");
  fault.textContent = "";
  try {
    if ([...(choice?.options ?? [])].some((option) => option.value === name)) throw new Error("There is one of that name.");
    await ask("PATCH", "api/settings", { schedules: { [name]: "never" } });
    location.search = `?of=${encodeURIComponent(name)}`;
  } catch (refusal) {
    fault.textContent = refusal.message;
    adding.querySelector("input").focus();
  }
});

const editor = document.getElementById("editor");
if (editor) edit();

function edit() {
  const { target, borrowed } = editor.dataset;
  const place = editor.dataset.patch.split(".");
  const said = editor.querySelector(".said");
  const fault = document.getElementById("schedule-fault");
  const daySelect = document.getElementById("day");
  const periods = document.getElementById("periods");
  const specials = document.getElementById("specials");
  let before = read(JSON.parse(editor.dataset.written));
  let now = structuredClone(before);

  const grid = new Grid(editor.querySelector("[role=grid]"), {
    paint: ([first, last], from, to, open) => {
      for (let day = first; day <= last; day += 1) {
        const rest = without(now.week[day], from, to);
        now.week[day] = open ? merged([...rest, [from, to]]) : rest;
      }
      changed();
    },
    look: (day) => {
      if (daySelect.value === String(day)) return;
      daySelect.value = String(day);
      showDay();
    },
    say: (text) => (document.getElementById("cell").textContent = text),
  });

  const day = () => Number(daySelect.value);

  function changed() {
    grid.show(now.week);
    showDay();
    said.textContent = patch(before, now) ? "Changed, not applied yet." : "";
  }

  function button(text, label, act) {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: text, className: "quiet" });
    made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    return made;
  }

  function field(label, value, { type = "text", width = 5 } = {}) {
    const made = Object.assign(document.createElement("input"), { type, value, size: width });
    made.setAttribute("aria-label", label);
    return made;
  }

  // Rows stay where they are for as long as their number does: whoever is in one, or about to click
  // in one, keeps it.
  function showDay() {
    const name = daySelect.selectedOptions[0].textContent;
    const rows = [...periods.querySelectorAll("li[data-day]")];
    if (rows.length > 0 && rows.length === now.week[day()].length && rows[0].dataset.day === daySelect.value) {
      rows.forEach((row, nth) => {
        [...row.querySelectorAll("input")].forEach((input, end) => (input.value = clock(now.week[day()][nth][end])));
      });
      return;
    }
    periods.replaceChildren(
      ...now.week[day()].map(([start, end], nth) => {
        const from = field(`${name}, period ${nth + 1}, from`, clock(start));
        const to = field(`${name}, period ${nth + 1}, to`, clock(end));
        const line = document.createElement("li");
        line.dataset.day = daySelect.value;
        // Only a whole period is taken: while its start is beyond its old end it is not over midnight yet.
        line.addEventListener("focusout", (event) => line.contains(event.relatedTarget) || takeTimes(nth, from, to));
        line.addEventListener("keydown", (event) => event.key === "Enter" && takeTimes(nth, from, to));
        line.append(from, " – ", to, " ", button("Remove", `Remove period ${nth + 1} of ${name}`, () => {
          now.week[day()].splice(nth, 1);
          changed();
        }));
        return line;
      }),
    );
    if (!periods.children.length) periods.append(Object.assign(document.createElement("li"), { textContent: "Closed all day.", className: "note" }));
  }

  // An end before the start is in the next morning, as in the file.
  function takeTimes(nth, from, to) {
    const [start, end] = [minutes(from.value), minutes(to.value)];
    const wrong = [[from, start === null || start === DAY], [to, end === null || end === start]];
    for (const [input, is] of wrong) input.setAttribute("aria-invalid", String(is));
    fault.textContent = wrong.some(([, is]) => is) ? "That is no period such as 06:30 – 18:00." : "";
    if (fault.textContent || String(now.week[day()][nth]) === String([start, end])) return;
    const today = day();
    const others = now.week[today].filter((_, each) => each !== nth);
    now.week[today] = merged([...others, [start, end > start ? end : DAY]]);
    if (end < start) {
      const next = (today + 1) % 7;
      now.week[next] = merged([...now.week[next], [0, end]]);
    }
    changed();
  }

  function showSpecials() {
    specials.replaceChildren(
      ...Object.entries(now.special).map(([key, list]) => {
        const [first, last = first] = key.split("..");
        const from = field("Special day, first date", first, { type: "date" });
        const to = field("Special day, last date", last, { type: "date" });
        const times = field("Periods of the special day, such as 22:00-06:00, 12:00-13:00", list.join(", "), { width: 22 });
        times.placeholder = "closed";
        const take = () => takeSpecial(key, from.value, to.value, times.value);
        for (const input of [from, to, times]) input.addEventListener("change", take);
        const line = document.createElement("li");
        line.append(from, " – ", to, " ", times, " ", button("Remove", `Remove the special day ${first}`, () => {
          delete now.special[key];
          showSpecials();
          changed();
        }));
        return line;
      }),
    );
  }

  function takeSpecial(key, first, last, times) {
    const fresh = last && last !== first ? `${first}..${last}` : first;
    const list = times.split(",").map((each) => each.trim()).filter(Boolean);
    now.special = Object.fromEntries(
      Object.entries(now.special).map(([each, value]) => (each === key ? [fresh, list] : [each, value])),
    );
    if (fresh !== key) showSpecials();
    changed();
  }

  function show() {
    grid.show(now.week);
    showDay();
    showSpecials();
  }

  const at = (values) => place.reduce((value, key) => value?.[key], values);

  document.getElementById("add-period").addEventListener("click", () => {
    const last = now.week[day()].at(-1)?.[1] ?? 480;
    if (last >= DAY) fault.textContent = "The day is open until its end: make a period shorter first.";
    else now.week[day()] = merged([...now.week[day()], [Math.min(last + 1, DAY - 1), Math.min(last + 61, DAY)]]);
    changed();
    periods.lastElementChild?.querySelector("input")?.focus();
  });
  document.getElementById("copy").addEventListener("click", () => {
    for (const other of document.getElementById("copy-to").value.split(",").map(Number)) {
      now.week[other] = structuredClone(now.week[day()]);
    }
    changed();
  });
  document.getElementById("add-special").addEventListener("click", () => {
    const today = new Date();
    today.setMinutes(today.getMinutes() - today.getTimezoneOffset());
    let date = today.toISOString().slice(0, 10);
    while (now.special[date]) date = new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);
    now.special[date] = [];
    showSpecials();
    changed();
    specials.lastElementChild.querySelector("input").focus();
  });
  daySelect.addEventListener("change", showDay);
  document.getElementById("undo").addEventListener("click", () => {
    now = structuredClone(before);
    fault.textContent = "";
    show();
    said.textContent = "";
  });
  document.getElementById("apply").addEventListener("click", async () => {
    fault.textContent = "";
    const change = borrowed === undefined ? patch(before, now) : whole(now);
    if (change === null) {
      said.textContent = "Nothing was changed.";
      return;
    }
    try {
      await ask("PATCH", target, place.reduceRight((inside, key) => ({ [key]: inside }), change));
      said.textContent = "Applied.";
      if (borrowed !== undefined) location.reload();
      await refresh();
    } catch (refusal) {
      fault.textContent = refusal.message;
      said.textContent = "Refused: nothing was changed.";
    }
  });
  document.getElementById("delete")?.addEventListener("click", async () => {
    if (!confirm(`Delete the schedule ${place.at(-1)}?`)) return;
    try {
      await ask("PATCH", target, place.reduceRight((inside, key) => ({ [key]: inside }), null));
      now = before;
      location.search = "";
    } catch (refusal) {
      fault.textContent = refusal.message;
    }
  });

  const isEdited = () => patch(before, now) !== null && said.textContent !== "Applied.";
  // What was painted and not applied is not lost by a click beside it.
  window.addEventListener("beforeunload", (event) => {
    if (isEdited()) event.preventDefault();
  });

  // What somebody else changed is shown, unless something is being edited here.
  async function refresh() {
    const fresh = at(await ask("GET", target));
    if (fresh === undefined) location.search = "";
    else if (typeof fresh === "string" && fresh !== "always" && fresh !== "never") return;
    else {
      const edited = isEdited();
      before = read(fresh);
      if (!edited) {
        now = structuredClone(before);
        show();
      }
    }
  }
  on("settings", () => refresh().catch((refusal) => say(refusal.message, { bad: true })));
  show();
}
