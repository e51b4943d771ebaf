// Schedules as the device writes them, and as minutes of days; no page in here.

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
export const DAY = 1440;
const TIME = /^([01]?\d|2[0-3]):([0-5]\d)$/;

export function minutes(text) {
  if (text.trim() === "24:00") return DAY;
  const match = TIME.exec(text.trim());
  return match ? Number(match[1]) * 60 + Number(match[2]) : null;
}

const two = (number) => String(number).padStart(2, "0");
export const clock = (minute) => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
export const written = ([start, end]) => `${clock(start)}-${clock(end)}`;

// Sorted; what overlaps or touches is one.
export function merged(periods) {
  const out = [];
  for (const [start, end] of periods.filter(([a, b]) => a < b).sort((one, other) => one[0] - other[0])) {
    const last = out.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else out.push([start, end]);
  }
  return out;
}

export function without(periods, from, to) {
  return periods.flatMap(([start, end]) => [[start, Math.min(end, from)], [Math.max(start, to), end]]).filter(([a, b]) => a < b);
}

export function covered(periods, from, to) {
  return periods.reduce((sum, [start, end]) => sum + Math.max(0, Math.min(end, to) - Math.max(start, from)), 0);
}

const period = (text) => text.split("-").map(minutes);

export function read(schedule) {
  if (schedule === "always") return { week: DAYS.map(() => [[0, DAY]]), special: {} };
  if (schedule === "never") return { week: DAYS.map(() => []), special: {} };
  return { week: DAYS.map((day) => (schedule[day] ?? []).map(period)), special: { ...(schedule.special ?? {}) } };
}

// What makes one of the other, as a merge patch; null when they are the same.
export function patch(before, after) {
  const change = {};
  DAYS.forEach((day, nth) => {
    const [old, now] = [before.week[nth], after.week[nth]].map((periods) => periods.map(written));
    if (old.join() !== now.join()) change[day] = now.length ? now : null;
  });
  const special = {};
  for (const key of new Set([...Object.keys(before.special), ...Object.keys(after.special)])) {
    const now = after.special[key];
    if (now === undefined) special[key] = null;
    else if (now.join() !== before.special[key]?.join()) special[key] = now;
  }
  if (Object.keys(special).length) change.special = special;
  return Object.keys(change).length ? change : null;
}

// All of it, for somebody who has none of his own yet.
export function whole(schedule) {
  const days = DAYS.map((day, nth) => [day, schedule.week[nth].map(written)]).filter(([, periods]) => periods.length);
  const special = Object.keys(schedule.special).length ? { special: schedule.special } : {};
  const all = { ...Object.fromEntries(days), ...special };
  return Object.keys(all).length ? all : "never";
}
