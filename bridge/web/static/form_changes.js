// What a form would change, in words: beside Apply the settings with their values before and after,
// at each folded section how many of them are in it.

const MOST = 3; // lines of a phone that the bar may take
const before = new Map(); // each control's value on the device, in words

function words(control) {
  if (control.tagName === "SELECT") return control.selectedOptions[0]?.textContent ?? "";
  if (control.type === "checkbox") return control.checked ? "on" : "off";
  if (control.type === "password") return control.value ? "a new one" : removed(control) ? "removed" : "as it was";
  if ("value" in control) return control.value.trim() || "empty";
  const chosen = [...control.querySelectorAll("label:has(:checked)")];
  return chosen.map((label) => label.textContent).join(", ") || "none";
}

const removed = (control) => control.parentElement.querySelector("[data-remove-secret]:checked");

const title = (control) => control.closest(".field").querySelector("label, .label").textContent;

export function settle(control) {
  before.set(control, words(control));
}

function line(control) {
  const item = document.createElement("li");
  const name = Object.assign(document.createElement("b"), { textContent: title(control) });
  item.append(name, `: ${before.get(control)} → ${words(control)}`);
  return item;
}

export function show(form, changed) {
  const lines = changed.slice(0, MOST).map(line);
  const rest = changed.length - lines.length;
  if (rest) lines.push(Object.assign(document.createElement("li"), { textContent: `and ${rest} more` }));
  form.querySelector(".changes").replaceChildren(...lines);
  for (const section of form.querySelectorAll("details.rarer")) {
    const count = changed.filter((control) => section.contains(control)).length;
    section.querySelector(".count").textContent = count ? `${count} changed` : "";
  }
}
