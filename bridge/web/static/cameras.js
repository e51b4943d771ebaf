// Cameras: a picture to try one, those of the network, and taking one over with its inputs and outputs.

import { ask, inWords, say } from "./ask.js";

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

const words = (refusal) => (refusal.faults ?? []).map(inWords).join("; ") || refusal.message;

// A picture to try a camera

document.addEventListener("click", async ({ target: button }) => {
  const camera = button.dataset?.try;
  if (camera === undefined) return;
  const within = button.closest("li, section");
  const [fault, image] = [within.querySelector("[data-tried]"), within.querySelector("[data-picture]")];
  button.disabled = true;
  fault.textContent = "";
  try {
    const path = `api/cameras/${encodeURIComponent(camera)}/picture`;
    await ask("POST", path);
    image.src = `${path}?at=${Date.now()}`;
    image.hidden = false;
    say("The camera gave a picture");
  } catch (refusal) {
    fault.textContent = words(refusal);
  } finally {
    button.disabled = false;
  }
});

// Cameras of the network

const form = document.getElementById("find");
const said = document.getElementById("found-said");
const list = document.getElementById("found");
const given = (name) => form.elements[name].value;

const card = (title, place) => element("section", { className: "found" }, element("h3", { textContent: title }), place);

async function look({ address, name, known_as }, place) {
  const note = element("p", { className: "note", textContent: "Asking…" });
  place.replaceChildren(note);
  note.setAttribute("role", "status");
  try {
    const login = known_as ? {} : { username: given("username"), password: given("password") };
    place.replaceChildren(offered(await ask("POST", "api/found-cameras/survey", { address, ...login })));
  } catch (refusal) {
    note.textContent = `${words(refusal)}. `;
    if (refusal.faults?.some(({ path }) => path === "username")) note.append("Fill in user name and password above. ");
    const again = element("button", { type: "button", textContent: "Ask again" });
    again.setAttribute("aria-label", `Ask ${name || address} again`);
    again.addEventListener("click", () => look({ address, name, known_as }, place));
    note.append(again);
  }
}

function show(found) {
  list.replaceChildren(
    ...found.map((camera) => {
      const place = element("div", {});
      const known = camera.known_as ? `, ${camera.known_as} in the settings` : "";
      const host = new URL(camera.address).host;
      queueMicrotask(() => look(camera, place));
      return card(`${camera.name || "A camera"} at ${host}${known}`, place);
    }),
  );
}

const MEANS = (line) => line.event?.replaceAll("_", " ") ?? line.topic ?? line.token;
const KINDS = { onvif_input: "alarm input", onvif_event: "event", onvif_relay: "relay" };

const LONGEST_NAME = 64;

// The name for people that a terminal begins with: "Motion (gate)", "Alarm input AlarmIn_1 (gate)".
function named(line, camera) {
  const what = line.event ? MEANS(line) : `${KINDS[line.kind]} ${MEANS(line)}`;
  const place = ` (${camera})`;
  return (what[0].toUpperCase() + what.slice(1)).slice(0, LONGEST_NAME - place.length) + place;
}

function choice(terminal) {
  const box = element("input", { type: "checkbox", checked: terminal.is_offered, disabled: terminal.known_as !== null });
  if (terminal.known_as !== null) box.checked = false;
  const there = terminal.known_as === null ? terminal.id : `${terminal.known_as} already`;
  const text = ` ${KINDS[terminal.line.kind]} ${MEANS(terminal.line)}: ${there}`;
  return { terminal, box, row: element("li", {}, element("label", {}, box, text)) };
}

function offered(offer) {
  const inputs = offer.inputs.map(choice);
  const outputs = offer.outputs.map(choice);
  const id = element("input", { type: "text", value: offer.camera, maxLength: 32, disabled: offer.is_known });
  const fault = element("p", { className: "fault" });
  fault.setAttribute("role", "alert");
  const button = element("button", { type: "button", className: "primary", textContent: "Take over" });
  button.setAttribute("aria-label", `Take over ${offer.title || offer.camera}`);
  button.addEventListener("click", () => takeOver({ offer, inputs, outputs, id: id.value.trim(), fault, button }));
  const parts = [
    `${offer.title || "A camera without a name"}`,
    offer.has_picture ? "gives pictures" : "gives no pictures",
    offer.has_stream ? "has a stream" : "has no stream",
  ];
  const missing = offer.missing.map((text) => element("li", { textContent: `Not answered: ${text}` }));
  return element(
    "div",
    {},
    element("p", { textContent: parts.join(", ") }),
    element("p", {}, element("label", {}, "Its id ", id)),
    element("ul", { className: "offer" }, ...[...inputs, ...outputs].map(({ row }) => row), ...missing),
    fault,
    button,
  );
}

async function takeOver({ offer, inputs, outputs, id, fault, button }) {
  const chosen = (choices) =>
    choices
      .filter(({ box }) => box.checked)
      .map(({ terminal }) => ({ id: terminal.id, name: named(terminal.line, id), line: { ...terminal.line, camera: id } }));
  const found = {};
  if (!offer.is_known) {
    const login = given("username") ? { username: given("username"), password: given("password") || null } : {};
    found.cameras = { [id]: { onvif: offer.address, ...login } };
    if (!login.password) delete found.cameras[id].password;
  }
  for (const [key, choices] of Object.entries({ inputs: chosen(inputs), outputs: chosen(outputs) })) {
    if (choices.length) found[key] = choices;
  }
  if (Object.keys(found).length === 0) {
    fault.textContent = "Choose what to take over.";
    return;
  }
  button.disabled = true;
  fault.textContent = "";
  try {
    await ask("POST", "api/found-cameras/take-over", found);
    location.reload(); // the list above has the camera now, with its lines
  } catch (refusal) {
    fault.textContent = refusal.message;
    button.disabled = false;
  }
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  said.textContent = "Searching…";
  list.replaceChildren();
  try {
    const { found } = await ask("POST", "api/found-cameras");
    said.textContent = found.length
      ? `${found.length} ${found.length === 1 ? "camera" : "cameras"} found.`
      : "No camera answered the search; name one by its address.";
    show(found);
  } catch (refusal) {
    said.textContent = words(refusal);
  } finally {
    button.disabled = false;
  }
});

form?.querySelector("[data-ask]").addEventListener("click", () => {
  const address = given("address").trim();
  if (!address) {
    said.textContent = "Write its address first.";
    return;
  }
  said.textContent = "";
  const place = element("div", {});
  list.replaceChildren(card(`The camera at ${address}`, place));
  look({ address, name: address, known_as: null }, place);
});
