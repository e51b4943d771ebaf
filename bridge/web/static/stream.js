// What changes on the device, as it changes. A page that nobody looks at lets go of its connection:
// browsers have few of them to one address, and the device has better things to do.

const listeners = new Map();
const KINDS = ["hello", "still", "input", "output", "journal", "settings", "clock", "pictures", "gap"];
const banner = document.getElementById("connection");
let source = null;
let silence = null;
const QUIET_MS = 40000; // the device says something every 15 s; a connection can be dead and not know it
let watch = null;

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

function heard() {
  clearTimeout(watch);
  watch = setTimeout(() => {
    lost();
    close();
    open();
  }, QUIET_MS);
}

export function open() {
  if (source) return;
  source = new EventSource("events");
  heard();
  for (const kind of KINDS) {
    source.addEventListener(kind, (event) => {
      heard();
      const data = JSON.parse(event.data);
      if (kind === "hello") {
        found();
        document.querySelector('meta[name="csrf-token"]').content = data.token; // another one after a restart
      }
      tell(kind, data);
    });
  }
  source.onerror = () => {
    clearTimeout(silence);
    silence = setTimeout(lost, 1500);
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
