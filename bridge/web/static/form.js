// A form of settings: sends what was changed and nothing else, shows what is refused beside its field,
// and follows changes from elsewhere in the fields that nobody is editing.

import { ask, inWords, leave, say } from "./ask.js";
import { settle, show } from "./form_changes.js";
import { VALUES } from "./form_values.js";
import { on } from "./stream.js";

const form = document.querySelector("form[data-target]");
let controls = [...form.querySelectorAll("[data-path]")];
const said = form.querySelector(".said");
const general = form.querySelector("[data-fault]");
const { target, method, then } = form.dataset;
const isNew = then !== undefined; // what is not there yet is sent with all that is given

const number = (text) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text); // else refused by the device, with the reason
const boxes = (group) => [...group.querySelectorAll("input")];
const listed = (group) => boxes(group).filter((box) => box.checked).map((box) => box.value);
const tick = (group, values) => boxes(group).forEach((box) => (box.checked = (values ?? []).includes(box.value)));

function choose(select, value, name) {
  if (![...select.options].some((option) => option.value === value)) select.add(new Option(name ?? value, value));
  select.value = value;
}

// A secret is never shown: the device says whether one is set; "" is no change, null its removal.
const removal = (input) => input.parentElement.querySelector("[data-remove-secret]");

function typed(input) {
  return removal(input).checked ? null : input.value;
}

function showSecret(input, value) {
  removal(input).checked = value === null;
  input.value = typeof value === "string" ? value : "";
  if (value === null || typeof value === "string") return;
  input.parentElement.querySelector("[data-set]").textContent = value.set ? "Set" : "Not set";
  removal(input).parentElement.hidden = !value.set;
}

const KINDS = {
  ...VALUES,
  text: {
    get: (input) => (input.value.trim() === "" ? null : input.value.trim()),
    set: (input, value) => (input.tagName === "SELECT" ? choose(input, value ?? "") : (input.value = value ?? "")),
  },
  number: {
    get: (input) => (input.value.trim() === "" ? null : number(input.value.trim())),
    set: (input, value) => (input.value = value ?? ""),
  },
  json: {
    get: (select) => JSON.parse(select.value),
    set: (select, value) => choose(select, JSON.stringify(value)),
  },
  check: { get: (box) => box.checked, set: (box, value) => (box.checked = Boolean(value)) },
  schedule: {
    get: (select) => select.value,
    set: (select, value) => (typeof value === "string" ? choose(select, value) : choose(select, "(own)", "Its own")),
  },
  words: {
    get: (input) => (input.value.trim() === "" ? null : input.value.split(/[\s,;]+/).filter(Boolean)),
    set: (input, value) => (input.value = typeof value === "string" ? value : (value ?? []).join(", ")),
  },
  present: { get: (box) => (box.checked ? {} : null), set: (box, value) => (box.checked = value !== null) },
  secret: { get: typed, set: showSecret },
  members: { get: listed, set: tick },
  list: { get: listed, set: tick },
  broker_loss: {
    get: (input) => (input.value.trim() === "" ? "keep" : { stop_after_s: number(input.value.trim()) }),
    set: (input, value) => (input.value = typeof value === "object" ? value.stop_after_s : ""),
  },
};
const get = (control) => KINDS[control.dataset.kind].get(control);
const text = (value) => JSON.stringify(value);
const baseline = new Map();
const isChanged = (control) => text(get(control)) !== baseline.get(control);

// Everything that a control has now is what the device has.
function keep(control) {
  baseline.set(control, text(get(control)));
  settle(control);
}

function showChanges() {
  const changed = controls.filter(isChanged);
  show(form, changed);
  return changed.length;
}

controls.forEach(keep);
if (matchMedia("(max-width: 48rem)").matches) {
  form.querySelectorAll("details.rarer").forEach((section) => (section.open = false));
}

function at(values, path) {
  return path.split(".").reduce((value, key) => value?.[key] ?? null, values);
}

function put(patch, path, value) {
  const keys = path.split(".");
  const last = keys.pop();
  keys.reduce((place, key) => (place[key] ??= {}), patch)[last] = value;
}

function members(control) {
  const before = JSON.parse(baseline.get(control));
  return Object.fromEntries(
    boxes(control).filter((box) => box.checked !== before.includes(box.value)).map((box) => [box.value, box.checked]),
  );
}

// Parts that are one setting, such as the audible alarm, go as a whole or not at all.
function whole(group, patch) {
  const inside = [...group.querySelectorAll("[data-path]")];
  if (!inside.some(isChanged)) return;
  const needed = inside.find((control) => control.dataset.path === group.dataset.needs);
  if ((get(needed) ?? "").length === 0) put(patch, group.dataset.whole, null);
  else for (const control of inside.filter(isSent)) put(patch, control.dataset.path, get(control));
}

// All that is given goes of what is not in the file yet, what was changed of the rest.
const isFresh = (control) => isNew || control.closest("[data-fresh]");
const isSent = (control) => get(control) !== null || !(isFresh(control) || KINDS[control.dataset.kind].hidden);

// A line of another kind replaces the present one, and settings that it has no use for.
function line(patch) {
  const place = form.querySelector("[data-line][data-fresh]");
  if (!place) return;
  if ("unnamed" in place.dataset) {
    // Its kind is not written, and on the simulated board there is no line at all.
    if (patch.line) delete patch.line.kind;
    if (!isNew && Object.keys(patch.line ?? {}).length) patch.line.kind = null;
    else if (!isNew) patch.line = null;
    else if (!Object.keys(patch.line ?? {}).length) delete patch.line;
  } else put(patch, "line.kind", place.dataset.line);
  if (isNew) return;
  for (const key of place.dataset.clears?.split(" ") ?? []) patch[key] = null;
}

function changes() {
  const patch = {};
  const alone = controls.filter((one) => !one.closest("[data-whole]"));
  for (const control of alone.filter((one) => (isFresh(one) ? get(one) !== null : isChanged(one)))) {
    put(patch, control.dataset.path, control.dataset.kind === "members" ? members(control) : get(control));
  }
  form.querySelectorAll("[data-whole]").forEach((group) => whole(group, patch));
  // A section that is taken away takes along what was changed in it.
  const gone = ({ dataset, checked }) => dataset.kind === "present" && !checked;
  for (const control of controls.filter(gone).filter(isChanged)) put(patch, control.dataset.path, null);
  line(patch);
  return patch;
}

function clearFaults() {
  general.textContent = "";
  form.querySelectorAll(".field .fault").forEach((place) => (place.textContent = ""));
  form.querySelectorAll("[aria-invalid]").forEach((control) => control.removeAttribute("aria-invalid"));
}

function fieldOf(path) {
  const fields = [...form.querySelectorAll("[data-field]")];
  const within = (inner, outer) => inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
  return fields.find((one) => within(path, one.dataset.field)) ?? fields.find((one) => path && within(one.dataset.field, path));
}

function showFaults(faults) {
  const unplaced = [];
  let first = null;
  for (const fault of faults) {
    const field = fieldOf(fault.path);
    const reason = inWords(fault);
    if (!field) {
      unplaced.push(fault.path ? `${fault.path}: ${reason}` : reason);
      continue;
    }
    field.querySelector(".fault").textContent = reason[0].toUpperCase() + reason.slice(1);
    field.closest("details")?.setAttribute("open", "");
    const control = field.querySelector("input, select, textarea");
    control?.setAttribute("aria-invalid", "true");
    first ??= control;
  }
  general.textContent = unplaced.join("; ");
  said.textContent = "Refused: nothing was changed.";
  first?.focus();
}

function take(values) {
  for (const control of controls) {
    const { path, kind } = control.dataset;
    if (kind !== "check" && kind !== "json" && at(values, path) === null && control.closest("[data-whole]") && kind !== "list") continue;
    const [edited, mine, ticked] = [isChanged(control), get(control), kind === "members" ? members(control) : null];
    KINDS[kind].set(control, at(values, path) ?? (kind === "secret" ? { set: false } : null));
    keep(control);
    if (ticked) boxes(control).forEach((box) => (box.checked = ticked[box.value] ?? box.checked));
    else if (edited) restore(control, mine);
  }
  showChanges();
}

function restore(control, value) {
  KINDS[control.dataset.kind].set(control, value);
}

async function refresh() {
  try {
    take(await ask("GET", target));
  } catch (refusal) {
    if (refusal.status === 404) leave();
    else say(refusal.message, { bad: true });
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clearFaults();
  let patch = changes();
  if (Object.keys(patch).length === 0) {
    if (!form.dataset.adds) {
      const stays = form.dispatchEvent(new CustomEvent("unchanged", { cancelable: true }));
      if (stays) said.textContent = method === "POST" ? "Nothing is filled in yet." : "Nothing was changed.";
      return;
    }
    patch = { [form.dataset.adds]: {} }; // the device says what is missing
  }
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try {
    await ask(method, target, patch);
    controls.filter((one) => one.dataset.kind === "secret").forEach((one) => restore(one, "")); // it is with the device now
    controls.forEach(keep);
    if (isNew) {
      location.search = then + encodeURIComponent(patch.id);
      return;
    }
    form.querySelector("[data-fresh]")?.removeAttribute("data-fresh");
    said.textContent = "Applied.";
    form.dispatchEvent(new CustomEvent("applied", { bubbles: true, detail: patch }));
    if (method === "PATCH") await refresh();
  } catch (refusal) {
    if (refusal.faults) showFaults(refusal.faults);
    else throw refusal;
  } finally {
    button.disabled = false;
  }
});

form.addEventListener("reset", (event) => {
  event.preventDefault();
  clearFaults();
  controls.forEach((control) => restore(control, JSON.parse(baseline.get(control))));
  showChanges();
  said.textContent = "";
});

form.addEventListener("input", () => {
  const count = showChanges();
  const now = count ? `${count} ${count > 1 ? "changes" : "change"}, not applied yet.` : "";
  if (said.textContent !== now) said.textContent = now; // read out once, not with every letter
});

// What was typed and not applied is not lost by a click beside it.
window.addEventListener("beforeunload", (event) => {
  if (controls.some(isChanged)) event.preventDefault();
});

// Other fields took the place of some.
form.addEventListener("fields", () => {
  const known = new Set(controls);
  controls = [...form.querySelectorAll("[data-path]")];
  controls.filter((control) => !known.has(control)).forEach(keep);
  showChanges();
});

if (!isNew && method === "PATCH") on("settings", refresh);
