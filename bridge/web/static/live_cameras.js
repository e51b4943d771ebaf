// The cameras' pictures, renewed while somebody looks: the tab is in front, the picture is in the window,
// and the page was touched not long ago. Whoever else watches gets the same pictures.

import { on } from "./stream.js";

const EVERY_MS = 5000;
const UNTOUCHED_MS = 300_000;
const notice = document.getElementById("unwatched");
const places = [...document.querySelectorAll("[data-camera]")];
const inWindow = new Set();
const asked = new Map(); // when each place's picture was last asked for; Infinity: right now
let touched = Date.now();
let zone_ms = 0; // the device's time of day against this one's UTC

const isTouched = () => Date.now() - touched < UNTOUCHED_MS;

async function renew(place) {
  const old = place.querySelector("img");
  const said = place.querySelector(".said");
  const fresh = new Image();
  fresh.alt = old.alt;
  fresh.src = `${place.dataset.camera}&at=${Date.now()}`;
  asked.set(place, Infinity);
  try {
    await fresh.decode();
    old.replaceWith(fresh);
    said.textContent = new Date(Date.now() + zone_ms).toISOString().slice(11, 19);
  } catch {
    const answer = await fetch(place.dataset.camera).catch(() => null);
    said.textContent = answer?.status === 503 ? `No picture: ${await answer.text()}` : "No picture now";
  }
  asked.set(place, Date.now());
}

function look() {
  notice.hidden = isTouched();
  if (document.hidden || !isTouched()) return;
  for (const place of places) {
    if (inWindow.has(place) && Date.now() - (asked.get(place) ?? 0) >= EVERY_MS) renew(place);
  }
}

const seen = new IntersectionObserver((changes) => {
  for (const { target, isIntersecting } of changes) inWindow[isIntersecting ? "add" : "delete"](target);
  look();
});
places.forEach((place) => seen.observe(place));
for (const event of ["pointerdown", "pointermove", "keydown", "wheel", "scroll"]) {
  addEventListener(event, () => (touched = Date.now()), { passive: true });
}
on("hello", ({ now }) => (zone_ms = Date.parse(`${now.slice(0, 19)}Z`) - Date.now()));
document.addEventListener("visibilitychange", look);
document.getElementById("watch").addEventListener("click", look);
setInterval(look, 1000);
