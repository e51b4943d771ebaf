// The whole set-up: away as a file, and in place of the present one.

import { inWords } from "./ask.js";

const token = () => document.querySelector('meta[name="csrf-token"]').content;

function begin(form) {
  form.querySelector(".fault").textContent = "";
  form.querySelector("[data-said]").textContent = "One moment …";
  form.querySelector("button").disabled = true;
}

function end(form, said, fault = "") {
  form.querySelector(".fault").textContent = fault;
  form.querySelector("[data-said]").textContent = said;
  form.querySelector("button").disabled = false;
}

async function answered(path, headers, body) {
  const response = await fetch(path, { method: "POST", headers: { "X-CSRF-Token": token(), ...headers }, body });
  if (response.status === 401) location.assign("login");
  if (response.ok) return response;
  const { error } = await response.json();
  throw new Error(error.map((fault) => (fault.path ? `${fault.path}: ` : "") + inWords(fault)).join("; "));
}

document.getElementById("export").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const phrase = document.getElementById("export-phrase");
  begin(form);
  try {
    const asked = phrase.value ? { pass_phrase: phrase.value } : {};
    const response = await answered("api/export", { "Content-Type": "application/json" }, JSON.stringify(asked));
    const link = document.createElement("a");
    link.download = response.headers.get("Content-Disposition").match(/filename="(.*)"/)[1];
    link.href = URL.createObjectURL(await response.blob());
    link.click();
    URL.revokeObjectURL(link.href);
    phrase.value = "";
    end(form, `${link.download} is with your browser.`);
  } catch (error) {
    end(form, "", error.message);
  }
});

document.getElementById("import").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const [file] = document.getElementById("archive").files;
  const phrase = document.getElementById("import-phrase");
  if (!file) return end(form, "", "Choose a file first.");
  if (!confirm(`Replace this whole set-up by ${file.name}?`)) return undefined;
  begin(form);
  try {
    const headers = { "Content-Type": "application/zip" };
    if (phrase.value) headers["X-Pass-Phrase"] = encodeURIComponent(phrase.value);
    const { missing } = await (await answered("api/import", headers, file)).json();
    phrase.value = "";
    const lacks = missing.length ? ` To be typed again: ${missing.join(", ")}.` : "";
    return end(form, `The set-up of the archive is in force.${lacks}`);
  } catch (error) {
    return end(form, "", error.message); // the settings may be in force, and only a sound is not
  }
});
