// Asks the device, relative to this page so that any prefix in front of it works.

const meta = document.querySelector('meta[name="csrf-token"]');

export const inWords = ({ message, allowed }) => message + (allowed ? ` (allowed: ${allowed})` : "");

export class Refusal extends Error {
  constructor(status, faults) {
    super(faults.map((fault) => (fault.path ? `${fault.path}: ` : "") + inWords(fault)).join("; "));
    this.status = status;
    this.faults = faults;
  }
}

export async function ask(method, path, body, type = "application/json") {
  const headers = { "X-CSRF-Token": meta.content };
  if (body !== undefined) headers["Content-Type"] = type;
  const content = body === undefined || body instanceof Blob ? body : JSON.stringify(body);
  let response;
  try {
    response = await fetch(path, { method, headers, body: content });
  } catch {
    throw new Refusal(0, [{ path: "", message: "The device does not answer." }]);
  }
  if (response.status === 401) location.assign("login");
  const answer = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
  if (!response.ok) {
    throw new Refusal(response.status, answer.error ?? [{ path: "", message: `The device answered ${response.status}.` }]);
  }
  return answer;
}

const toast = document.getElementById("toast");

export function say(text, { bad = false } = {}) {
  const line = document.createElement("p");
  line.textContent = text;
  line.classList.toggle("bad", bad);
  toast.append(line);
  setTimeout(() => line.remove(), bad ? 8000 : 3000);
}

let isLeaving = false;

// Once: the answer to a removal and the stream may both say that what this page shows is gone.
export function leave() {
  if (isLeaving) return;
  isLeaving = true;
  location.search = "";
}
