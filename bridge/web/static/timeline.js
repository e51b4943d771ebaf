// The timeline of the last day: asks the device for its spans, draws them, and zooms by buttons, keys and fingers.

import { barAt, draw } from "./timeline_drawing.js";
import { on } from "./stream.js";

const section = document.querySelector("[data-timeline]");
const chart = section.querySelector(".chart");
const chosenText = section.querySelector(".chosen");
const place = section.querySelector("[data-list]");
const KINDS = ["start", "stop", "alarm_begin", "alarm_end", "retrigger", "resumed", "output_on", "output_off", "fault", "healed", "clip"];
const SOON_MS = 1000;
const SHARE = 10;
const AGAIN_MS = 10_000;
const LEAST_MS = 60_000;
const day = { lanes: [], spans: [], since: "", until: "", changed: null, known: 0 };
let ahead_ms = 0; // the device's clock against this one
let width_ms = 86_400_000;
let end = null; // of the picture; null: now
let chosen = null;
let asking = null;
let frame = null;
let asked_at = -Infinity;
let pause_ms = SOON_MS;

const now = () => Date.now() + ahead_ms;
const first = () => now() - 86_400_000;

function view() {
  const to = end ?? now();
  return { from: to - width_ms, to, chosen };
}

function redraw() {
  frame ??= requestAnimationFrame(() => {
    frame = null;
    for (const span of day.spans) if (span.lasts) span.end = now();
    draw(chart, day, view());
  });
}

function read(fresh) {
  const { lanes, since, until, known, changed } = fresh.dataset;
  ahead_ms = Date.parse(until) - Date.now();
  const spans = [...fresh.querySelectorAll("li")].reverse().map((item, nth) => ({
    item, nth, lane: item.dataset.lane, kind: item.dataset.kind, lasts: !item.dataset.end,
    begin: Date.parse(item.dataset.begin ?? since), end: Date.parse(item.dataset.end ?? until),
  }));
  const same = (one) => chosen && one.lane === chosen.lane && one.kind === chosen.kind && one.begin === chosen.begin;
  chosen = spans.find(same) ?? null;
  Object.assign(day, { lanes: JSON.parse(lanes), spans, since, until, changed, known: Date.parse(known) });
  place.replaceChildren(fresh);
  const counted = (kind) => spans.filter((one) => one.kind === kind).length;
  chart.setAttribute("aria-label", `The last day: ${counted("alarm")} alarms, outputs on ${counted("on")} times, ${counted("fault")} faults`);
  section.dataset.drawn = spans.length;
  redraw();
}

async function refresh() {
  asking = null;
  if (document.hidden) return; // asked for when somebody looks again: the stream begins anew then
  asked_at = Date.now();
  const begun = performance.now();
  try {
    const answer = await fetch(section.dataset.timeline);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-lanes]");
    if (fresh) read(document.adoptNode(fresh));
    pause_ms = Math.max(SOON_MS, SHARE * (performance.now() - begun)); // a busy day is much work for a small board
  } catch {
    // The banner of the stream says that the device is away; it is asked again when it is back.
  }
}

const soon = () => (asking ??= setTimeout(refresh, pause_ms));

function choose(span) {
  chosen = span;
  chosenText.replaceChildren();
  if (!span) return redraw();
  for (const part of span.item.childNodes) chosenText.append(part.cloneNode(true), " ");
  const { from, to } = view();
  if (span.end < from || span.begin > to) moveTo((span.begin + span.end) / 2 + width_ms / 2);
  redraw();
}

function moveTo(to) {
  const within = Math.max(to, first() + width_ms);
  end = within >= now() ? null : within;
}

function zoom(ms, about = null) {
  const { from, to } = view();
  const middle = about ?? (chosen && chosen.end >= from && chosen.begin <= to ? (chosen.begin + chosen.end) / 2 : (from + to) / 2);
  const share = (to - middle) / width_ms;
  const atNow = end === null && !chosen && about === null;
  width_ms = Math.min(Math.max(ms, LEAST_MS), 86_400_000);
  moveTo(atNow ? Infinity : middle + share * width_ms);
  for (const button of section.querySelectorAll("[data-zoom]")) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.zoom) * 1000 === width_ms));
  }
  redraw();
}

function pan(share) {
  moveTo((end ?? now()) + share * width_ms);
  redraw();
}

section.querySelector(".zoom").addEventListener("click", (event) => {
  const { zoom: seconds, pan: way } = event.target.dataset;
  if (seconds) zoom(Number(seconds) * 1000);
  else if (way) pan(way === "now" ? Infinity : Number(way) / 2);
});

const step = (by) => {
  const at = chosen ? chosen.nth + by : by > 0 ? 0 : day.spans.length - 1;
  if (day.spans[at]) choose(day.spans[at]);
};
const KEYS = {
  ArrowLeft: () => step(-1), ArrowRight: () => step(1), Home: () => choose(day.spans[0] ?? null), End: () => choose(day.spans.at(-1) ?? null),
  "+": () => zoom(width_ms / 2), "=": () => zoom(width_ms / 2), "-": () => zoom(width_ms * 2),
  PageUp: () => pan(-0.5), PageDown: () => pan(0.5), Escape: () => choose(null),
};
chart.addEventListener("keydown", (event) => {
  const act = KEYS[event.key];
  if (!act || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  act();
});

// One finger moves, two zoom, a short touch chooses.
const fingers = new Map();
let moved = 0;
chart.addEventListener("pointerdown", (event) => {
  fingers.set(event.pointerId, event);
  moved = 0;
  chart.setPointerCapture(event.pointerId);
});
chart.addEventListener("pointermove", (event) => {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  const { from, to } = view();
  const perPixel = (to - from) / chart.clientWidth;
  const other = [...fingers.entries()].find(([id]) => id !== event.pointerId)?.[1];
  moved += Math.abs(event.clientX - before.clientX) + Math.abs(event.clientY - before.clientY);
  if (other) {
    const apart = (one) => Math.max(Math.abs(one.clientX - other.clientX), 10);
    const middle = (event.clientX + other.clientX) / 2 - chart.getBoundingClientRect().left;
    zoom((width_ms * apart(before)) / apart(event), from + middle * perPixel);
  } else if (moved > 8) pan((-(event.clientX - before.clientX) * perPixel) / width_ms);
  fingers.set(event.pointerId, event);
});
chart.addEventListener("pointerup", (event) => {
  if (fingers.size === 1 && moved <= 8) {
    const nth = barAt(chart, event.clientX, event.clientY);
    choose(nth === null ? null : day.spans[nth]);
  }
  fingers.delete(event.pointerId);
});
chart.addEventListener("pointercancel", (event) => fingers.delete(event.pointerId));

new ResizeObserver(redraw).observe(chart);
on("hello", () => Date.now() - asked_at > AGAIN_MS && refresh()); // behind some proxies it comes every second
document.addEventListener("visibilitychange", () => (asked_at = -Infinity));
on("settings", soon);
on("journal", (entry) => KINDS.includes(entry.kind) && soon());
setInterval(() => document.hidden || fingers.size || redraw(), 10_000);
