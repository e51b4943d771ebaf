// What changes on the device, as it changes. A page that nobody looks at lets go of its connection:
// browsers have few of them to one address, and the device has better things to do.

const listeners = new Map();
const KINDS = ["hello", "still", "input", "output", "armed", "journal", "settings", "clock", "pictures", "connections", "gap"];
const banner = document.getElementById("connection");
let source = null;
let silence = null;
const QUIET_MS = 40000; // the device says something every 15 s; a connection can be dead and not know it
const HELD_BACK_MS = 6000; // a first word that does not come by then is held back by a proxy on the way
let watch = null;
let once = false;
let last = Number(document.querySelector("ol.log")?.dataset.last ?? 0); // the newest entry that this page knows of

export function on(kind, act) {
  listeners.set(kind, [...(listeners.get(kind) ?? []), act]);
}

function tell(kind, data) {
  for (const act of listeners.get(kind) ?? []) act(data);
}

function lost() {
  banner.textContent = "No connection to the device: what is shown may be old.";
  banner.hidden = false;
  document.body.dataset.stale = "";
}

function found() {
  clearTimeout(silence);
  banner.hidden = true;
  delete document.body.dataset.stale;
}

function expect(within_ms) {
  clearTimeout(watch);
  watch = setTimeout(() => {
    if (within_ms === HELD_BACK_MS) once = true; // all anew, every second
    else lost();
    close();
    open();
  }, within_ms);
}

export function open() {
  if (source) return;
  const asked = new URLSearchParams({ ...(once && { once }), ...(last > 0 && { after: last }) });
  source = new EventSource(asked.size ? `events?${asked}` : "events");
  expect(once ? QUIET_MS : HELD_BACK_MS);
  for (const kind of KINDS) {
    source.addEventListener(kind, (event) => {
      expect(QUIET_MS);
      const data = JSON.parse(event.data);
      if (kind === "hello") {
        found();
        document.querySelector('meta[name="csrf-token"]').content = data.token; // another one after a restart
      }
      if (kind === "journal") last = Number(event.lastEventId);
      tell(kind, data);
    });
  }
  source.onerror = () => {
    clearTimeout(silence);
    silence = setTimeout(lost, 2500);
    if (source.readyState !== EventSource.CLOSED) return; // it tries again by itself
    close();
    setTimeout(() => document.hidden || open(), 3000);
    fetch("api/state").then((answer) => answer.status === 401 && location.assign("login"), lost);
  };
}

function close() {
  clearTimeout(watch);
  source?.close();
  source = null;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) close();
  else open();
});
